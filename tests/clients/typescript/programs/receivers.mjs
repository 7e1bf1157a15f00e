import { openAsBlob } from "node:fs";
import { Client } from "@pagesight/client";

const client = new Client({ server: process.env.PAGESIGHT_SERVER, apiKey: process.env.PAGESIGHT_API_KEY });
const print = (value) => console.log(JSON.stringify(value));
const codeOf = (promise) => promise.then(() => "", (error) => error.code);

const hook = await client.webhooks.create("https://hooks.example.com/a");
const ping = await client.webhooks.ping(hook.id);
const listed = [];
for await (const each of client.webhooks.deliveries({ webhook_id: hook.id })) listed.push(each.event);
print([
  [listed[0], listed.length],
  (await client.webhooks.delivery(ping.id)).payload.includes("webhook.ping"),
  (await client.webhooks.attempts(ping.id)).length,
  (await client.webhooks.replay(ping.id)).state,
  await client.webhooks.replayAll({ states: ["pending"], webhook_id: hook.id }),
]);
await client.webhooks.update(hook.id, { enabled: false });
await client.webhooks.delete(hook.id);

const secret = await client.webhooks.callbackSecret();
const again = await client.webhooks.callbackSecret().catch((error) => error.status);
print([secret.startsWith("whsec_"), again, (await client.webhooks.rotateCallbackSecret()) !== secret]);

const job = await client.jobs.submit(await openAsBlob("scan.pdf"));
await client.jobs.wait(job.id, { timeoutS: 60 });
const word = { page: 1, block: "b1", line: 0, word: 9, text: "Hallo" };
const result = await client.jobs.result(job.id, { revision: "latest" });
print([
  (await client.jobs.corrections(job.id)).revision,
  await codeOf(client.jobs.correct(job.id, [word], { revision: 0 })),
  await codeOf(client.jobs.export(job.id, "text", { revision: 7 })),
  result.pages.length,
]);
const batch = await client.batches.submit([await openAsBlob("a.png")]);
const batches = [];
for await (const each of client.batches.list()) batches.push(each.id);
print((await client.usage()).pages_read > 0 && batches.includes(batch.id));
