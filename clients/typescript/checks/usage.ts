/** Calls of every kind, for the compiler: `make client-check`. Nothing here runs. */

import { ApiError, Client, verifyWebhook } from "../index.js";
import type { Delivery, Document, Job, Verification } from "../index.js";

export async function documents(client: Client, file: Blob): Promise<string[]> {
  const document: Document = await client.read(file, { filename: "a.pdf", options: { languages: ["deu"] }, timeoutS: 9 });
  const job: Job = await client.jobs.submit(new URL("https://example.com/a.pdf"), { deadline_s: 60, priority: "batch" });
  for await (const event of client.jobs.events(job.id, { after: 3 })) console.log(event.sequence + 1);
  const bytes: Uint8Array = await client.jobs.export(job.id, ["text", "alto"], { revision: "latest" });
  const found: Verification = await client.jobs.verify(job.id, "text", { ink: true });
  const boxes: number[] = found.uncovered.map((each) => each.page);
  const saved = await client.jobs.correct(job.id, [{ page: 1, block: "b1", line: 0, word: 0, text: null }], { revision: 0 });
  // @ts-expect-error a priority that does not exist
  await client.jobs.submit(file, { priority: "urgent" });
  // @ts-expect-error the place of a correction is missing
  await client.jobs.correct(job.id, [{ text: "word" }]);
  return [...document.pages.map((page) => page.text), String(bytes.length), String(saved.revision), ...boxes.map(String)];
}

export async function batches(client: Client, file: Blob): Promise<number> {
  const batch = await client.batches.submit([file, { job: "job_1", custom_id: "a" }], { metadata: { desk: 3 } });
  for await (const each of client.batches.list()) console.log(each.state);
  let pages = 0;
  for await (const { result } of client.batches.results(batch.id)) pages += result.pages.length;
  for await (const { fault } of client.batches.errors(batch.id)) console.log(fault?.code);
  return pages;
}

export async function webhooks(client: Client, body: string, headers: Headers): Promise<Delivery[]> {
  const { id, secret } = await client.webhooks.create("https://app.example.com/hook", { events: ["job.*"] });
  await client.webhooks.update(id, { enabled: false });
  const event = await verifyWebhook(body, headers, [secret, await client.webhooks.callbackSecret()]);
  const failed: Delivery[] = [];
  for await (const each of client.webhooks.deliveries({ state: "failed", webhook_id: id })) failed.push(each);
  const { replayed, more } = await client.webhooks.replayAll({ states: ["failed"] });
  // @ts-expect-error a state that does not exist
  await client.webhooks.replayAll({ states: ["lost"] });
  console.log(event.type.length, replayed + 1, more);
  return failed;
}

export function codeOf(error: unknown): string {
  // @ts-expect-error what was caught may be anything
  console.log(error.code);
  return error instanceof ApiError ? error.code : "";
}
