/** Two results of one document side by side, under one camera, with their differences marked. */

import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useState } from "preact/hooks";
import { call, getJson, sleep } from "../api";
import { FINAL, hasResult, nameOf, when } from "../format";
import { TextPanel } from "../panels/TextPanel";
import { route, setQuery } from "../router";
import { guarded } from "../state";
import { t } from "../texts";
import type { Box, Job, JobList } from "../types";
import { Icon } from "../ui/Icon";
import { Empty } from "../ui/parts";
import { Camera } from "../viewer/camera";
import type { LayerName } from "../viewer/Layers";
import type { Model } from "../viewer/model";
import { PageViewer } from "../viewer/PageViewer";
import { differences } from "./differences";
import { JobStore } from "./jobStore";

const label = (job: Job): string => `${nameOf(job)} · ${String(job.options.profile)} · ${when(job.created_at)}`;

function useJobs(): Job[] {
  const [jobs, setJobs] = useState<Job[]>([]);
  useEffect(() => {
    document.title = `${t.compare.title} · ${t.brand}`;
    void guarded(async () => setJobs((await getJson<JobList>("v1/jobs?limit=200")).jobs.filter(hasResult)));
  }, []);
  return jobs;
}

function useStore(id: string): JobStore | null {
  const store = useMemo(() => (id ? new JobStore(id) : null), [id]);
  useEffect(() => {
    if (!store) return;
    void guarded(() => store.open());
    return () => store.close();
  }, [store]);
  return store;
}

function Side({ model, jobId, camera, marked, job }: { model: Model | null; jobId: string; camera: Camera; marked: number[]; job: Job | null }) {
  const hover = useSignal(-1), selected = useSignal(-1), evidence = useSignal<Box | null>(null);
  const layers = useSignal(new Set<LayerName>());
  const marks = useSignal<number[]>([]);
  const differing = useMemo(() => new Set(marked), [marked]);
  marks.value = marked;
  if (!model || !job) return <div class="compare-side"><Empty>{t.job.loading}</Empty></div>;
  return (
    <section class="compare-side" aria-label={label(job)}>
      <h2 class="small">{String(job.options.profile)} <span class="quiet">{when(job.created_at)}</span></h2>
      <PageViewer jobId={jobId} model={model} hover={hover} selected={selected} layers={layers} marks={marks} evidence={evidence} fieldBoxes={[]} sharedCamera={camera} />
      <TextPanel model={model} hover={hover} selected={selected} marks={marks} differing={differing} />
    </section>
  );
}

export function CompareView() {
  const jobs = useJobs();
  const { query } = route.value;
  const a = query.get("a") ?? "", b = query.get("b") ?? "";
  const page = Number(query.get("page") ?? 1);
  const left = useStore(a), right = useStore(b);
  const camera = useMemo(() => new Camera(), []);
  useEffect(() => {
    if (left) void guarded(() => left.load(page));
    if (right) void guarded(() => right.load(page));
  }, [left, right, page]);
  const first = left?.model(page) ?? null, second = right?.model(page) ?? null;
  const [onlyA, onlyB] = useMemo(() => (first && second ? differences(first, second) : [[], []]), [first, second]);
  const chosen = jobs.find((job) => job.id === a);
  const same = chosen ? jobs.filter((job) => job.id !== a && job.input.sha256 === chosen.input.sha256) : jobs;
  const total = left?.job.value?.pages.total ?? 1;
  const again = (profile: string) => void guarded(async () => {
    if (!chosen) return;
    setQuery({ b: (await resubmit(chosen, profile)).id });
  });
  return (
    <main class="view compare" id="content" tabIndex={-1}>
      <div class="view-head">
        <h1>{t.compare.title}</h1>
        <Pick label={t.compare.a} value={a} jobs={jobs} onChange={(id) => setQuery({ a: id, b: null })} />
        <button type="button" class="ghost" aria-label={t.compare.swap} title={t.compare.swap} onClick={() => setQuery({ a: b, b: a })}><Icon name="swap" /></button>
        <Pick label={t.compare.b} value={b} jobs={same} onChange={(id) => setQuery({ b: id })} />
        {chosen && ["fast", "balanced", "accurate"].filter((each) => each !== chosen.options.profile).map((each) => (
          <button key={each} type="button" onClick={() => again(each)}><Icon name="retry" size={16} /> {t.read.profiles[each]}</button>
        ))}
        {total > 1 && (
          <span class="row"><button type="button" class="ghost" aria-label={t.job.previous} disabled={page <= 1} onClick={() => setQuery({ page: String(page - 1) })}><Icon name="left" /></button>
            {t.job.page(page, total)}
            <button type="button" class="ghost" aria-label={t.job.next} disabled={page >= total} onClick={() => setQuery({ page: String(page + 1) })}><Icon name="right" /></button></span>
        )}
        {first && second && <span class="pill" role="status">{onlyA.length || onlyB.length ? t.compare.differ(Math.max(onlyA.length, onlyB.length)) : t.compare.same}</span>}
      </div>
      {!a || !b ? <Empty>{t.compare.lead}</Empty> : (
        <div class="compare-sides">
          <Side model={first} jobId={a} camera={camera} marked={onlyA} job={left?.job.value ?? null} />
          <Side model={second} jobId={b} camera={camera} marked={onlyB} job={right?.job.value ?? null} />
        </div>
      )}
    </main>
  );
}

function Pick({ label: name, value, jobs, onChange }: { label: string; value: string; jobs: Job[]; onChange: (id: string) => void }) {
  return (
    <select aria-label={name} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
      <option value="">{name}</option>
      {jobs.map((job) => <option key={job.id} value={job.id}>{label(job)}</option>)}
    </select>
  );
}

/** The same document with another profile: a batch of one line that names the job. */
async function resubmit(job: Job, profile: string): Promise<Job> {
  const body = JSON.stringify({ job: job.id, options: { languages: job.options.languages, profile } });
  const headers = { "Content-Type": "application/jsonl" };
  const batch = (await (await call("v1/batches", { method: "POST", body, headers })).json()) as { id: string };
  for (;;) {
    const made = (await getJson<JobList>(`v1/jobs?batch_id=${batch.id}`)).jobs[0];
    if (made && hasResult(made)) return made;
    if (made && FINAL.has(made.state)) throw new Error(made.fault?.message ?? made.state);
    await sleep(500);
  }
}
