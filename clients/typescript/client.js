import { Batches } from "./batches.js";
import { Jobs } from "./jobs.js";
import { Transport } from "./transport.js";

/** Talks to one service with one key. */
export class Client {
  constructor(options) {
    const transport = new Transport(options);
    this.jobs = new Jobs(transport);
    this.batches = new Batches(transport);
  }

  /** Submit a document, wait for its end, and return what was read. */
  async read(source, { timeoutS, ...parameters } = {}) {
    const job = await this.jobs.submit(source, parameters);
    await this.jobs.wait(job.id, { timeoutS });
    return this.jobs.result(job.id);
  }
}
