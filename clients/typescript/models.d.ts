/**
 * What the service answers (docs/reference/api.md), and what was read (docs/reference/result.md).
 * Made by `make docs`; do not edit.
 */

export type JobState = "queued" | "running" | "succeeded" | "partial" | "failed" | "cancelled" | "expired";

export type BatchState = "preparing" | "running" | "cancelling" | "completed" | "cancelled" | "failed";

export type PageState = "queued" | "running" | "succeeded" | "failed" | "cancelled";

export type DeliveryState = "pending" | "delivered" | "failed";

export interface Fault {
  code: string;
  message: string;
  actor: "caller" | "operator";
  type: string;
}

export interface JobInput {
  filename: string | null;
  media_type: string | null;
  sha256: string | null;
  bytes: number | null;
  url: string | null;
}

export interface PageCounts {
  total: number | null;
  succeeded: number;
  failed: number;
}

export interface Job {
  id: string;
  state: JobState;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  deadline_at: string | null;
  begin_by: string | null;
  expires_at: string | null;
  input: JobInput;
  pages: PageCounts;
  fault: Fault | null;
  options: Record<string, unknown>;
  metadata: Record<string, unknown>;
  callback_url: string | null;
  priority: "interactive" | "normal" | "batch";
  batch_id: string | null;
  custom_id: string | null;
  retry_of: string | null;
  queue_position: number | null;
  queue_pages: number | null;
  estimated_wait_s: number | null;
}

export interface PageStatus {
  number: number;
  state: PageState;
  attempts: number;
  fault: Fault | null;
  finished_at: string | null;
  reading: string | null;
}

export interface DocumentCounts {
  total: number | null;
  expanded: number;
  laid_out: number;
  queued: number;
  running: number;
  succeeded: number;
  partial: number;
  failed: number;
  cancelled: number;
  expired: number;
}

export interface Batch {
  id: string;
  state: BatchState;
  created_at: string;
  finished_at: string | null;
  deadline_at: string | null;
  begin_by: string | null;
  expires_at: string | null;
  documents: DocumentCounts;
  fault: Fault | null;
  options: Record<string, unknown>;
  metadata: Record<string, unknown>;
  callback_url: string | null;
  priority: "interactive" | "normal" | "batch";
  retry_of: string | null;
}

export interface Webhook {
  id: string;
  url: string | null;
  events: string[];
  description: string;
  enabled: boolean;
  disabled_at: string | null;
  disabled_reason: string | null;
  failing_since: string | null;
  failures: number;
  created_at: string;
}

export interface WebhookWithSecret {
  id: string;
  url: string | null;
  events: string[];
  description: string;
  enabled: boolean;
  disabled_at: string | null;
  disabled_reason: string | null;
  failing_since: string | null;
  failures: number;
  created_at: string;
  secret: string;
}

export interface Delivery {
  id: string;
  endpoint_id: string;
  url: string;
  job_id: string | null;
  batch_id: string | null;
  event: string;
  state: DeliveryState;
  attempts: number;
  created_at: string;
  next_attempt_at: string | null;
  finished_at: string | null;
}

export interface Place {
  page: number;
  box: [number, number, number, number];
}

export interface Unsupported {
  text: string;
  start: number;
  end: number;
  words: number;
  after: Place | null;
  ink: Place | null;
}

export interface Difference {
  text: string;
  start: number;
  end: number;
  read: string;
  confidence: number;
  place: Place;
}

export interface Unread {
  text: string;
  words: number;
  kind: string;
  confidence: number;
  place: Place;
  left_out: boolean;
}

export interface Blank {
  text: string;
  start: number;
  end: number;
  place: Place;
}

export interface Verification {
  given_words: number;
  supported: number;
  read_words: number;
  unsupported: Unsupported[];
  differences: Difference[];
  unread: Unread[];
  blank: Blank[];
  uncovered: Place[];
}

