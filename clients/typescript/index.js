/**
 * A client of the Pagesight service, for Node.js 20 and browsers. docs/reference/typescript-client.md
 * describes it; index.d.ts has its types.
 */

export { ApiError, PagesightError, UnreachableError, WaitTimeoutError } from "./errors.js";
export { verifyWebhook, WebhookVerificationError } from "./webhooks.js";
export { Batches } from "./batches.js";
export { Jobs } from "./jobs.js";
export { Webhooks } from "./receivers.js";
export { Client } from "./client.js";
