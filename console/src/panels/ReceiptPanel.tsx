/** The receipt of a page, readable: what ran, how long, on what. */

import { words } from "../format";
import { languageName, t } from "../texts";
import type { PageReceipt } from "../types";
import { Empty } from "../ui/parts";

function Bars({ times }: { times: [string, number][] }) {
  const most = Math.max(...times.map(([, ms]) => ms), 1);
  const total = times.reduce((sum, [, ms]) => sum + ms, 0);
  return (
    <table class="bars">
      <tbody>
        {times.map(([stage, ms]) => (
          <tr key={stage}>
            <th scope="row">{words(stage)}</th>
            <td><span class="meter" style={{ width: `${Math.max(1, (ms / most) * 100)}%` }} /></td>
            <td class="number">{t.units.seconds(ms / 1000)}</td>
          </tr>
        ))}
        <tr class="total"><th scope="row">{t.receipt.total}</th><td /><td class="number">{t.units.seconds(total / 1000)}</td></tr>
      </tbody>
    </table>
  );
}

const shown = (value: unknown): string =>
  value === null ? t.service.none : Array.isArray(value) ? value.map((each) => languageName(String(each))).join(", ") || t.service.none : typeof value === "object" ? JSON.stringify(value) : String(value);

export function ReceiptPanel({ receipt, options }: { receipt: PageReceipt | null; options: Record<string, unknown> }) {
  if (!receipt) return <Empty>{t.receipt.none}</Empty>;
  const times = Object.entries(receipt.stage_ms).filter(([, ms]) => ms > 0).sort((a, b) => b[1] - a[1]);
  return (
    <div class="panel receipt">
      <section><h3>{t.receipt.time}</h3><Bars times={times} /></section>
      <section>
        <h3>{t.receipt.models}</h3>
        <ul class="plain">{receipt.models.map((model) => (
          <li key={model.name + model.version}>
            <strong>{model.name}</strong> <span class="quiet">{model.version}</span>
            <div class="quiet small">{t.receipt.ran} {model.provider.replace("ExecutionProvider", "")} · <code title={model.sha256}>{model.sha256.slice(0, 12)}</code></div>
          </li>
        ))}</ul>
      </section>
      {receipt.preparation.length > 0 && (
        <section>
          <h3>{t.receipt.preparation}</h3>
          <dl>{receipt.preparation.map((each) => (
            <div key={each.stage}><dt>{words(each.stage)}</dt><dd>{each.measured === null ? "" : `${Number(each.measured.toFixed(2))} ${each.unit}, `}{each.applied ? t.receipt.applied : t.receipt.notApplied}{each.detail && ` (${each.detail})`}</dd></div>
          ))}</dl>
        </section>
      )}
      <section>
        <h3>{t.receipt.options}</h3>
        <dl>
          <div><dt>{t.receipt.finder}</dt><dd>{receipt.finder || t.service.none}</dd></div>
          {Object.entries(receipt.lines_read).map(([name, count]) => <div key={name}><dt>{t.receipt.lines} {name}</dt><dd>{count}</dd></div>)}
          {Object.entries(options).map(([name, value]) => <div key={name}><dt>{words(name)}</dt><dd>{shown(value)}</dd></div>)}
          <div><dt>{t.receipt.worker}</dt><dd><code>{receipt.worker}</code>, {t.receipt.attempt.toLowerCase()} {receipt.attempt}</dd></div>
        </dl>
      </section>
    </div>
  );
}
