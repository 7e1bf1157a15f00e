"""Files of a result that a worker makes when they are asked for: PDFs, pictures, corrections."""

import json
from itertools import chain
from typing import Any, Final

from fastapi import Response
from fastapi.responses import StreamingResponse

from api.problems import Problem
from api.schemas.jobs import FaultOut
from api.services import Services
from jobs.domain.errors import NotFound
from jobs.domain.job import Fault, Job
from jobs.storage.blob_keys import fault_key, file_key
from vision.export.archive import MEDIA_TYPE as ZIP

_ZIP_START: Final = b"PK\x03\x04"
RETRY = {"Retry-After": "1"}


def made_file(
    services: Services,
    job: Job,
    form: str,
    about: dict[str, Any],
    refused_as: str = "job_failed",
) -> Response:
    """The file if it is stored; else a worker is asked to make it.

    Raises Problem `not_finished` until then, and `refused_as` where it cannot be made.
    """
    pieces = services.blobs.stream(file_key(job, form))
    try:
        first = next(pieces, b"")
    except NotFound:
        raise _not_made(services, job, form, refused_as) from None
    if first.startswith(_ZIP_START):
        about = {**about, "media_type": ZIP}
    return StreamingResponse(chain([first], pieces), **about)


def made_bytes(services: Services, job: Job, form: str) -> bytes:
    """The file if it is stored; raises Problem as `made_file` does."""
    try:
        return services.blobs.get(file_key(job, form))
    except NotFound:
        raise _not_made(services, job, form, "job_failed") from None


def _not_made(services: Services, job: Job, form: str, refused_as: str) -> Problem:
    try:
        code, message, actor = json.loads(services.blobs.get(fault_key(job, form)))
    except NotFound:
        services.ledger.files.request(job, form)
        return Problem(
            "not_finished", "A worker makes the file.", headers=RETRY, state=str(job.state)
        )
    return problem_of(refused_as, Fault(code, message, actor))


def problem_of(code: str, fault: Fault) -> Problem:
    """The Problem `code` with what went wrong and who must act."""
    shown = FaultOut.of(fault)
    return Problem(code, fault.message, actor=fault.actor, fault=shown and shown.model_dump())
