/** Files on their way to the service, a few at a time; each is followed until its job ends. */

import { signal } from "@preact/signals";
import { call, getJson, Problem, sleep, type ProblemBody } from "../api";
import { FINAL } from "../format";
import { report } from "../state";
import type { Job } from "../types";

export interface Upload { id: number; name: string; size: number; job: Job | null; problem: ProblemBody | null; started: boolean }

const AT_ONCE = 3;
const WAITS_MS = [300, 600, 1000, 2000];

export const uploads = signal<readonly Upload[]>([]);
const queue: { id: number; file: File; options: Record<string, unknown> }[] = [];
let active = 0;
let counter = 0;

const change = (id: number, values: Partial<Upload>): void => {
  const next = [...uploads.value];
  const at = next.findIndex((each) => each.id === id);
  if (at >= 0) next[at] = { ...next[at]!, ...values };
  uploads.value = next;
};

/** Send files; resolves with the job of the first one. */
export function submit(files: readonly File[], options: Record<string, unknown>): Promise<Job | null> {
  const rows = files.map((file) => ({ id: ++counter, name: file.name, size: file.size, job: null, problem: null, started: false }));
  uploads.value = [...rows.toReversed(), ...uploads.value];
  const first = rows[0]?.id;
  rows.forEach((row, at) => queue.push({ id: row.id, file: files[at]!, options }));
  pump();
  return new Promise((resolve) => {
    const stop = uploads.subscribe((all) => {
      const found = all.find((each) => each.id === first);
      if (!found || found.job || found.problem) { resolve(found?.job ?? null); queueMicrotask(() => stop()); }
    });
  });
}

function pump(): void {
  while (active < AT_ONCE && queue.length) {
    const next = queue.shift()!;
    active++;
    void send(next).finally(() => { active--; pump(); });
  }
}

async function send({ id, file, options }: (typeof queue)[number]): Promise<void> {
  change(id, { started: true });
  const form = new FormData();
  form.append("file", file, file.name);
  form.append("options", JSON.stringify(options));
  const headers = { "Idempotency-Key": crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` };
  try {
    for (;;) {
      try {
        const job = (await (await call("v1/jobs", { method: "POST", body: form, headers })).json()) as Job;
        change(id, { job });
        void follow(id, job).catch(report);
        return;
      } catch (error) {
        if (!(error instanceof Problem) || !["offline", "queue_full", "tenant_queue_full"].includes(error.code)) throw error;
        await sleep(Math.max(2, Math.min(error.retryAfter, 30)) * 1000);
      }
    }
  } catch (error) {
    if (error instanceof Problem) change(id, { problem: error.body });
    else report(error);
  }
}

async function follow(id: number, job: Job): Promise<void> {
  for (let at = 0; !FINAL.has(job.state); at++) {
    await sleep(WAITS_MS[Math.min(at, WAITS_MS.length - 1)]!);
    job = await getJson<Job>(`v1/jobs/${job.id}`);
    change(id, { job });
  }
}

/** All files of a drop, those inside folders too. */
export async function filesOf(data: DataTransfer): Promise<File[]> {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.()).filter((each): each is FileSystemEntry => each !== null && each !== undefined);
  if (!entries.some((entry) => entry.isDirectory)) return [...data.files];
  return (await Promise.all(entries.map(inside))).flat();
}

async function inside(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) return [await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    found.push(...some);
  }
  const nested = await Promise.all(found.filter((each) => !each.name.startsWith(".")).map(inside));
  return nested.flat();
}
