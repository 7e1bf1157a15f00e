import { ApiError, UnreachableError } from "@pagesight/client";
import { bytes, client, faults, lost, refused, seen, show } from "./start.mjs";

faults.push(lost(), refused(503, "stopping"), refused(409, "idempotency_in_flight"));
const job = await client.jobs.submit(bytes, { filename: "one.png", metadata: { one: 1 } });
show(new Set(seen.map((each) => each[1])).size);
show(seen.length);
let count = 0;
for await (const each of client.jobs.list()) count += each.input.filename === "one.png";
show(count);
faults.push(refused(503, "queue_full", { "Retry-After": "61" }));
show(await client.jobs.submit(bytes).catch((error) => [error.code, error.retryAfterS, error instanceof ApiError]));
faults.push(lost(), lost(), lost(), lost(), lost());
show(await client.jobs.get("job_1").catch((error) => [error instanceof UnreachableError, error.name]));
show(await client.jobs.get("job_1").catch((error) => [error.code, error.status]));
