/** Where documents come in. */

import { useSignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { getJson, type ProblemBody } from "../api";
import { bytes, FINAL, hasResult, nameOf, when } from "../format";
import { go, href, route } from "../router";
import { capabilities, guarded } from "../state";
import { t } from "../texts";
import type { Job, JobList } from "../types";
import { Icon } from "../ui/Icon";
import { Badge, Progress } from "../ui/parts";
import { sayOnce } from "../ui/Shell";
import { picture } from "../viewer/pictures";
import { options } from "./options";
import { OptionsPanel } from "./OptionsPanel";
import { filesOf, isHidden, submit, uploads, type Upload } from "./uploads";

async function take(chosen: readonly File[]): Promise<void> {
  const files = chosen.filter((file) => !isHidden(file.webkitRelativePath || file.name));
  if (files.length === 0) return;
  const address = await submit(files, options.value);
  if (address && (route.value.path[0] ?? "") === "") go(address);
}

function Picker({ icon, label, primary, ...input }: {
  icon: "file" | "folder" | "camera"; label: string; primary?: boolean; multiple?: boolean; accept?: string; capture?: "environment"; webkitdirectory?: boolean;
}) {
  return (
    <label class={`button${primary ? " primary" : ""}`}>
      <Icon name={icon} /> {label}
      <input type="file" class="hidden" {...input} onChange={(event) => {
        const files = [...(event.currentTarget.files ?? [])];
        event.currentTarget.value = "";
        void guarded(() => take(files));
      }} />
    </label>
  );
}

function Row({ upload }: { upload: Upload }) {
  const { job, batch, problem } = upload;
  const address = batch ? `batches/${batch.id}` : job ? `jobs/${job.id}` : null;
  return (
    <li class="upload">
      <span class="upload-name">{address ? <a href={href(address)}>{upload.name}</a> : upload.name}</span>
      <span class="quiet small">{bytes(upload.size)}</span>
      {problem && <Refused problem={problem} />}
      {job && <>{!FINAL.has(job.state) && <Progress job={job} />}<Badge state={job.state} /></>}
      {batch && <Badge state="running" text={t.read.sent} />}
      {!address && !problem && <Sending upload={upload} />}
      {!address && <button type="button" class="ghost" aria-label={problem ? t.problem.dismiss : t.read.stop} title={problem ? t.problem.dismiss : t.read.stop} onClick={upload.stop}><Icon name="close" size={16} /></button>}
    </li>
  );
}

function Sending({ upload }: { upload: Upload }) {
  const share = Math.min(1, upload.sent / Math.max(1, upload.size));
  const text = upload.offline ? t.read.offline : share < 1 ? t.read.sending(Math.round(share * 100)) : t.read.storing;
  return <span class="row small quiet" role="status"><progress max={1} value={share} aria-label={text} />{text}</span>;
}

function Refused({ problem }: { problem: ProblemBody }) {
  return (
    <span class="bad-text small" role="alert"><strong>{problem.title}.</strong> {sayOnce(problem)} {problem.actor === "caller" ? t.problem.caller : t.problem.operator} {problem.type && <a href={problem.type.replace(/^\//, "")}>{t.problem.help}</a>}</span>
  );
}

export function ReadView() {
  const over = useSignal(0);
  const accept = capabilities.value?.media_types.join(",") ?? "";
  useEffect(() => {
    document.title = t.brand;
    const paste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length) { event.preventDefault(); void guarded(() => take(files)); }
    };
    const drag = (event: DragEvent) => event.preventDefault();
    const drop = (event: DragEvent) => {
      event.preventDefault();
      over.value = 0;
      if (event.dataTransfer) void guarded(async () => take(await filesOf(event.dataTransfer!)));
    };
    const enter = () => { over.value++; };
    const leave = () => { over.value = Math.max(0, over.value - 1); };
    addEventListener("paste", paste);
    addEventListener("dragover", drag);
    addEventListener("drop", drop);
    addEventListener("dragenter", enter);
    addEventListener("dragleave", leave);
    return () => {
      removeEventListener("paste", paste);
      removeEventListener("dragover", drag);
      removeEventListener("drop", drop);
      removeEventListener("dragenter", enter);
      removeEventListener("dragleave", leave);
    };
  }, []);
  return (
    <main class="view read" id="content" tabIndex={-1}>
      <section class={over.value ? "drop over" : "drop"} aria-labelledby="read-title">
        <Sheet />
        <h1 id="read-title">{t.read.title}</h1>
        <p class="quiet">{t.read.lead}</p>
        <p class="drop-text"><strong>{t.read.drop}</strong> <span class="quiet">{t.read.or}</span></p>
        <div class="row centre">
          <Picker icon="file" label={t.read.files} primary multiple accept={accept} />
          <Picker icon="folder" label={t.read.folder} webkitdirectory />
          <Picker icon="camera" label={t.read.camera} accept="image/*" capture="environment" />
        </div>
        <p class="quiet small">{t.read.kinds}</p>
      </section>
      <OptionsPanel />
      {uploads.value.length > 0 && (
        <section class="card uploads" aria-labelledby="uploads-title">
          <h2 id="uploads-title">{t.read.uploads}</h2>
          <ul class="plain">{uploads.value.map((each) => <Row key={each.id} upload={each} />)}</ul>
        </section>
      )}
      <Recent />
    </main>
  );
}

function Card({ job }: { job: Job }) {
  const [url, setUrl] = useState("");
  useEffect(() => {
    let current = true;
    if (hasResult(job)) picture(job.id, Number(/\d+/.exec(String(job.options.pages ?? ""))?.[0] ?? 1), 400).then((made) => { if (current) setUrl(made); }, () => undefined);
    return () => { current = false; };
  }, [job.id, job.state]);
  return (
    <a href={href(`jobs/${job.id}`)}>
      <span class="sheet-thumb">{url && <img src={url} alt="" />}</span>
      <span class="name">{nameOf(job)}</span>
      <span class="row small"><Badge state={job.state} /><span class="quiet">{when(job.created_at)}</span></span>
    </a>
  );
}

/** What was read last, so that the first view after a reload is not empty. */
function Recent() {
  const [jobs, setJobs] = useState<Job[]>([]);
  useEffect(() => { void guarded(async () => setJobs((await getJson<JobList>("v1/jobs?limit=12")).jobs)); }, [uploads.value]);
  if (jobs.length === 0) return null;
  return (
    <section class="recent" aria-labelledby="recent-title">
      <h2 id="recent-title">{t.read.recent}</h2>
      <div class="recent-pages">{jobs.map((job) => <Card key={job.id} job={job} />)}</div>
    </section>
  );
}

/** A page whose lines are being found. */
function Sheet() {
  return (
    <svg class="sheet" viewBox="0 0 120 150" width="120" height="150" aria-hidden="true">
      <path class="sheet-page" d="M14 4h66l26 26v112a4 4 0 0 1-4 4H14a4 4 0 0 1-4-4V8a4 4 0 0 1 4-4z" />
      <path class="sheet-fold" d="M80 4v22a4 4 0 0 0 4 4h22" />
      <g class="sheet-lines"><path d="M24 44h46" /><path d="M24 60h68" /><path d="M24 72h60" /><path d="M24 84h68" /><path d="M24 96h40" /></g>
      <rect class="sheet-box" x="20" y="109" width="76" height="24" rx="2" />
      <path class="sheet-grid" d="M20 121h76M45 109v24M70 109v24" />
    </svg>
  );
}
