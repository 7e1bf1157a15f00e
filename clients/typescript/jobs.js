import { Deadline } from "./transport.js";
import { blobOf, formOf, isUrl, newKey } from "./uploads.js";
import { Events } from "./events.js";

const FINAL = new Set(["succeeded", "partial", "failed", "cancelled", "expired"]);
const LONGEST_POLL_S = 20; // shorter than the idle timeouts of usual proxies
const MADE_WITHIN_S = 300;

/** `/v1/jobs`. Methods throw ApiError and UnreachableError. */
export class Jobs {
  constructor(transport) {
    this.transport = transport;
  }

  /** Submit a Blob, bytes, or a URL that the service fetches; repeated safely by its key. */
  submit(source, { idempotencyKey, filename, ...parameters } = {}) {
    const headers = { "Idempotency-Key": idempotencyKey ?? newKey() };
    if (isUrl(source)) {
      headers["Content-Type"] = "application/json";
      const body = JSON.stringify({ url: String(source), filename, ...parameters });
      return this.transport.json("POST", "/v1/jobs", { headers, body });
    }
    const body = formOf(parameters);
    const blob = blobOf(source);
    body.append("file", blob, filename ?? blob.name ?? "document");
    return this.transport.json("POST", "/v1/jobs", { headers, body });
  }

  get(id) {
    return this.transport.json("GET", path(id));
  }

  /** Jobs, newest first; further ones are fetched as you go on. */
  async *list({ state, batchId } = {}) {
    for (let before; ; ) {
      const query = { state, batch_id: batchId, limit: 100, before };
      const { jobs, next } = await this.transport.json("GET", "/v1/jobs", { query });
      yield* jobs;
      if (!next) return;
      before = next;
    }
  }

  /** The job once it has ended, by long polls. Throws WaitTimeoutError after `timeoutS`. */
  async wait(id, { timeoutS } = {}) {
    const deadline = new Deadline(timeoutS, id);
    for (;;) {
      const waitS = Math.floor(deadline.atMostS(LONGEST_POLL_S));
      const headers = waitS >= 1 ? { Prefer: `wait=${waitS}` } : {};
      const response = await this.transport.send("GET", path(id), { headers });
      const job = await response.json();
      if (FINAL.has(job.state)) return job;
      deadline.check();
      if (!response.headers.has("preference-applied")) await this.transport.sleep(deadline.atMostS(1));
    }
  }

  /** Each event as it happens, until the job has ended. */
  events(id, { after = 0, timeoutS } = {}) {
    const isLast = (kind) => FINAL.has(kind.replace(/^job\./, ""));
    const events = new Events(path(id, "events"), after ? String(after) : "", isLast);
    return this.transport.follow(events, new Deadline(timeoutS, id));
  }

  /** What was read; `revision` (a number, or "latest") with its corrections. */
  result(id, { revision } = {}) {
    return this.transport.json("GET", path(id, "result"), { query: { format: "json", revision } });
  }

  /** The corrected words of a revision, and all revisions. */
  corrections(id, { revision } = {}) {
    return this.transport.json("GET", path(id, "corrections"), { query: { revision } });
  }

  /** Save the right text of words; with `revision`, refused where there is a later one. */
  correct(id, corrections, { revision } = {}) {
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ corrections, revision });
    return this.transport.json("PATCH", path(id, "corrections"), { headers, body, repeatable: false });
  }

  /** The result as a file; several formats make one ZIP. Waits until it is made. */
  async export(id, formats, { revision, timeoutS = MADE_WITHIN_S } = {}) {
    const query = { format: [formats].flat().join(","), revision };
    return bytesOf(await this.transport.whenMade(path(id, "result"), { query }, timeoutS));
  }

  async pages(id) {
    return (await this.transport.json("GET", path(id, "pages"))).pages;
  }

  page(id, number) {
    return this.transport.json("GET", path(id, "pages", number));
  }

  /** A JPEG of a page, in the frame of its coordinates. */
  async picture(id, number, { width = 1600, timeoutS = MADE_WITHIN_S } = {}) {
    const where = path(id, "pages", number, "image");
    return bytesOf(await this.transport.whenMade(where, { query: { width } }, timeoutS));
  }

  /** How far another reader's text agrees with what was read; `ink`: and with the pictures. */
  async verify(id, text, { ink = false, timeoutS = MADE_WITHIN_S } = {}) {
    const headers = { "Content-Type": "text/markdown; charset=utf-8" };
    const options = { method: "POST", headers, body: text, query: ink ? { ink } : {} };
    return (await this.transport.whenMade(path(id, "verify"), options, timeoutS)).json();
  }

  cancel(id) {
    return this.transport.json("POST", path(id, "cancel"));
  }

  retry(id, { idempotencyKey } = {}) {
    const headers = { "Idempotency-Key": idempotencyKey ?? newKey() };
    return this.transport.json("POST", path(id, "retry"), { headers });
  }

  async delete(id) {
    await this.transport.send("DELETE", path(id), { goneIsDone: true });
  }
}

function path(...parts) {
  return ["/v1/jobs", ...parts.map((each) => encodeURIComponent(each))].join("/");
}

async function bytesOf(response) {
  return new Uint8Array(await response.arrayBuffer());
}
