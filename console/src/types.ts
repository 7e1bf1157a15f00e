/** The parts of the API's answers that the console uses. */

export type Box = [number, number, number, number];
export type Point = [number, number];

export interface Word { text: string; confidence: number; box: Box }
export interface Line { text: string; confidence: number; box: Box; words: Word[]; polygon: Point[] | null }
export interface Block { id: string; kind: string; lines: Line[]; region: string | null }
export interface Region { id: string; label: string; confidence: number; box: Box; model: string }
export interface Cell {
  row: number; column: number; text: string; box: Box; row_span: number; column_span: number;
  confidence: number | null; words: [string, number, number][];
}
export interface Table { id: string; box: Box; rows: number; columns: number; cells: Cell[]; header_rows: number }
export interface Barcode { format: string; text: string; box: Box; content: string }
export interface Doubtful { text: string; confidence: number; box: Box; left_out: boolean }
export interface Warning { code: string; message: string }

export interface Page {
  number: number; width: number; height: number; dpi: number | null; rotation: number; skew: number;
  languages: string[]; text: string; regions: Region[]; blocks: Block[]; tables: Table[];
  barcodes: Barcode[]; doubtful: Doubtful[]; warnings: Warning[]; analyses?: Record<string, unknown>;
}

export interface ModelUse { name: string; version: string; sha256: string; provider: string }
export interface PageReceipt {
  number: number; models: ModelUse[]; stage_ms: Record<string, number>;
  preparation: { stage: string; measured: number | null; unit: string; applied: boolean; detail: string }[];
  worker: string; attempt: number; finder: string; lines_read: Record<string, number>;
}
export interface PageReading { page: Page; receipt: PageReceipt }

export interface Fault { code: string; message: string; actor: "caller" | "operator"; type: string }
export type JobState = "queued" | "running" | "succeeded" | "partial" | "failed" | "cancelled" | "expired";

export interface Job {
  id: string; state: JobState; created_at: string; started_at: string | null; finished_at: string | null;
  expires_at: string | null;
  input: { filename: string | null; media_type: string | null; bytes: number | null; url: string | null; sha256: string | null };
  pages: { total: number | null; succeeded: number; failed: number };
  fault: Fault | null; options: Record<string, unknown>; metadata: Record<string, unknown>;
  batch_id: string | null; custom_id: string | null; retry_of: string | null; priority: string;
  queue_position: number | null; queue_pages: number | null; estimated_wait_s: number | null;
}
export interface TextMatch { page: number; snippet: string; marks: [number, number][] }
export interface JobList { jobs: Job[]; next: string | null; matches?: Record<string, TextMatch[]> | null }
export interface PageRow { number: number; state: string; attempts: number; fault: Fault | null }

export interface Correction { page: number; block: string; line: number; word: number; text: string; box?: Box | null }
export interface Doubtful {
  page: number; block: string; line: number; word: number; text: string; confidence: number; box: Box; context: string;
  language: string | null; page_width: number; page_height: number;
}
export interface DoubtfulWords { revision: number; words: Doubtful[]; next_page: number | null }
export interface Corrections {
  revision: number; corrections: Correction[];
  revisions: { revision: number; created_at: string; author: string; words: number }[];
}

export interface OptionSchema {
  type?: string; description?: string; default?: unknown; enum?: string[]; title?: string;
  minimum?: number; maximum?: number; items?: OptionSchema; anyOf?: OptionSchema[];
}
export interface Capabilities {
  options: { properties: Record<string, OptionSchema> };
  formats: { name: string; media_type: string; summary: string }[];
  media_types: string[]; languages: string[]; detectors: string[]; webhook_events: string[];
}

export interface Batch {
  id: string; state: string; created_at: string; finished_at: string | null;
  documents: { total: number | null; [state: string]: number | null }; fault: Fault | null; retry_of: string | null;
}

export interface Endpoint {
  id: string; url: string | null; events: string[]; enabled: boolean; created_at: string; description: string;
  disabled_reason: string | null; failures: number;
}
export interface Delivery {
  id: string; endpoint_id: string; event: string; state: string; attempts: number; created_at: string;
  next_attempt_at: string | null; finished_at: string | null; url: string; payload?: string; job_id: string | null; batch_id: string | null;
}
export interface Attempt { number: number; at: string; duration_ms: number; status: number | null; error: string | null; response: string }

export interface Worker { id: string; role: string; ready: boolean; reason: string | null; capabilities: Record<string, unknown> }
export interface Readiness {
  ready: boolean; reading: boolean; reasons: { part: string; message: string; actor: string; remedy: string }[]; workers: Worker[];
}
