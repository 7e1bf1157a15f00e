/** Requests to the service, with the key of this browser. */

import { signal } from "@preact/signals";
import { t } from "./texts";

export interface ProblemBody {
  title: string; detail: string; code: string; actor: string; status: number; type?: string;
  errors?: { place: string; expected: string }[]; [member: string]: unknown;
}

export class Problem extends Error {
  constructor(readonly body: ProblemBody, readonly retryAfter = 0) { super(body.detail); }
  get code() { return this.body.code; }
}

const KEY = "pagesight.key";

export const key = signal(sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY) ?? "");
export const online = signal(true);

/** Keep a key for this tab, or for this browser where the person asked for that. */
export function useKey(text: string, remember: boolean): void {
  sessionStorage.setItem(KEY, text);
  if (remember) localStorage.setItem(KEY, text);
  else localStorage.removeItem(KEY);
  key.value = text;
}

export function forgetKey(): void {
  sessionStorage.removeItem(KEY);
  localStorage.removeItem(KEY);
  key.value = "";
}

let probe: Promise<void> | null = null;

/** Resolves when the service answers again; all who wait share the one request that asks. */
function backOnline(): Promise<void> {
  probe ??= (async () => {
    for (let wait = 500; !online.value; wait = Math.min(wait * 1.5, 5000)) {
      await sleep(wait);
      try {
        await fetch("healthz");
        online.value = true;
      } catch { /* still away */ }
    }
  })().finally(() => { probe = null; });
  return probe;
}

/** A request with the key. One that only reads waits while the service is away; others fail at once. */
export async function call(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (key.value) headers.set("Authorization", `Bearer ${key.value}`);
  let response: Response | null = null;
  while (!response) {
    try {
      response = await fetch(path, { ...init, headers });
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      online.value = false;
      if ((init.method ?? "GET") !== "GET") throw offline();
      await backOnline();
    }
  }
  online.value = true;
  if (response.ok) return response;
  const body = problemFrom(await response.text(), response.status);
  if (body.code === "unauthorised") forgetKey();
  throw new Problem(body, Number(response.headers.get("Retry-After") ?? 0));
}

function problemFrom(text: string, status: number): ProblemBody {
  try {
    return JSON.parse(text) as ProblemBody;
  } catch {
    return { title: `HTTP ${status}`, detail: text.slice(0, 300), code: "http", actor: "operator", status };
  }
}

const offline = (): Problem =>
  new Problem({ title: t.offline.title, detail: t.offline.detail, code: "offline", actor: "operator", status: 0 });

/** Post a form and report how many bytes were sent, which fetch cannot. */
export const upload = <T>(path: string, form: FormData, idempotencyKey: string, onSent: (bytes: number) => void, stop: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("Authorization", `Bearer ${key.value}`);
    request.setRequestHeader("Idempotency-Key", idempotencyKey);
    request.upload.onprogress = (event) => onSent(event.loaded);
    request.onload = () => {
      online.value = true;
      if (request.status < 300) return resolve(JSON.parse(request.responseText) as T);
      const body = problemFrom(request.responseText, request.status);
      if (body.code === "unauthorised") forgetKey();
      reject(new Problem(body, Number(request.getResponseHeader("Retry-After") ?? 0)));
    };
    request.onerror = () => { online.value = false; void backOnline(); reject(offline()); };
    request.onabort = () => reject(new DOMException("", "AbortError"));
    stop.addEventListener("abort", () => request.abort(), { once: true });
    request.send(form);
  });

export const getJson = async <T>(path: string, init?: RequestInit): Promise<T> =>
  (await call(path, init)).json() as Promise<T>;

export const send = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
  const init: RequestInit = { method };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { "Content-Type": "application/json" };
  }
  const response = await call(path, init);
  return (response.status === 204 ? undefined : await response.json()) as T;
};

export const sleep = (ms: number, stop?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    stop?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("", "AbortError"));
    }, { once: true });
  });

/** A file that a worker may have to make first: asks again until it is there. */
export async function whenMade(path: string, stop?: AbortSignal): Promise<Response> {
  for (let wait = 150; ; wait = Math.min(wait * 1.4, 1500)) {
    try {
      return await call(path, { headers: { Prefer: "wait=10" }, ...(stop && { signal: stop }) });
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "not_finished") throw error;
      await sleep(wait, stop);
    }
  }
}

export interface ServerEvent { id: string; kind: string; data: Record<string, unknown> }

/** Server-sent events by fetch, since EventSource cannot send a key. Resumes after the last one. */
export async function* events(path: string, stop: AbortSignal): AsyncGenerator<ServerEvent> {
  let last = "0";
  for (;;) {
    const response = await call(path, { headers: { "Last-Event-ID": last }, signal: stop });
    if (response.status === 204 || !response.body) return;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read().catch((error: unknown) => {
        if (stop.aborted) throw error;
        return { value: undefined, done: true }; // cut off: asked for again after the last event
      });
      if (done) break;
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const fields = new Map(block.split("\n").map((line) => {
          const at = line.indexOf(":");
          return [line.slice(0, at), line.slice(at + 2)] as const;
        }));
        const data = fields.get("data");
        if (!data) continue;
        last = fields.get("id") ?? last;
        const parsed = JSON.parse(data) as { data?: Record<string, unknown> };
        yield { id: last, kind: fields.get("event") ?? "", data: parsed.data ?? {} };
      }
    }
    await sleep(800, stop);
  }
}

/** Save a response as a file of the person's. */
export async function download(path: string, name: string): Promise<void> {
  const blob = await (await whenMade(path)).blob();
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = blob.type === "application/zip" ? name.replace(/\.[^.]+$/, ".zip") : name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 30_000);
}