export interface DeliveryWithPayload {
  id: string;
  endpoint_id: string;
  url: string;
  job_id: string | null;
  batch_id: string | null;
  event: string;
  state: DeliveryState;
  attempts: number;
  created_at: string;
  next_attempt_at: string | null;
  finished_at: string | null;
  payload: string;
}

export interface Attempt {
  number: number;
  at: string;
  duration_ms: number;
  status: number | null;
  error: string | null;
  response: string;
}

export interface Replayed {
  replayed: number;
  more: boolean;
}

export interface Correction {
  page: number;
  block: string;
  line: number;
  word: number;
  text: string;
  box?: [number, number, number, number] | null;
}

export interface CorrectionRevision {
  revision: number;
  created_at: string;
  author: string;
  words: number;
}

export interface Corrections {
  revision: number;
  corrections: Correction[];
  revisions: CorrectionRevision[];
}

export interface DayUsage {
  day: string;
  jobs: number;
  pages_read: number;
  pages_failed: number;
}

export interface Usage {
  days: DayUsage[];
  pages_read: number;
}

export interface DocumentInfo {
  media_type: string;
  sha256: string;
  pages: number;
}

export interface Page {
  number: number;
  width: number;
  height: number;
  dpi: number | null;
  rotation: 0 | 90 | 180 | 270;
  skew: number;
  languages: string[];
  text: string;
  regions: Region[];
  blocks: Block[];
  tables: Table[];
  barcodes: Barcode[];
  doubtful: DoubtfulWord[];
  warnings: PageWarning[];
  analyses?: Record<string, unknown>;
}

export interface DoubtfulWord {
  text: string;
  confidence: number;
  box: [number, number, number, number];
  left_out: boolean;
}

export interface Region {
  id: string;
  label: string;
  confidence: number;
  box: [number, number, number, number];
  model: string;
}

export interface Block {
  id: string;
  kind: "text" | "title" | "list" | "table" | "figure" | "formula" | "caption" | "header" | "footer" | "page_number" | "footnote" | "signature" | "stamp" | "logo" | "handwriting";
  lines: Line[];
  region: string | null;
  caption_of?: string;
}

export interface Line {
  text: string;
  confidence: number;
  box: [number, number, number, number];
  words: Word[];
  polygon: [number, number][] | null;
}

export interface Word {
  text: string;
  confidence: number;
  box: [number, number, number, number];
  characters?: Character[];
}

export interface Character {
  text: string;
  confidence: number;
  box: [number, number, number, number];
}

export interface Table {
  id: string;
  box: [number, number, number, number];
  rows: number;
  columns: number;
  cells: TableCell[];
  region: string | null;
  header_rows: number;
}

export interface TableCell {
  row: number;
  column: number;
  text: string;
  box: [number, number, number, number];
  row_span: number;
  column_span: number;
  confidence: number | null;
  words: [string, number, number][];
}

export interface Barcode {
  format: string;
  text: string;
  box: [number, number, number, number];
  content: "text" | "binary" | "mixed" | "gs1" | "iso15434" | "unknowneci";
  data: string;
}

export interface PageWarning {
  code: string;
  message: string;
}

export interface PageFailure {
  number: number;
  code: string;
  message: string;
  actor: "caller" | "operator";
}

export interface Receipt {
  service: string;
  version: string;
  parameters: Record<string, unknown>;
  models: ModelUse[];
  pages: PageReceipt[];
}

export interface ModelUse {
  name: string;
  version: string;
  sha256: string;
  provider: string;
}

export interface PageReceipt {
  number: number;
  models: ModelUse[];
  stage_ms: Record<string, number>;
  preparation: Preparation[];
  canary_ms: Record<string, number>;
  finder: string;
  lines_read: Record<string, number>;
  worker: string;
  attempt: number;
}

export interface Preparation {
  stage: string;
  measured: number | null;
  unit: string;
  applied: boolean;
  detail: string;
}

export interface Document {
  schema: "pagesight.document/1";
  document: DocumentInfo;
  pages: Page[];
  failures: PageFailure[];
  analyses?: Record<string, unknown>;
  receipt: Receipt;
}
