/** One delivery: its payload and what each attempt was answered. */

import { useEffect, useState } from "preact/hooks";
import { getJson } from "../api";
import { when } from "../format";
import { href, setQuery } from "../router";
import { guarded } from "../state";
import { t } from "../texts";
import type { Attempt, Delivery } from "../types";
import { CopyButton } from "../ui/parts";

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

export function DeliveryView({ id, attempts }: { id: string; attempts: number }) {
  const [delivery, setDelivery] = useState<Delivery | null>(null);
  const [tried, setTried] = useState<Attempt[]>([]);
  useEffect(() => {
    void guarded(async () => {
      setDelivery(await getJson<Delivery>(`v1/webhooks/deliveries/${id}`));
      setTried((await getJson<{ attempts: Attempt[] }>(`v1/webhooks/deliveries/${id}/attempts`)).attempts);
    });
  }, [id, attempts]);
  if (!delivery) return <p class="quiet grow">{t.job.loading}</p>;
  return (
    <div class="grow">
      <div class="panel-head"><h3>{t.webhooks.payload}</h3>
        <span class="row">{delivery.job_id && <a class="small" href={href(`jobs/${delivery.job_id}`)}>{t.job.gone}</a>}<CopyButton text={() => delivery.payload ?? ""} />
          <button type="button" class="ghost small" onClick={() => setQuery({ delivery: null })}>{t.webhooks.close}</button></span></div>
      <pre class="code" tabIndex={0}>{pretty(delivery.payload ?? "")}</pre>
      <h3>{t.webhooks.attempts}</h3>
      <table class="data"><tbody>
        {tried.map((each) => (
          <tr key={each.number}><td>{each.number}</td><td>{when(each.at)}</td><td>{each.status ?? each.error}</td><td class="number">{t.units.seconds(each.duration_ms / 1000)}</td><td><code>{each.response.slice(0, 200)}</code></td></tr>
        ))}
      </tbody></table>
    </div>
  );
}
