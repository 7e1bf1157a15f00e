import { ApiError, UnreachableError, WaitTimeoutError } from "./errors.js";

const BUSY = new Set([429, 503]); // refused before anything was done: safe for every request
const TRANSIENT = new Set([408, 425, 500, 502, 504]);

/** Sends requests, and repeats those that may be repeated. */
export class Transport {
  constructor({ server, apiKey, retries = {}, fetch = globalThis.fetch }) {
    this.server = server.replace(/\/+$/, "");
    this.headers = apiKey ? { Authorization: `Bearer ${apiKey}` } : {};
    this.retries = { attempts: 5, firstS: 0.5, longestS: 60, random: Math.random, ...retries };
    this.fetch = fetch;
    this.sleep = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));
  }

  /**
   * The answer of a request that succeeded. `repeatable`: sending it twice has the effect of sending
   * it once. `goneIsDone`: a repeated attempt that finds nothing has succeeded.
   */
  async send(method, path, { query, headers, body, repeatable = true, goneIsDone = false, signal } = {}) {
    const url = this.server + path + queryOf(query);
    for (let made = 0; ; made += 1) {
      const last = made + 1 >= this.retries.attempts;
      let response;
      try {
        response = await this.fetch.call(globalThis, url, {
          method, body, signal, headers: { ...this.headers, ...headers }, redirect: "error",
        });
      } catch (error) {
        if (error.name === "AbortError" || error.name === "TimeoutError") throw error;
        if (last || !repeatable) throw unreachable(method, path, error);
        await this.sleep(this.pause(made));
        continue;
      }
      if (response.ok || (goneIsDone && made > 0 && response.status === 404)) return response;
      const error = await errorOf(response);
      if (last || !this.mayRepeat(error, repeatable)) throw error;
      await this.sleep(this.pause(made) + (error.retryAfterS ?? 0));
    }
  }

  async json(method, path, options) {
    return (await this.send(method, path, options)).json();
  }

  /** Repeats a request that is answered `not_finished` until it succeeds. */
  async whenMade(path, { method = "GET", ...options }, timeoutS) {
    const deadline = new Deadline(timeoutS, path);
    for (;;) {
      try {
        return await this.send(method, path, options);
      } catch (error) {
        if (error.code !== "not_finished") throw error;
        deadline.check();
        await this.sleep(deadline.atMostS(error.retryAfterS ?? 1));
      }
    }
  }

  /**
   * The lines of a stream, as `request()` asks for them, until `isComplete()`. After a lost connection
   * it is asked for again. An item is what `read(line)` gives, if not undefined.
   */
  async *follow({ request, read, isComplete }, deadline) {
    for (let failures = 0; ; failures += 1) {
      try {
        const { path, options } = request();
        const response = await this.send("GET", path, options);
        if (response.status === 204) return;
        for await (const line of linesOf(response)) {
          const item = read(line);
          if (item !== undefined) {
            failures = 0;
            yield item;
          }
          deadline?.check();
        }
        if (isComplete()) return;
      } catch (error) {
        if (!(error instanceof TypeError) || failures + 1 >= this.retries.attempts) throw error;
      }
      deadline?.check();
      if (failures + 1 >= this.retries.attempts) throw unreachable("GET", request().path, new Error("the stream ended early"));
      await this.sleep(this.pause(failures));
    }
  }

  mayRepeat(error, repeatable) {
    if ((error.retryAfterS ?? 0) > this.retries.longestS) return false;
    if (BUSY.has(error.status)) return repeatable || error.retryAfterS !== null;
    return repeatable && (TRANSIENT.has(error.status) || error.code === "idempotency_in_flight");
  }

  pause(made) {
    return this.retries.random() * Math.min(this.retries.longestS, this.retries.firstS * 2 ** made);
  }
}

/** The end of a wait; null waits for as long as it takes. */
export class Deadline {
  constructor(timeoutS, what) {
    this.until = timeoutS == null ? Infinity : performance.now() + timeoutS * 1000;
    this.message = `${what} has not ended within ${timeoutS} s. It goes on; wait for it again.`;
  }

  atMostS(seconds) {
    return Math.max(0, Math.min(seconds, (this.until - performance.now()) / 1000));
  }

  check() {
    if (performance.now() >= this.until) throw new WaitTimeoutError(this.message);
  }
}

function unreachable(method, path, error) {
  const reason = error.cause?.message ?? error.message;
  return new UnreachableError(`${method} ${path} got no answer (${reason}).`, { cause: error });
}

async function errorOf(response) {
  const problem = await response.json().catch(() => ({}));
  return new ApiError(problem && typeof problem === "object" ? problem : {}, response);
}

function queryOf(query) {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).filter((each) => each != null).map((each) => [name, String(each)]),
  );
  return pairs.length ? `?${new URLSearchParams(pairs)}` : "";
}

async function* linesOf(response) {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of response.body) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = lines.pop();
    yield* lines;
  }
}
