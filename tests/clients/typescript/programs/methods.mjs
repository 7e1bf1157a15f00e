import { Batches, Client, Jobs, Webhooks } from "@pagesight/client";

const found = {};
for (const each of [Client, Jobs, Batches, Webhooks]) {
  found[each.name] = Object.getOwnPropertyNames(each.prototype).filter((name) => name !== "constructor");
}
console.log(JSON.stringify(found));
