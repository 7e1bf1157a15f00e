/** One batch: how far it is, and each of its documents with what became of it. */

import { useEffect, useRef, useState } from "preact/hooks";
import { getJson } from "../api";
import { FINAL, when } from "../format";
import { route, setQuery } from "../router";
import { guarded } from "../state";
import { t } from "../texts";
import type { Batch, Job, JobList } from "../types";
import { Badge, Empty, usePolling, VirtualList } from "../ui/parts";
import { BatchActions, Counts, OPEN, titleOf } from "./Batches";
import { JobRow, JobRowHead } from "./Jobs";

const AT_ONCE = 200;

/** The documents in the order in which they were sent; ids of a batch rise with it. */
function useDocuments(id: string, state: string, tick: number): { jobs: Job[]; more: () => void } {
  const [jobs, setJobs] = useState<Job[]>([]);
  const next = useRef<string | null>(null);
  const loading = useRef(false);
  const fetchPage = (before: string | null) =>
    getJson<JobList>(`v1/jobs?${new URLSearchParams({ limit: String(AT_ONCE), batch_id: id, ...(state && { state }), ...(before && { before }) })}`);
  useEffect(() => {
    let current = true;
    void guarded(async () => {
      const page = await fetchPage(null);
      if (!current) return;
      setJobs((old) => {
        const rest = old.filter((job) => job.id < (page.jobs.at(-1)?.id ?? ""));
        if (rest.length === 0) next.current = page.next;
        return page.next === null ? page.jobs : [...page.jobs, ...rest];
      });
    });
    return () => { current = false; };
  }, [id, state, tick]);
  const more = () => {
    if (loading.current || !next.current) return;
    loading.current = true;
    void guarded(async () => {
      const page = await fetchPage(next.current);
      next.current = page.next;
      setJobs((old) => [...old, ...page.jobs.filter((job) => job.id < (old.at(-1)?.id ?? "~"))]);
    }).finally(() => { loading.current = false; });
  };
  return { jobs: next.current === null ? jobs.toReversed() : jobs, more };
}

/** How many documents have ended, in words; the bar beside it shows the same. */
function doneOf(batch: Batch): string {
  const { total } = batch.documents;
  const done = [...FINAL].reduce((sum, state) => sum + (batch.documents[state] ?? 0), 0);
  return total === null ? t.batches.preparing : t.batches.done(done, total);
}

export function BatchView({ id }: { id: string }) {
  const [batch, setBatch] = useState<Batch | null>(null);
  const [tick, setTick] = useState(0);
  const state = route.value.query.get("state") ?? "";
  const { jobs, more } = useDocuments(id, state, tick);
  const open = batch === null || OPEN.has(batch.state);
  const load = async () => {
    setBatch(await getJson<Batch>(`v1/batches/${id}`));
    setTick((old) => old + 1);
  };
  usePolling(load, open ? 1200 : 15_000, [id, open]);
  useEffect(() => { document.title = `${t.batches.one} · ${t.brand}`; }, []);
  if (!batch) return <main class="view" id="content" tabIndex={-1}><h1 class="hidden">{t.batches.one}</h1><Empty>{t.job.loading}</Empty></main>;
  return (
    <main class="view jobs" id="content" tabIndex={-1}>
      <div class="view-head">
        <h1>{titleOf(batch)}</h1>
        <Badge state={batch.state} text={t.batches.states[batch.state] ?? batch.state} />
        <span class="quiet small">{when(batch.created_at)}</span>
        <div class="row end"><BatchActions batch={batch} reload={() => void guarded(load)} /></div>
      </div>
      {batch.fault && <p class="fault in-view" role="alert"><strong>{batch.fault.message}</strong> {batch.fault.actor === "caller" ? t.problem.caller : t.problem.operator}</p>}
      <div class="row batch-filter"><Counts batch={batch} chosen={state} choose={(each) => setQuery({ state: each })} /><span class="quiet small end" role="status">{doneOf(batch)}</span></div>
      <VirtualList items={jobs} rowHeight={48} label={t.batches.documents} onEnd={more} row={(job) => <JobRow job={job} />} header={<JobRowHead />} />
    </main>
  );
}
