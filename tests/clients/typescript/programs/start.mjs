/** What the programs of the tests share: a client before a network that fails on purpose. */
import { Client } from "@pagesight/client";

export const show = (value) => console.log(JSON.stringify(value));
export const faults = [];
export const seen = [];
const failing = async (url, options) => {
  seen.push([options.method, options.headers["Idempotency-Key"], options.headers["Last-Event-ID"]]);
  const fault = faults.shift();
  if (fault === undefined) return fetch(url, options);
  if (fault instanceof Error) throw fault;
  if (fault instanceof Response) return fault;
  const response = await fetch(url, options);
  const whole = new Uint8Array(await response.arrayBuffer());
  let sent = false;
  const body = new ReadableStream({
    pull(stream) {
      if (sent) return stream.error(new TypeError("terminated"));
      sent = true;
      if (fault) stream.enqueue(whole.slice(0, fault));
    },
  });
  return new Response(body, { status: response.status, headers: response.headers });
};
export const lost = () => new TypeError("fetch failed");
export const refused = (status, code, headers = {}) =>
  new Response(JSON.stringify({ code, detail: "No." }), { status, headers });
const server = process.env.PAGESIGHT_SERVER;
const apiKey = process.env.PAGESIGHT_API_KEY;
const retries = { firstS: 0.001 };
export const client = new Client({ server, apiKey, retries, fetch: failing });
export const bytes = new Uint8Array(5008);
bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
