import { verifyWebhook } from "@pagesight/client";
import { show } from "./start.mjs";

const { body, headers, secret, other, at } = JSON.parse(process.env.GIVEN);
const tried = (...given) =>
  verifyWebhook(...given).then(
    (event) => event.id + event.data.n,
    (error) => error.name,
  );
show(await tried(body, headers, [other, secret], { nowS: at + 300 }));
show(await tried(body, new Headers(headers), secret, { nowS: at - 300 }));
show(await tried(body, headers, secret, { nowS: at + 301 }));
show(await tried(body + " ", headers, secret, { nowS: at }));
show(await tried(body, headers, other, { nowS: at }));
show(await tried(body, { ...headers, "webhook-signature": "v1,?? v2,x" }, secret, { nowS: at }));
show(await tried(body, {}, secret, { nowS: at }));
