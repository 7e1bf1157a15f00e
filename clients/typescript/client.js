import { Batches } from "./batches.js";
import { Jobs } from "./jobs.js";
import { Webhooks } from "./receivers.js";
import { Transport } from "./transport.js";

/** Talks to one service with one key. */
export class Client {
  constructor(options) {
    const transport = new Transport(options);
    this.transport = transport;
    this.jobs = new Jobs(transport);
    this.webhooks = new Webhooks(transport);
    this.batches = new Batches(transport);
  }

  /** Options, formats, languages and detectors of the service. */
  capabilities() {
    return this.transport.json("GET", "/v1/capabilities");
  }

  /** Pages read by day, of the jobs that have ended. */
  usage() {
    return this.transport.json("GET", "/v1/usage");
  }

  /** Submit a document, wait for its end, and return what was read. */
  async read(source, { timeoutS, ...parameters } = {}) {
    const job = await this.jobs.submit(source, parameters);
    await this.jobs.wait(job.id, { timeoutS });
    return this.jobs.result(job.id);
  }
}
