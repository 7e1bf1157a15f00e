import { Events } from "./events.js";
import { Deadline } from "./transport.js";
import { blobOf, formOf, isUrl, newKey } from "./uploads.js";

const FINAL = new Set(["completed", "cancelled", "failed"]);

/** `/v1/batches`. Methods throw ApiError and UnreachableError. */
export class Batches {
  constructor(transport) {
    this.transport = transport;
  }

  /** Submit Blobs, bytes and URLs, each alone or as `{source, custom_id, name, options, metadata}`. */
  submit(documents, { idempotencyKey, ...parameters } = {}) {
    const headers = { "Idempotency-Key": idempotencyKey ?? newKey() };
    const entries = documents.map((each) => (isEntry(each) ? each : { source: each }));
    const files = entries.filter(({ source, job }) => !job && !isUrl(source));
    const rows = entries.map(rowOf);
    if (!files.length) {
      headers["Content-Type"] = "application/jsonl";
      const query = Object.fromEntries(formOf(parameters));
      return this.transport.json("POST", "/v1/batches", { headers, query, body: rows.join("\n") });
    }
    const body = formOf({ ...parameters });
    body.append("documents", rows.join("\n"));
    entries.forEach((each, index) => {
      if (files.includes(each)) body.append("file", blobOf(each.source), nameOf(each, index));
    });
    return this.transport.json("POST", "/v1/batches", { headers, body });
  }

  /** Batches, newest first; further ones are fetched as you go on. */
  async *list() {
    for (let before; ; ) {
      const { batches, next } = await this.transport.json("GET", "/v1/batches", { query: { limit: 100, before } });
      yield* batches;
      if (!next) return;
      before = next;
    }
  }

  get(id) {
    return this.transport.json("GET", path(id));
  }

  /** The batch once it has ended, by its events. Throws WaitTimeoutError after `timeoutS`. */
  async wait(id, { timeoutS } = {}) {
    let last;
    for await (const batch of this.events(id, { timeoutS })) last = batch;
    return last ?? this.get(id);
  }

  /** The batch at each change, until it has ended. */
  events(id, { timeoutS } = {}) {
    const isLast = (kind) => FINAL.has(kind.replace(/^batch\./, ""));
    return this.transport.follow(new Events(path(id, "events"), "", isLast), new Deadline(timeoutS, id));
  }

  /** The documents read so far, one at a time, in the order of the batch. */
  results(id, { after = -1 } = {}) {
    return this.lines(path(id, "results.jsonl"), after);
  }

  /** The documents that ended without a result so far. */
  errors(id, { after = -1 } = {}) {
    return this.lines(path(id, "errors.jsonl"), after);
  }

  cancel(id) {
    return this.transport.json("POST", path(id, "cancel"));
  }

  retry(id, { states, idempotencyKey } = {}) {
    const headers = { "Idempotency-Key": idempotencyKey ?? newKey() };
    return this.transport.json("POST", path(id, "retry"), { headers, query: { states } });
  }

  async delete(id) {
    await this.transport.send("DELETE", path(id), { goneIsDone: true });
  }

  lines(where, after) {
    return this.transport.follow({
      request: () => ({ path: where, options: { query: { after } } }),
      read: (line) => {
        const row = JSON.parse(line);
        after = row.index;
        return row;
      },
      isComplete: () => true,
    });
  }
}

function isEntry(value) {
  return typeof value === "object" && value !== null && ("source" in value || "job" in value);
}

function nameOf({ source, name }, index) {
  return name ?? source.name ?? `document-${index}`;
}

function rowOf(entry, index) {
  const { source, job, name, ...settings } = entry;
  if (job) return JSON.stringify({ job, ...settings });
  if (isUrl(source)) return JSON.stringify({ url: String(source), ...settings });
  return JSON.stringify({ name: nameOf(entry, index), ...settings });
}

function path(...parts) {
  return ["/v1/batches", ...parts.map((each) => encodeURIComponent(each))].join("/");
}
