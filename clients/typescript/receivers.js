/** `/v1/webhooks`. Methods throw ApiError and UnreachableError. */
export class Webhooks {
  constructor(transport) {
    this.transport = transport;
  }

  /** Register a receiver. The answer has its secret, only this once. */
  create(url, { events = ["*"], description = "" } = {}) {
    return this.#write("POST", path(), { url, events, description });
  }

  async list() {
    return (await this.transport.json("GET", path())).webhooks;
  }

  get(id) {
    return this.transport.json("GET", path(id));
  }

  /** Change `url`, `events`, `enabled` or `description`; what is left out stays. */
  update(id, change) {
    return this.transport.json("PATCH", path(id), jsonOf(change));
  }

  async delete(id) {
    await this.transport.send("DELETE", path(id), { goneIsDone: true });
  }

  /** A new secret, shown only this once; the old one signs as well for `overlapH` hours. */
  rotate(id, { overlapH = 24 } = {}) {
    return this.#write("POST", path(id, "rotate"), undefined, { overlap_h: overlapH });
  }

  ping(id) {
    return this.#write("POST", path(id, "ping"));
  }

  /** The secret that signs callbacks, shown only once. */
  async callbackSecret() {
    return (await this.#write("GET", path("callback-secret"))).secret;
  }

  async rotateCallbackSecret({ overlapH = 24 } = {}) {
    const where = path("callback-secret", "rotate");
    return (await this.#write("POST", where, undefined, { overlap_h: overlapH })).secret;
  }

  /** Deliveries, newest first; further ones are fetched as you go on. */
  async *deliveries(which = {}) {
    for (let before; ; ) {
      const query = { ...which, limit: 200, before };
      const { deliveries, next } = await this.transport.json("GET", path("deliveries"), { query });
      yield* deliveries;
      if (!next) return;
      before = next;
    }
  }

  /** One delivery with its message. */
  delivery(id) {
    return this.transport.json("GET", path("deliveries", id));
  }

  /** The answer to each attempt, or why there was none. */
  async attempts(id) {
    return (await this.transport.json("GET", path("deliveries", id, "attempts"))).attempts;
  }

  /** Send a message again, under its own `webhook-id`. */
  replay(id) {
    return this.#write("POST", path("deliveries", id, "replay"));
  }

  /** Send messages again: failed ones unless `states` says otherwise, up to 1,000 a request. */
  replayAll(which = {}) {
    return this.#write("POST", path("deliveries", "replay"), which);
  }

  #write(method, where, body, query) {
    const given = body === undefined ? {} : jsonOf(body);
    return this.transport.json(method, where, { ...given, query, repeatable: false });
  }
}

function path(...parts) {
  return ["/v1/webhooks", ...parts.map((each) => encodeURIComponent(each))].join("/");
}

function jsonOf(value) {
  return { headers: { "Content-Type": "application/json" }, body: JSON.stringify(value) };
}
