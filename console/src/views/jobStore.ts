/** One job as a view follows it: its state, the pages that were looked at, its corrections. */

import { computed, signal } from "@preact/signals";
import { call, events, getJson, online, Problem, send } from "../api";
import { FINAL, hasResult } from "../format";
import { report } from "../state";
import type { Correction, Corrections, Fault, Job, PageReading } from "../types";
import { modelOf, type Model } from "../viewer/model";

const KEPT = 60;

export type PageState = PageReading | "waiting" | Fault;

export class JobStore {
  readonly job = signal<Job | null>(null);
  readonly pages = signal<ReadonlyMap<number, PageState>>(new Map());
  readonly done = signal<ReadonlySet<number>>(new Set());
  readonly saved = signal<Corrections>({ revision: 0, corrections: [], revisions: [] });
  readonly pending = signal<readonly Correction[]>([]);
  readonly analyses = signal<Record<string, unknown> | undefined>(undefined);
  readonly corrections = computed(() => [...this.saved.value.corrections, ...this.pending.value]);
  private readonly stop = new AbortController();
  private readonly models = new Map<number, { reading: PageReading; corrections: readonly Correction[]; model: Model }>();

  constructor(readonly id: string) {}

  async open(): Promise<void> {
    this.job.value = await getJson<Job>(`v1/jobs/${this.id}`);
    void this.loadCorrections().catch(report);
    if (FINAL.has(this.job.value.state)) void this.loadAnalyses();
    else void this.follow().catch(report);
  }

  close(): void {
    this.stop.abort();
  }

  async loadCorrections(): Promise<void> {
    this.saved.value = await getJson<Corrections>(`v1/jobs/${this.id}/corrections`);
  }

  /** The analyses of the document; JSON of long documents is not fetched for them. */
  async loadAnalyses(): Promise<void> {
    const job = this.job.value;
    const wanted = (job?.options.analyses as string[] | undefined)?.length || job?.options.fields;
    if (!job || !hasResult(job) || !wanted) return;
    try {
      this.analyses.value = (await getJson<{ analyses?: Record<string, unknown> }>(`v1/jobs/${this.id}/result?format=json`)).analyses;
    } catch (error) {
      report(error);
    }
  }

  private async follow(): Promise<void> {
    const poll = window.setInterval(() => { if (online.value) void this.refresh().catch(report); }, 3000); // the place in the queue
    try {
      for await (const event of events(`v1/jobs/${this.id}/events`, this.stop.signal)) {
        if (event.kind === "page.succeeded" || event.kind === "page.failed") {
          const number = Number(event.data.number);
          this.done.value = new Set([...this.done.value, number]);
          this.count(event.data);
          if (this.pages.value.get(number) === "waiting") void this.load(number, true);
        } else {
          await this.refresh();
        }
        if (this.job.value && FINAL.has(this.job.value.state)) break;
      }
    } finally {
      clearInterval(poll);
    }
    await this.refresh();
    await this.loadAnalyses();
  }

  private count(data: Record<string, unknown>): void {
    const job = this.job.value;
    if (!job) return;
    const pages = {
      total: Number(data.pages_total ?? job.pages.total), succeeded: Number(data.pages_succeeded ?? job.pages.succeeded), failed: Number(data.pages_failed ?? job.pages.failed),
    };
    this.job.value = { ...job, pages };
  }

  async refresh(): Promise<void> {
    if (!this.stop.signal.aborted) this.job.value = await getJson<Job>(`v1/jobs/${this.id}`);
  }

  /** Fetch a page if it is not here. */
  async load(number: number, again = false): Promise<void> {
    if (!again && this.pages.value.has(number)) return;
    this.put(number, "waiting");
    try {
      this.put(number, await getJson<PageReading>(`v1/jobs/${this.id}/pages/${number}`));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.code === "not_finished") this.put(number, "waiting");
      else this.put(number, (error.body.fault as Fault | undefined) ?? { code: error.code, message: error.message, actor: "caller", type: "" });
    }
  }

  private put(number: number, state: PageState): void {
    const next = new Map(this.pages.value);
    next.delete(number);
    next.set(number, state);
    for (const old of next.keys()) {
      if (next.size <= KEPT) break;
      next.delete(old);
    }
    this.pages.value = next;
  }

  /** The page with its corrections; null until it is read. */
  model(number: number): Model | null {
    const reading = this.pages.value.get(number);
    if (!reading || reading === "waiting" || "code" in reading) return null;
    const corrections = this.corrections.value.filter((each) => each.page === number);
    const known = this.models.get(number);
    if (known && known.reading === reading && same(known.corrections, corrections)) return known.model;
    const model = modelOf(reading.page, corrections);
    this.models.delete(number);
    this.models.set(number, { reading, corrections, model });
    for (const old of this.models.keys()) {
      if (this.models.size <= KEPT) break;
      this.models.delete(old);
    }
    return model;
  }

  correct(correction: Correction): void {
    this.pending.value = [...this.pending.value.filter((each) => !samePlace(each, correction)), correction];
  }

  undo(): Correction | undefined {
    const last = this.pending.value.at(-1);
    this.pending.value = this.pending.value.slice(0, -1);
    return last;
  }

  /** Save what is pending on the revision that was loaded; true where others had saved meanwhile. */
  async save(): Promise<boolean> {
    const corrections = this.pending.value;
    const path = `v1/jobs/${this.id}/corrections`;
    try {
      this.saved.value = await send<Corrections>("PATCH", path, { revision: this.saved.value.revision, corrections });
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "revision_conflict") throw error;
      await this.loadCorrections();
      return true;
    }
    this.pending.value = this.pending.value.filter((each) => !corrections.includes(each));
    return false;
  }
}

const samePlace = (a: Correction, b: Correction): boolean =>
  a.page === b.page && a.block === b.block && a.line === b.line && a.word === b.word;
const same = (a: readonly Correction[], b: readonly Correction[]): boolean =>
  a.length === b.length && a.every((each, at) => each === b[at]);

export async function textOf(jobId: string): Promise<string[]> {
  return (await (await call(`v1/jobs/${jobId}/result?format=text`)).text()).split("\n\f");
}
