/** Base of all errors of this client. */
export class PagesightError extends Error {
  constructor(message, options) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The service did not answer, however often the request was repeated. */
export class UnreachableError extends PagesightError {}

/** What was waited for has not ended; it goes on, and can be waited for again. */
export class WaitTimeoutError extends PagesightError {}

/** The service refused a request (RFC 9457); `code` is stable, `actor` says who must act. */
export class ApiError extends PagesightError {
  constructor(problem, response) {
    const { code = "", actor = "operator", title, detail, type, status, instance, ...extra } = problem;
    const rows = (Array.isArray(extra.errors) ? extra.errors : []).map((row) => `; ${row.place}: ${row.expected}`);
    super(`${detail ?? title ?? response.statusText} [${code || "HTTP"} ${response.status}]${rows.join("")}`);
    this.status = response.status;
    this.code = code;
    this.actor = actor;
    this.detail = detail ?? "";
    this.extra = extra;
    this.retryAfterS = retryAfterS(response.headers.get("retry-after"));
    this.requestId = response.headers.get("x-request-id");
  }
}

/** Seconds of a `Retry-After`, which is a number or a date; null where there is none. */
function retryAfterS(text) {
  if (text === null) return null;
  if (/^\d+$/.test(text.trim())) return Number(text);
  const moment = Date.parse(text);
  return Number.isNaN(moment) ? null : Math.max(0, (moment - Date.now()) / 1000);
}
