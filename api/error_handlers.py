"""Turns every error into RFC 9457 problem details, which say who must act."""

import errno
import logging
import secrets
from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api.intake.options import error_rows
from api.problems import KINDS, Problem
from jobs.domain.egress_policy import EgressRefused
from jobs.domain.errors import (
    BlobError,
    IdempotencyMismatch,
    IllegalTransition,
    LedgerUnavailable,
    NotFound,
    QueueFull,
)
from jobs.domain.job import Batch
from jobs.webhooks.secret_box import SecretKeyMissing
from vision.core.errors import BadInput

MEDIA_TYPE = "application/problem+json"
RETRY_SOON: Mapping[str, str] = {"Retry-After": "5"}
_BY_STATUS = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "unsupported_media",
}
_DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})

# What handlers raise; everything else is a defect, which `api.front` answers.
ANSWERED: Final = (
    Problem,
    BadInput,
    EgressRefused,
    NotFound,
    IllegalTransition,
    IdempotencyMismatch,
    QueueFull,
    LedgerUnavailable,
    SecretKeyMissing,
    OSError,
    BlobError,
    RequestValidationError,
    HTTPException,
)

log = logging.getLogger(__name__)


class ProblemResponse(JSONResponse):
    """JSON under the media type of problem details."""

    media_type = MEDIA_TYPE


def install(app: FastAPI) -> None:
    """Make every error of the application a problem."""
    for kind in ANSWERED:
        app.add_exception_handler(kind, answer)


async def answer(request: Request, error: Exception) -> Response:
    """The response to an error that a handler raised."""
    problem = to_problem(error)
    if problem.kind.code == "internal":
        problem = log_internal(error)
    if isinstance(error, HTTPException) and error.status_code == 405:
        problem.headers["Allow"] = ", ".join(_methods_of(request))
    request.app.state.metrics.problem(problem.kind.code)
    return respond(problem, request.url.path)


def _methods_of(request: Request) -> list[str]:
    """All methods of the path that the request names; each route knows only its own."""
    routes = request.app.state.routes
    matching = (each for each in routes if each.matches(request.scope)[0] != Match.NONE)
    path = next(matching).path
    methods = {method for each in routes if each.path == path for method in each.methods}
    return sorted(methods | ({"HEAD"} if "GET" in methods else set()))


def respond(problem: Problem, path: str) -> Response:
    """The problem as a response; `instance` is the path of the request."""
    return ProblemResponse(problem.body(path), status_code=problem.status, headers=problem.headers)


def log_internal(error: Exception) -> Problem:
    """Log an internal error in full; the response only refers to the log entry."""
    reference = secrets.token_hex(8)
    log.error("internal error, reference %s", reference, exc_info=error)
    return Problem("internal", "An unexpected error occurred.", reference=reference)


def to_problem(error: Exception) -> Problem:
    """The problem that an error means for the caller; an unexpected one is `internal`."""
    match error:
        case Problem():
            return error
        case BadInput() if error.code in KINDS:
            return Problem(error.code, error.message, headers={"Connection": "close"})
        case EgressRefused():
            return _from_egress(error)
        case RequestValidationError():
            rows = error_rows(error.errors())
            places = ", ".join(row["place"] for row in rows)
            return Problem("invalid_request", f"Invalid: {places}.", errors=rows)
        case HTTPException():
            return _from_http(error)
        case _:
            return _from_ledger(error)


def _from_egress(error: EgressRefused) -> Problem:
    detail = f"{error.message}."
    if error.code == "bad_url":
        return Problem("bad_url", detail[0].upper() + detail[1:])
    return Problem("egress_refused", detail, setting="PAGESIGHT_EGRESS_ALLOW")


def _from_http(error: HTTPException) -> Problem:
    code = _BY_STATUS.get(error.status_code, "bad_request")
    return Problem(code, str(error.detail) + ".", headers=error.headers)


def _from_ledger(error: Exception) -> Problem:
    match error:
        case NotFound():
            return Problem("not_found", "Not found.")
        case IllegalTransition():
            return Problem("illegal_move", f"{error}.")
        case IdempotencyMismatch():
            return _mismatch(error)
        case QueueFull():
            return _queue_full(error)
        case _:
            return _from_installation(error)


def _from_installation(error: Exception) -> Problem:
    match error:
        case SecretKeyMissing():
            return Problem(
                "secret_key_missing", "A webhook secret cannot be encrypted or decrypted."
            )
        case LedgerUnavailable():
            return Problem("database_down", "The database is unavailable.", headers=RETRY_SOON)
        case OSError() if error.errno in _DISK_FULL:
            return Problem("disk_full", "The disk is full.", headers=RETRY_SOON)
        case BlobError() | OSError():
            return Problem("storage_down", "The blob store is unavailable.", headers=RETRY_SOON)
        case _:
            return Problem("internal", "An unexpected error occurred.")


def _mismatch(error: IdempotencyMismatch) -> Problem:
    made = error.made
    if isinstance(made, Batch):
        detail = "This key was used for a different batch."
        return Problem("idempotency_mismatch", detail, batch_id=made.id)
    detail = "This key was used for a different job."
    return Problem("idempotency_mismatch", detail, job_id=made.id)


def _queue_full(error: QueueFull) -> Problem:
    # The body may not have been read; what is left of it is not worth waiting for.
    headers = {"Retry-After": str(error.retry_after_s or 30), "Connection": "close"}
    if error.tenant is None:
        return Problem("queue_full", "Too many jobs are queued.", headers=headers)
    return Problem("tenant_queue_full", "Too many of your jobs are queued.", headers=headers)


# Problems of submitting documents, one or many.
UPLOAD: Final = (
    "bad_request",
    "bad_multipart",
    "bad_json",
    "body_timeout",
    "idempotency_in_flight",
    "length_required",
    "too_large",
    "unsupported_media",
    "invalid_request",
    "unknown_option",
    "invalid_option",
    "unknown_language",
    "unknown_detector",
    "bad_page_selection",
    "bad_url",
    "egress_refused",
    "idempotency_mismatch",
    "queue_full",
    "tenant_queue_full",
    "disk_full",
)
# Problems of a retry.
RETRY: Final = (
    "not_found",
    "illegal_move",
    "invalid_request",
    "idempotency_mismatch",
    "queue_full",
    "tenant_queue_full",
    "disk_full",
)


def guarded(*codes: str) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that needs a key: the problems of all such routes, and `codes`."""
    return documented("unauthorised", "forbidden", "rate_limited", "database_down", *codes)


def documented(*codes: str) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route for OpenAPI: each of its problems, by status."""
    by_status: dict[int | str, list[str]] = {}
    for code in codes:
        status = KINDS[code].status
        if status is not None:
            by_status.setdefault(status, []).append(code)
    return {status: _response(codes) for status, codes in by_status.items()}


def _response(codes: list[str]) -> dict[str, Any]:
    example = Problem(codes[0], KINDS[codes[0]].remedy).body("/v1/...")
    return {
        "description": "; ".join(f"{KINDS[code].title} (`{code}`)" for code in codes),
        "content": {
            MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
        },
    }
