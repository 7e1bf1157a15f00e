import type { Batch, BatchState, Document, Fault, Job, JobState, Page, PageReceipt, PageStatus, Verification } from "./models.js";

export type * from "./models.js";

/** A Blob (a File; in Node.js `openAsBlob`), bytes, or a URL that the service fetches. */
export type Source = Blob | ArrayBuffer | ArrayBufferView | URL | string;

export interface Retries {
  /** Attempts in all; 1 switches repeating off. */
  attempts?: number;
  /** Waits are `random() * min(longestS, firstS * 2 ** n)`; a Retry-After is a lower bound. */
  firstS?: number;
  longestS?: number;
  random?: () => number;
}

export interface Options {
  server: string;
  apiKey?: string;
  retries?: Retries;
  fetch?: typeof fetch;
}

/** What may accompany a document (docs/reference/api.md). */
export interface Parameters {
  options?: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  callback_url?: string;
  priority?: "interactive" | "normal" | "batch";
  deadline_s?: number;
  begin_within_s?: number;
}

export interface Submission extends Parameters {
  filename?: string;
  idempotencyKey?: string;
}

export interface Waiting {
  /** Seconds; WaitTimeoutError after them. */
  timeoutS?: number;
}

export interface JobEvent {
  job_id: string;
  sequence: number;
  kind: string;
  at: string;
  data: Record<string, unknown>;
}

export interface BatchEntry {
  source?: Source;
  /** An earlier job, whose document is read again. */
  job?: string;
  name?: string;
  custom_id?: string;
  options?: Record<string, unknown>;
  metadata?: Record<string, unknown>;
}

interface BatchLine {
  custom_id: string;
  index: number;
  job_id: string;
  state: JobState;
  filename: string | null;
  metadata: Record<string, unknown>;
}

export interface BatchResult extends BatchLine {
  result: Document;
}

export interface BatchError extends BatchLine {
  fault: Fault | null;
}

export class Jobs {
  submit(source: Source, submission?: Submission): Promise<Job>;
  get(id: string): Promise<Job>;
  list(filter?: { state?: JobState; batchId?: string }): AsyncGenerator<Job, void>;
  wait(id: string, waiting?: Waiting): Promise<Job>;
  events(id: string, options?: Waiting & { after?: number }): AsyncGenerator<JobEvent, void>;
  result(id: string): Promise<Document>;
  export(id: string, formats: string | string[], waiting?: Waiting): Promise<Uint8Array>;
  pages(id: string): Promise<PageStatus[]>;
  page(id: string, number: number): Promise<{ page: Page; receipt: PageReceipt }>;
  picture(id: string, number: number, options?: Waiting & { width?: number }): Promise<Uint8Array>;
  verify(id: string, text: string, options?: Waiting & { ink?: boolean }): Promise<Verification>;
  cancel(id: string): Promise<Job>;
  retry(id: string, options?: { idempotencyKey?: string }): Promise<Job>;
  delete(id: string): Promise<void>;
}

export class Batches {
  submit(documents: (Source | BatchEntry)[], parameters?: Parameters & { idempotencyKey?: string }): Promise<Batch>;
  get(id: string): Promise<Batch>;
  wait(id: string, waiting?: Waiting): Promise<Batch>;
  events(id: string, waiting?: Waiting): AsyncGenerator<Batch, void>;
  results(id: string, options?: { after?: number }): AsyncGenerator<BatchResult, void>;
  errors(id: string, options?: { after?: number }): AsyncGenerator<BatchError, void>;
  cancel(id: string): Promise<Batch>;
  retry(id: string, options?: { states?: BatchState[] | string[]; idempotencyKey?: string }): Promise<Batch>;
  delete(id: string): Promise<void>;
}

export class Client {
  constructor(options: Options);
  readonly jobs: Jobs;
  readonly batches: Batches;
  /** Submit a document, wait for its end, and return what was read. */
  read(source: Source, options?: Submission & Waiting): Promise<Document>;
}

export class PagesightError extends Error {}
export class UnreachableError extends PagesightError {}
export class WaitTimeoutError extends PagesightError {}
export class WebhookVerificationError extends PagesightError {}

export class ApiError extends PagesightError {
  readonly status: number;
  /** Stable; see docs/reference/errors.md. */
  readonly code: string;
  readonly actor: "caller" | "operator";
  readonly detail: string;
  readonly extra: Record<string, unknown>;
  readonly retryAfterS: number | null;
  readonly requestId: string | null;
}

export interface WebhookEvent {
  id: string;
  type: string;
  timestamp: string;
  data: Record<string, unknown>;
}

export function verifyWebhook(
  body: string | Uint8Array,
  headers: Headers | Record<string, string | undefined>,
  secrets: string | string[],
  options?: { toleranceS?: number; nowS?: number },
): Promise<WebhookEvent>;
