import { PagesightError } from "./errors.js";

/** A delivery that is not genuine, or too old. Answer it with 401. */
export class WebhookVerificationError extends PagesightError {}

/**
 * The event of a delivery, as Standard Webhooks specifies. `body` is what arrived, before any
 * parsing; several secrets are tried, as while they are rotated.
 */
export async function verifyWebhook(body, headers, secrets, { toleranceS = 300, nowS = Date.now() / 1000 } = {}) {
  const content = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const read = (name) => {
    const value = headers instanceof Headers ? headers.get(name) : lowered(headers)[name];
    if (!value) throw new WebhookVerificationError(`the header ${name} is missing`);
    return value;
  };
  const id = read("webhook-id");
  const stamp = read("webhook-timestamp");
  if (!/^\d+$/.test(stamp)) throw new WebhookVerificationError("webhook-timestamp is not a number of seconds");
  if (Math.abs(nowS - Number(stamp)) > toleranceS) throw new WebhookVerificationError("the message is too old, or ahead of this clock");
  const signed = join(new TextEncoder().encode(`${id}.${stamp}.`), content);
  const signatures = read("webhook-signature").split(" ").filter((each) => each.startsWith("v1,"));
  for (const secret of [secrets].flat()) {
    const key = await crypto.subtle.importKey("raw", bytesOf(secret.replace(/^whsec_/, "")), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    for (const each of signatures) {
      // The comparison of `verify` takes the same time for every signature.
      if (await crypto.subtle.verify("HMAC", key, decoded(each.slice(3)), signed)) {
        return { id, ...JSON.parse(new TextDecoder().decode(content)) };
      }
    }
  }
  throw new WebhookVerificationError("no signature matches: another secret, or the body was changed on its way");
}

function lowered(headers) {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value ?? "")]));
}

function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
}

function decoded(signature) {
  try {
    return bytesOf(signature);
  } catch {
    return new Uint8Array();
  }
}

function join(one, other) {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
