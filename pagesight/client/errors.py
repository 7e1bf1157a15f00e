"""Every error that the client raises.

PagesightError
|-- ServiceUnreachableError    no answer: network, or the service is down
|-- UnexpectedResponseError    an answer that is not this service's
|-- WaitTimeoutError           the wait ended before the job did
|-- WebhookVerificationError   a delivery that is not genuine, or too old
`-- ApiError                   the service refused (RFC 9457), with `code` and `actor`
    |-- UnauthorisedError, ForbiddenError, NotFoundError
    |-- NotFinishedError, NoResultError, JobFailedError, PageFailedError
    |-- RateLimitedError, QueueFullError
    `-- IdempotencyError
"""

from collections.abc import Mapping
from typing import Any


class PagesightError(Exception):
    """Base of all errors of this client."""


class ServiceUnreachableError(PagesightError):
    """The service did not answer, however often the request was repeated."""


class UnexpectedResponseError(PagesightError):
    """An answer that this client cannot read: another service, or a proxy in between."""


class WaitTimeoutError(PagesightError):
    """What was waited for has not ended; it goes on, and can be waited for again."""


class WebhookVerificationError(PagesightError):
    """A delivery that is not genuine, is too old, or is not JSON. Answer it with 401."""


class ApiError(PagesightError):
    """The service refused a request.

    `code` is stable and listed in docs/reference/errors.md; `actor` says who must act, the
    `caller` or the `operator`. `extra` holds further members, such as `errors` or `fault`.
    `retry_after_s` is when repeating may succeed, None where that would not help.
    """

    def __init__(
        self,
        problem: Mapping[str, Any],
        status: int,
        retry_after_s: float | None = None,
        request_id: str | None = None,
    ) -> None:
        self.status = status
        self.code = str(problem.get("code", ""))
        self.actor = str(problem.get("actor", "operator"))
        self.title = str(problem.get("title", ""))
        self.detail = str(problem.get("detail", ""))
        self.retry_after_s = retry_after_s
        self.request_id = request_id
        known = {"type", "title", "status", "detail", "instance", "code", "actor"}
        self.extra = {name: each for name, each in problem.items() if name not in known}
        super().__init__(self._message())

    def _message(self) -> str:
        rows = [f"{each.get('place')}: {each.get('expected')}" for each in self._rows()]
        reason = self.detail or self.title or "the request was refused"
        return "; ".join([f"{reason} [{self.code or 'HTTP'} {self.status}]", *rows])

    def _rows(self) -> list[Mapping[str, Any]]:
        errors = self.extra.get("errors")
        return [each for each in errors or () if isinstance(each, dict)]


class UnauthorisedError(ApiError):
    """The API key is missing, unknown, expired or revoked."""


class ForbiddenError(ApiError):
    """The API key lacks a scope; `extra["needed"]` names it."""


class NotFoundError(ApiError):
    """There is no such job, page, batch or webhook, or it belongs to another tenant."""


class NotFinishedError(ApiError):
    """The result, the page or the file is not made yet; ask again after `retry_after_s`."""


class NoResultError(ApiError):
    """The job was cancelled or has expired."""


class JobFailedError(ApiError):
    """The document could not be read; `extra["fault"]` says why."""


class PageFailedError(ApiError):
    """The page could not be read; `extra["fault"]` says why."""


class RateLimitedError(ApiError):
    """More requests than the key may send."""


class QueueFullError(ApiError):
    """The queue of the service or of the tenant has no room now."""


class IdempotencyError(ApiError):
    """The idempotency key belongs to another request, or that one is still arriving."""


BY_CODE: Mapping[str, type[ApiError]] = {
    "not_found": NotFoundError,
    "not_finished": NotFinishedError,
    "no_result": NoResultError,
    "job_failed": JobFailedError,
    "page_failed": PageFailedError,
    "rate_limited": RateLimitedError,
    "queue_full": QueueFullError,
    "tenant_queue_full": QueueFullError,
    "idempotency_mismatch": IdempotencyError,
    "idempotency_in_flight": IdempotencyError,
}
BY_STATUS: Mapping[int, type[ApiError]] = {
    401: UnauthorisedError,
    403: ForbiddenError,
    404: NotFoundError,
}


def api_error(
    problem: Mapping[str, Any], status: int, retry_after_s: float | None, request_id: str | None
) -> ApiError:
    """The error class of a problem: by its code, else by its status."""
    kind = BY_CODE.get(str(problem.get("code"))) or BY_STATUS.get(status, ApiError)
    return kind(problem, status, retry_after_s, request_id)
