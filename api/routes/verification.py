"""Verification of another reader's text, such as a language model's, against a job's result."""

import json
from typing import Annotated, Final

from fastapi import Query, Request
from starlette.concurrency import run_in_threadpool

from api.error_handlers import guarded
from api.intake.upload_stream import body_chunks
from api.keyed_router import keyed_router
from api.problems import Problem
from api.routes.made_files import made_bytes
from api.routes.results import read_result
from api.schemas.verification import VerificationOut
from api.security.auth import Reader
from api.services import Services, ServicesDep
from jobs.domain.job import Job
from vision.verification.ink import Ink, ink_of
from vision.verification.verify import verify

MOST_BYTES: Final = 2 << 20  # of text; some 700 pages

_FORM: Final = "ink"  # the format that says what the pictures show

router = keyed_router("/v1/jobs/{job_id}", "results")


@router.post(
    "/verify",
    operation_id="verifyText",
    summary="Compare another reader's text with the result",
    responses=guarded(
        "not_found",
        "not_finished",
        "no_result",
        "job_failed",
        "too_large",
        "bad_request",
        "body_timeout",
        "length_required",
    ),
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "The text, Markdown or plain, in UTF-8.",
            "content": {
                kind: {"schema": {"type": "string"}} for kind in ("text/markdown", "text/plain")
            },
        }
    },
)
async def verify_text(
    request: Request,
    services: ServicesDep,
    key: Reader,
    job_id: str,
    ink: Annotated[bool, Query(description="Look at the pictures of the pages as well.")] = False,
) -> VerificationOut:
    """Words of the text without ink behind them, words on the pages that it lacks, with boxes.

    With `ink` a worker looks at the pages first: `not_finished` until it has. Order, case,
    punctuation and Markdown's markup make no difference (docs/how-to/verify.md).
    """
    job = await run_in_threadpool(services.ledger.jobs.get, key.tenant, job_id)
    text = await _text(request)
    document = await run_in_threadpool(read_result, services, job)
    seen = await run_in_threadpool(_ink, services, job) if ink else None
    return VerificationOut.of(await run_in_threadpool(verify, document, text, seen))


def _ink(services: Services, job: Job) -> Ink:
    return ink_of(json.loads(made_bytes(services, job, _FORM)))


async def _text(request: Request) -> str:
    body = b"".join([piece async for piece in body_chunks(request, MOST_BYTES)])
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        detail = f"The text is not UTF-8: byte {error.start}."
        raise Problem("bad_request", detail) from error
