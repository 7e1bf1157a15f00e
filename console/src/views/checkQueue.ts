/** The words to check, document after document; decisions are saved some at a time. */

import { computed, signal } from "@preact/signals";
import { getJson, Problem, send } from "../api";
import { notify } from "../state";
import { t } from "../texts";
import type { Correction, Corrections, Doubtful, DoubtfulWords, Job } from "../types";

export interface Waiting { job: Job; doubtful: number }

const SAVED_AFTER = 20;
const AT_ONCE = 100;

export class CheckQueue {
  readonly waiting = signal<readonly Waiting[] | null>(null);
  readonly more = signal(false);
  readonly job = signal<Job | null>(null);
  readonly words = signal<readonly Doubtful[]>([]);
  readonly at = signal(0);
  readonly below = signal(0.7);
  readonly pending = signal<readonly Correction[]>([]);
  readonly nextPage = signal<number | null>(null);
  readonly word = computed(() => this.words.value[this.at.value]);
  private revision = 0;
  private skipped = 0;

  /** Load the documents that wait, and begin with one of them. */
  async open(id: string | null): Promise<void> {
    const found = await getJson<{ checks: Waiting[]; next: string | null }>("v1/checks?limit=200");
    this.waiting.value = found.checks;
    this.more.value = found.next !== null;
    const asked = found.checks.find((each) => each.job.id === id)?.job;
    await this.choose(asked ?? (id ? await getJson<Job>(`v1/jobs/${id}`) : found.checks[0]?.job ?? null));
  }

  async choose(job: Job | null): Promise<void> {
    await this.save();
    this.job.value = job;
    this.words.value = [];
    this.at.value = this.skipped = 0;
    if (job) await this.fetchFrom(1);
    if (job && this.words.value.length === 0) await this.finish();
  }

  private async fetchFrom(page: number): Promise<void> {
    for (let next: number | null = page, had = this.words.value.length; next !== null && this.words.value.length === had;) {
      const wanted = new URLSearchParams({ below: String(this.below.value), limit: String(AT_ONCE), from_page: String(next) });
      const found = await getJson<DoubtfulWords>(`v1/jobs/${this.job.value!.id}/doubtful?${wanted}`);
      this.revision = found.revision;
      this.words.value = [...this.words.value, ...found.words];
      next = this.nextPage.value = found.next_page;
    }
  }

  async decide(text: string): Promise<void> {
    const word = this.word.value;
    if (!word) return;
    const { page, block, line, word: index } = word;
    this.pending.value = [...this.pending.value, { page, block, line, word: index, text }];
    await this.advance();
  }

  async skip(): Promise<void> {
    this.skipped++;
    await this.advance();
  }

  undo(): void {
    const last = this.pending.value.at(-1);
    if (!last) return;
    this.pending.value = this.pending.value.slice(0, -1);
    this.at.value = this.words.value.findIndex((each) => each.page === last.page && each.block === last.block && each.line === last.line && each.word === last.word);
  }

  private async advance(): Promise<void> {
    if (this.at.value + 1 >= this.words.value.length && this.nextPage.value !== null) {
      await this.save(); // so that what was decided is not listed again
      await this.fetchFrom(this.nextPage.value);
    }
    this.at.value++;
    if (!this.word.value) await this.finish();
    else if (this.pending.value.length >= SAVED_AFTER) await this.save();
  }

  /** Save, take the document off the list unless words were skipped, and go on with the next one. */
  private async finish(): Promise<void> {
    await this.save();
    const { id } = this.job.value!;
    const list = this.waiting.value ?? [];
    const at = list.findIndex((each) => each.job.id === id);
    const following = list[at + 1]?.job ?? null;
    if (this.skipped === 0) {
      await send("PUT", `v1/jobs/${id}/check`, { checked: true });
      this.waiting.value = list.filter((each) => each.job.id !== id);
    }
    await this.choose(following);
  }

  async save(): Promise<void> {
    const corrections = this.pending.value;
    const job = this.job.value;
    if (!job || corrections.length === 0) return;
    const path = `v1/jobs/${job.id}/corrections`;
    try {
      this.revision = (await send<Corrections>("PATCH", path, { revision: this.revision, corrections })).revision;
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "revision_conflict") throw error;
      notify(t.check.conflictMerged);
      this.revision = (await send<Corrections>("PATCH", path, { corrections })).revision;
    }
    this.pending.value = this.pending.value.filter((each) => !corrections.includes(each));
  }
}
