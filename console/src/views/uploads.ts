/** Files on their way to the service: one as a job, several as one batch. */

import { signal } from "@preact/signals";
import { getJson, Problem, sleep, upload, type ProblemBody } from "../api";
import { FINAL } from "../format";
import { report } from "../state";
import { t } from "../texts";
import type { Batch, Job } from "../types";

export interface Upload {
  id: number; name: string; size: number; sent: number; stop: () => void; offline: boolean;
  job: Job | null; batch: Batch | null; problem: ProblemBody | null;
}

const AGAIN = new Set(["offline", "queue_full", "tenant_queue_full", "not_ready"]);
const WAITS_MS = [300, 600, 1000, 2000];

export const uploads = signal<readonly Upload[]>([]);
let counter = 0;

const change = (id: number, values: Partial<Upload>): void => {
  uploads.value = uploads.value.map((each) => (each.id === id ? { ...each, ...values } : each));
};

export const forget = (id: number): void => {
  uploads.value = uploads.value.filter((each) => each.id !== id);
};

/** Send files; the address of what they became, or null where they were refused. */
export async function submit(files: readonly File[], options: Record<string, unknown>): Promise<string | null> {
  const id = ++counter;
  const stop = new AbortController();
  const name = files.length === 1 ? files[0]!.name : t.read.several(files.length);
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const row: Upload = { id, name, size, sent: 0, stop: () => { stop.abort(); forget(id); }, offline: false, job: null, batch: null, problem: null };
  uploads.value = [row, ...uploads.value].slice(0, 50);
  try {
    if (files.length > 1) {
      const batch = await send<Batch>(id, "v1/batches", batchForm(files, options), stop.signal);
      change(id, { batch });
      return `batches/${batch.id}`;
    }
    const job = await send<Job>(id, "v1/jobs", jobForm(files[0]!, options), stop.signal);
    change(id, { job });
    void follow(id, job).catch(report);
    return `jobs/${job.id}`;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    change(id, { problem: error.body });
    return null;
  }
}

function jobForm(file: File, options: Record<string, unknown>): FormData {
  const form = new FormData();
  form.append("file", file, file.name);
  form.append("options", JSON.stringify(options));
  return form;
}

/** Files keep the folder that they were chosen with. Somebody waits for them, so they do not rank behind. */
function batchForm(files: readonly File[], options: Record<string, unknown>): FormData {
  const form = new FormData();
  form.append("options", JSON.stringify(options));
  form.append("priority", "normal");
  for (const file of files) form.append("file", file, pathOf(file));
  return form;
}

const PATHS = new WeakMap<File, string>();
const pathOf = (file: File): string => PATHS.get(file) ?? (file.webkitRelativePath || file.name);

/** Sends until the service has answered: a request that was cut off is repeated under the same key. */
async function send<T>(id: number, path: string, form: FormData, stop: AbortSignal): Promise<T> {
  const key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
  for (;;) {
    try {
      return await upload<T>(path, form, key, (sent) => change(id, { sent, offline: false }), stop);
    } catch (error) {
      if (!(error instanceof Problem) || !AGAIN.has(error.code)) throw error;
      change(id, { sent: 0, offline: error.code === "offline" });
      await sleep(Math.max(2, Math.min(error.retryAfter, 30)) * 1000, stop);
    }
  }
}

async function follow(id: number, job: Job): Promise<void> {
  for (let at = 0; !FINAL.has(job.state); at++) {
    await sleep(WAITS_MS[Math.min(at, WAITS_MS.length - 1)]!);
    try {
      job = await getJson<Job>(`v1/jobs/${job.id}`);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "offline") throw error;
      continue;
    }
    change(id, { job });
  }
}

/** What systems put beside files, such as .DS_Store. */
export const isHidden = (path: string): boolean => /(^|\/)(\.|__MACOSX\/|Thumbs\.db$|desktop\.ini$)/.test(path);

/** All files of a drop, those inside folders too. */
export async function filesOf(data: DataTransfer): Promise<File[]> {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.()).filter((each): each is FileSystemEntry => each !== null && each !== undefined);
  if (!entries.some((entry) => entry.isDirectory)) return [...data.files];
  return (await Promise.all(entries.map(inside))).flat();
}

async function inside(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    PATHS.set(file, entry.fullPath.replace(/^\//, ""));
    return [file];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    found.push(...some);
  }
  return (await Promise.all(found.map(inside))).flat();
}
