/** One document: its pages, the page at hand with what was found on it, and what was read. */

import { signal, useComputed, useSignal, useSignalEffect, type Signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { between, FINAL, hasResult, nameOf, when } from "../format";
import { DocumentPanel } from "../panels/DocumentPanel";
import { CheckPanel } from "../panels/CheckPanel";
import { FieldsPanel } from "../panels/FieldsPanel";
import { JsonPanel } from "../panels/JsonPanel";
import { ReceiptPanel } from "../panels/ReceiptPanel";
import { TablesPanel } from "../panels/TablesPanel";
import { TextPanel } from "../panels/TextPanel";
import { go, route, setQuery } from "../router";
import { guarded } from "../state";
import { t } from "../texts";
import type { Box, PageReading } from "../types";
import { Badge, Empty, Progress } from "../ui/parts";
import { fieldGroups } from "../viewer/fields";
import { LAYERS, type LayerName } from "../viewer/Layers";
import { PageViewer } from "../viewer/PageViewer";
import { Find } from "./Find";
import { JobActions } from "./JobActions";
import { JobStore } from "./jobStore";
import { PageStrip } from "./PageStrip";
import { LayerMenu } from "./LayerMenu";

const TABS = ["text", "check", "markdown", "tables", "fields", "json", "receipt"] as const;

export const layers: Signal<Set<LayerName>> = signal(new Set<LayerName>(storedLayers()));

function storedLayers(): LayerName[] {
  const stored = localStorage.getItem("pagesight.layers")?.split(",") ?? ["words"];
  return LAYERS.filter((each) => stored.includes(each));
}

export function JobView({ id }: { id: string }) {
  const store = useMemo(() => new JobStore(id), [id]);
  useEffect(() => {
    void guarded(() => store.open());
    return () => store.close();
  }, [store]);
  const job = store.job.value;
  if (!job) return <main class="view" id="content" tabIndex={-1}><Empty>{t.job.loading}</Empty></main>;
  return <Opened store={store} />;
}

function Opened({ store }: { store: JobStore }) {
  const job = store.job.value!;
  const number = Number(route.value.query.get("page") ?? firstPage(job.options.pages)) || 1;
  const tab = route.value.query.get("tab") ?? "text";
  const hover = useSignal(-1), selected = useSignal(-1), marks = useSignal<number[]>([]), evidence = useSignal<Box | null>(null);
  const drawing = useSignal(false), drawn = useSignal<Box | null>(null);
  const side = useSignal<"page" | "panel">(route.value.query.has("tab") ? "panel" : "page");
  useEffect(() => {
    hover.value = selected.value = -1;
    marks.value = [];
    void guarded(() => store.load(number));
    if (number < (job.pages.total ?? 1)) void guarded(() => store.load(number + 1));
  }, [store, number, job.state]);
  const model = useComputed(() => store.model(pageNumber.value));
  const pageNumber = useSignal(number);
  pageNumber.value = number;
  const state = store.pages.value.get(number);
  const turn = (to: number) => setQuery({ page: String(Math.min(Math.max(1, to), job.pages.total ?? 1)) });
  useEffect(() => { document.getElementById(`tab-${tab}`)?.scrollIntoView({ inline: "center", block: "nearest" }); }, [tab]);
  usePageKeys(() => turn(number - 1), () => turn(number + 1));
  useSignalEffect(() => { document.title = `${nameOf(store.job.value!)} · ${t.brand}`; });
  const show = (page: number, box: Box) => {
    turn(page);
    side.value = "page";
    requestAnimationFrame(() => { evidence.value = box; });
  };
  const current = model.value;
  const fieldBoxes = useMemo(() => fieldGroups(store.analyses.value).flatMap((group) => group.fields)
    .filter((field) => field.page === number && field.box).map((field) => field.box!), [store.analyses.value, number]);
  return (
    <main class={`job show-${side.value}`} id="content" tabIndex={-1}>
      <div class="job-head">
        <div class="job-title">
          <h1 title={nameOf(job)}>{nameOf(job)}</h1>
          <Badge state={job.state} />
          <span class="quiet small">{when(job.created_at)}{job.finished_at && ` · ${between(job.started_at, job.finished_at)}`}</span>
        </div>
        <Find store={store} page={number} turn={turn} marks={marks} selected={selected} model={current} />
        <JobActions store={store} />
      </div>
      {!FINAL.has(job.state) && <Waiting store={store} />}
      {job.fault && <p class="fault" role="alert"><strong>{job.fault.message}</strong> {job.fault.actor === "caller" ? t.problem.caller : t.problem.operator} {job.fault.type && <a href={job.fault.type.replace(/^\//, "")}>{t.problem.help}</a>}</p>}
      <PageStrip store={store} page={number} turn={turn} />
      <section class="page-side" aria-label={t.job.page(number, job.pages.total)}>
        <LayerMenu layers={layers} hasFields={fieldBoxes.length > 0} />
        {current
          ? <PageViewer jobId={job.id} model={current} hover={hover} selected={selected} layers={layers} marks={marks} evidence={evidence} fieldBoxes={fieldBoxes} drawing={drawing} drawn={drawn} />
          : <NoPage state={state} />}
      </section>
      <section class="panel-side" aria-label={t.job.panelLabel}>
        <div class="tabs" role="tablist" aria-label={t.job.panelLabel}>
          {TABS.map((name) => (
            <button key={name} type="button" role="tab" id={`tab-${name}`} aria-selected={tab === name} aria-controls="panel" tabIndex={tab === name ? 0 : -1}
              onClick={() => setQuery({ tab: name })} onKeyDown={(event) => moveTab(event, name)}>{t.job.tabs[name]}</button>
          ))}
        </div>
        <div class="panel-body" role="tabpanel" tabIndex={0} id="panel" aria-labelledby={`tab-${tab}`}>
          <Panel store={store} tab={tab} number={number} model={current} hover={hover} selected={selected} marks={marks} evidence={evidence} show={show} turn={turn} drawing={drawing} drawn={drawn} />
        </div>
      </section>
      <div class="side-switch" role="group">
        <button type="button" aria-pressed={side.value === "page"} onClick={() => { side.value = "page"; }}>{t.job.showPage}</button>
        <button type="button" aria-pressed={side.value === "panel"} onClick={() => { side.value = "panel"; }}>{t.job.showText}</button>
      </div>
    </main>
  );
}

type PanelProps = {
  store: JobStore; tab: string; number: number; model: ReturnType<JobStore["model"]>; hover: Signal<number>; selected: Signal<number>;
  marks: Signal<number[]>; evidence: Signal<Box | null>; show: (page: number, box: Box) => void; turn: (page: number) => void;
  drawing: Signal<boolean>; drawn: Signal<Box | null>;
};

function Panel(props: PanelProps) {
  const { store, tab, number, model, evidence } = props;
  const job = store.job.value!;
  const reading = store.pages.value.get(number);
  if (tab === "markdown") return <DocumentPanel jobId={job.id} ended={hasResult(job)} revision={store.saved.value.revision} />;
  if (tab === "check") return <CheckPanel {...props} />;
  if (!model) return <Empty>{reading && reading !== "waiting" && "code" in reading ? reading.message : t.job.notRead}</Empty>;
  if (tab === "tables") return <TablesPanel model={model} evidence={evidence} />;
  if (tab === "fields") return <FieldsPanel model={model} analyses={store.analyses.value} evidence={evidence} show={props.show} />;
  if (tab === "json") return <JsonPanel value={reading} />;
  if (tab === "receipt") return <ReceiptPanel receipt={(reading as PageReading).receipt} options={job.options} />;
  return <TextPanel model={model} hover={props.hover} selected={props.selected} marks={props.marks} />;
}

function NoPage({ state }: { state: unknown }) {
  const fault = state && state !== "waiting" ? (state as { message?: string }).message : undefined;
  return <div class="viewer"><div class="frame"><p class="frame-note">{fault ? `${t.job.pageFailed} ${fault}` : t.job.notRead}</p>{!fault && <div class="ghost-page" aria-hidden="true" />}</div></div>;
}

function Waiting({ store }: { store: JobStore }) {
  const job = store.job.value!;
  const { total, succeeded, failed } = job.pages;
  return (
    <div class="waiting" role="status">
      <Progress job={job} />
      <span>{total ? t.job.progress(succeeded, total) : t.job.opening}{failed > 0 && `, ${t.job.failedPages(failed)}`}</span>
      {job.state === "queued" && job.queue_position !== null && (
        <span class="quiet">{t.read.position(job.queue_position)}{job.estimated_wait_s !== null && `, ${t.read.wait(t.units.seconds(job.estimated_wait_s))}`}</span>
      )}
    </div>
  );
}

const firstPage = (selection: unknown): number => Number(/\d+/.exec(String(selection ?? ""))?.[0] ?? 1);

function moveTab(event: KeyboardEvent, name: (typeof TABS)[number]): void {
  const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  if (!step) return;
  const next = TABS[(TABS.indexOf(name) + step + TABS.length) % TABS.length]!;
  setQuery({ tab: next });
  document.getElementById(`tab-${next}`)?.focus();
}

/** Page keys turn pages unless a text is being typed. */
function usePageKeys(back: () => void, on: () => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return;
      if (event.key !== "PageUp" && event.key !== "PageDown") return;
      event.preventDefault();
      if (event.key === "PageUp") back();
      else on();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  });
}

export const openJob = (id: string): void => go(`jobs/${id}`);
