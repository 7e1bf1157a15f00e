/** Batches with their counts and failures. */

import { useEffect, useState } from "preact/hooks";
import { call, download, getJson, send } from "../api";
import { when } from "../format";
import { go, href } from "../router";
import { guarded } from "../state";
import { t } from "../texts";
import type { Batch } from "../types";
import { Icon } from "../ui/Icon";
import { Badge, Empty, usePolling } from "../ui/parts";

const STATES = ["succeeded", "partial", "failed", "expired", "cancelled", "running", "queued"] as const;
export const OPEN = new Set(["preparing", "running", "cancelling"]);

export const titleOf = (batch: Batch): string => (batch.documents.total === null ? t.batches.one : t.read.several(batch.documents.total));

const countsOf = (batch: Batch) =>
  STATES.map((state) => [state, batch.documents[state] ?? 0] as const).filter(([, count]) => count > 0);

/** The documents by state, as a bar and as filters of the list below it. */
export function Counts({ batch, chosen, choose }: { batch: Batch; chosen: string; choose: (state: string | null) => void }) {
  return (
    <>
      <Stack batch={batch} />
      <div class="toggles">
        {countsOf(batch).map(([state, count]) => (
          <button key={state} type="button" class="chip" aria-pressed={chosen === state} onClick={() => choose(chosen === state ? null : state)}>{count} {t.states[state]?.toLowerCase()}</button>
        ))}
      </div>
    </>
  );
}

function Stack({ batch }: { batch: Batch }) {
  const counts = countsOf(batch);
  const total = batch.documents.total ?? counts.reduce((sum, [, count]) => sum + count, 0);
  return (
    <div class="stack" role="img" aria-label={counts.map(([state, count]) => `${count} ${t.states[state]}`).join(", ")}>
      {counts.filter(([state]) => state !== "queued").map(([state, count]) => <span key={state} class={state} style={{ width: `${(100 * count) / Math.max(1, total)}%` }} />)}
    </div>
  );
}

export function BatchActions({ batch, reload }: { batch: Batch; reload: () => void }) {
  const failures = (batch.documents.failed ?? 0) + (batch.documents.expired ?? 0);
  const act = (work: () => Promise<unknown>) => () => void guarded(async () => { await work(); reload(); });
  const path = `v1/batches/${batch.id}`;
  const remove = async () => {
    if (!confirm(t.batches.sure)) return;
    await call(path, { method: "DELETE" });
    go("batches");
  };
  return (
    <>
      {OPEN.has(batch.state) && <button type="button" onClick={act(() => send("POST", `${path}/cancel`))}><Icon name="stop" size={16} /> {t.batches.cancel}</button>}
      {failures > 0 && !OPEN.has(batch.state) && <button type="button" onClick={act(async () => go(`batches/${(await send<Batch>("POST", `${path}/retry`)).id}`))}><Icon name="retry" size={16} /> {t.batches.retry}</button>}
      {failures > 0 && <button type="button" onClick={act(() => download(`${path}/errors.jsonl`, "errors.jsonl"))}><Icon name="download" size={16} /> {t.batches.errors}</button>}
      <button type="button" onClick={act(() => download(`${path}/results.jsonl`, "results.jsonl"))}><Icon name="download" size={16} /> {t.batches.results}</button>
      {!OPEN.has(batch.state) && <button type="button" class="ghost" aria-label={t.batches.remove} title={t.batches.remove} onClick={act(remove)}><Icon name="trash" size={16} /></button>}
    </>
  );
}

function Row({ batch, reload }: { batch: Batch; reload: () => void }) {
  const path = `batches/${batch.id}`;
  return (
    <article class="card">
      <div class="batch-head">
        <Badge state={batch.state} text={t.batches.states[batch.state] ?? batch.state} />
        <strong><a href={href(path)}>{titleOf(batch)}</a></strong>
        <span class="quiet">{when(batch.created_at)}</span>
        <code class="small">{batch.id}</code>
      </div>
      <Stack batch={batch} />
      <ul class="legend">{countsOf(batch).map(([state, count]) => <li key={state}><a href={href(path, { state })}>{count} {t.states[state]?.toLowerCase()}</a></li>)}</ul>
      {batch.fault && <p class="bad-text">{batch.fault.message}</p>}
      <div class="row"><a class="button" href={href(path)}>{t.batches.jobs}</a><BatchActions batch={batch} reload={reload} /></div>
    </article>
  );
}

export function BatchesView() {
  const [batches, setBatches] = useState<Batch[] | null>(null);
  const load = async () => setBatches((await getJson<{ batches: Batch[] }>("v1/batches?limit=50")).batches);
  usePolling(load, 4000, []);
  useEffect(() => { document.title = `${t.batches.title} · ${t.brand}`; }, []);
  return (
    <main class="view" id="content" tabIndex={-1}>
      <div class="view-head"><h1>{t.batches.title}</h1></div>
      {batches?.length === 0 && <Empty>{t.batches.none}</Empty>}
      <div class="cards">{batches?.map((batch) => <Row key={batch.id} batch={batch} reload={() => void guarded(load)} />)}</div>
    </main>
  );
}
