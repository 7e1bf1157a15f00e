import type {
  Attempt, Batch, BatchState, Corrections, Delivery, DeliveryState, DeliveryWithPayload, Document, Fault, Job, JobState,
  Page, PageReceipt, PageStatus, Replayed, Usage, Verification, Webhook, WebhookWithSecret,
} from "./models.js";

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

/** A number, or "latest"; without one, the original. */
export type Revision = number | "latest";

/** What a word says, at its place in the original result: indexes from 0. */
export interface CorrectedWord {
  page: number;
  block: string;
  line: number;
  word: number;
  /** The same text confirms the word, an empty one removes it, null takes a correction back. */
  text: string | null;
}

/** Deliveries for which all that is given holds. */
export interface Which {
  webhook_id?: string;
  job_id?: string;
  batch_id?: string;
  /** ISO 8601. */
  since?: string;
  until?: string;
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
  result(id: string, options?: { revision?: Revision }): Promise<Document>;
  corrections(id: string, options?: { revision?: Revision }): Promise<Corrections>;
  correct(id: string, corrections: CorrectedWord[], options?: { revision?: number }): Promise<Corrections>;
  export(id: string, formats: string | string[], options?: Waiting & { revision?: Revision }): Promise<Uint8Array>;
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
  list(): AsyncGenerator<Batch, void>;
  get(id: string): Promise<Batch>;
  wait(id: string, waiting?: Waiting): Promise<Batch>;
  events(id: string, waiting?: Waiting): AsyncGenerator<Batch, void>;
  results(id: string, options?: { after?: number }): AsyncGenerator<BatchResult, void>;
  errors(id: string, options?: { after?: number }): AsyncGenerator<BatchError, void>;
  cancel(id: string): Promise<Batch>;
  retry(id: string, options?: { states?: BatchState[] | string[]; idempotencyKey?: string }): Promise<Batch>;
  delete(id: string): Promise<void>;
}

export class Webhooks {
  create(url: string, options?: { events?: string[]; description?: string }): Promise<WebhookWithSecret>;
  list(): Promise<Webhook[]>;
  get(id: string): Promise<Webhook>;
  update(
    id: string,
    change: { url?: string; events?: string[]; enabled?: boolean; description?: string },
  ): Promise<Webhook>;
  delete(id: string): Promise<void>;
  rotate(id: string, options?: { overlapH?: number }): Promise<WebhookWithSecret>;
  ping(id: string): Promise<Delivery>;
  callbackSecret(): Promise<string>;
  rotateCallbackSecret(options?: { overlapH?: number }): Promise<string>;
  deliveries(which?: Which & { event?: string; state?: DeliveryState }): AsyncGenerator<Delivery, void>;
  delivery(id: string): Promise<DeliveryWithPayload>;
  attempts(id: string): Promise<Attempt[]>;
  replay(id: string): Promise<Delivery>;
  replayAll(which?: Which & { events?: string[]; states?: DeliveryState[] }): Promise<Replayed>;
}

export class Client {
  constructor(options: Options);
  readonly jobs: Jobs;
  readonly batches: Batches;
  readonly webhooks: Webhooks;
  capabilities(): Promise<Record<string, unknown>>;
  usage(): Promise<Usage>;
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
