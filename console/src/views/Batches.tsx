/** Batches with their counts and failures. */

import { useEffect, useState } from "preact/hooks";
import { call, download, getJson, send } from "../api";
import { when } from "../format";
import { href } from "../router";
import { guarded } from "../state";
import { t } from "../texts";
import type { Batch } from "../types";
import { Icon } from "../ui/Icon";
import { Badge, Empty, usePolling } from "../ui/parts";

const STATES = ["succeeded", "partial", "failed", "expired", "cancelled", "running", "queued"] as const;
const OPEN = new Set(["preparing", "running", "cancelling"]);

function Row({ batch, reload }: { batch: Batch; reload: () => void }) {
  const counts = STATES.map((state) => [state, batch.documents[state] ?? 0] as const).filter(([, count]) => count > 0);
  const total = batch.documents.total ?? counts.reduce((sum, [, count]) => sum + count, 0);
  const failures = (batch.documents.failed ?? 0) + (batch.documents.expired ?? 0);
  const act = (work: () => Promise<unknown>) => () => void guarded(async () => { await work(); reload(); });
  const path = `v1/batches/${batch.id}`;
  return (
    <article class="card">
      <div class="batch-head">
        <Badge state={batch.state} text={t.batches.states[batch.state] ?? batch.state} />
        <strong>{total} {t.batches.documents}</strong>
        <span class="quiet">{when(batch.created_at)}</span>
        <code class="small">{batch.id}</code>
      </div>
      <div class="stack" role="img" aria-label={counts.map(([state, count]) => `${count} ${t.states[state]}`).join(", ")}>
        {counts.filter(([state]) => state !== "queued").map(([state, count]) => <span key={state} class={state} style={{ width: `${(100 * count) / Math.max(1, total)}%` }} />)}
      </div>
      <ul class="legend">{counts.map(([state, count]) => <li key={state}><a href={href("jobs", { batch: batch.id, state })}>{count} {t.states[state]?.toLowerCase()}</a></li>)}</ul>
      {batch.fault && <p class="bad-text">{batch.fault.message}</p>}
      <div class="row">
        <a class="button" href={href("jobs", { batch: batch.id })}>{t.batches.jobs}</a>
        <button type="button" onClick={act(() => download(`${path}/results.jsonl`, "results.jsonl"))}><Icon name="download" size={16} /> {t.batches.results}</button>
        {failures > 0 && <button type="button" onClick={act(() => download(`${path}/errors.jsonl`, "errors.jsonl"))}><Icon name="download" size={16} /> {t.batches.errors}</button>}
        {failures > 0 && !OPEN.has(batch.state) && <button type="button" onClick={act(() => send("POST", `${path}/retry`))}><Icon name="retry" size={16} /> {t.batches.retry}</button>}
        {OPEN.has(batch.state) && <button type="button" onClick={act(() => send("POST", `${path}/cancel`))}><Icon name="stop" size={16} /> {t.batches.cancel}</button>}
        {!OPEN.has(batch.state) && <button type="button" class="ghost" onClick={act(async () => { if (confirm(t.job.sure)) await call(path, { method: "DELETE" }); })}><Icon name="trash" size={16} /> {t.batches.remove}</button>}
      </div>
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
