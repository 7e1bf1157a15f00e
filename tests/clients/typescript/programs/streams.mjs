import { bytes, client, faults, lost, refused, show } from "./start.mjs";

const all = async (stream) => {
  const items = [];
  for await (const each of stream) items.push(each);
  return items;
};
const job = await client.jobs.submit(bytes);
await client.jobs.wait(job.id);
const events = await all(client.jobs.events(job.id));
show(events.map((each) => each.kind));
for (const length of [0, 30, 200, 700]) {
  faults.push(length, lost(), length);
  show(JSON.stringify(await all(client.jobs.events(job.id))) === JSON.stringify(events));
}
show((await all(client.jobs.events(job.id, { after: events.at(-2).sequence }))).length);
const batch = await client.batches.submit([bytes, { source: bytes, custom_id: "two" }]);
show((await client.batches.wait(batch.id)).state);
const lines = await all(client.batches.results(batch.id));
show(lines.map((each) => each.custom_id));
for (const length of [0, 100, 4000]) {
  faults.push(length, refused(503, "stopping"), length);
  show(JSON.stringify(await all(client.batches.results(batch.id))) === JSON.stringify(lines));
}
const text = await client.jobs.verify(job.id, "# First page nobody");
show([text.supported, text.unsupported[0].text]);
await client.jobs.delete(job.id);
show(await client.jobs.wait(job.id, { timeoutS: 0 }).catch((error) => error.code));
