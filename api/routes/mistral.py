"""Mistral's OCR: `POST /v1/ocr`, and the upload of files for it.

Switched on by `PAGESIGHT_MISTRAL_DOOR`. A file is a job, whose reading begins with the upload; its
id is the job's id.
"""

import json
from typing import Any, Final

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from api.error_handlers import UPLOAD, guarded
from api.intake.create_job import accept
from api.intake.mistral_request import OcrBody
from api.intake.multipart import boundary_of
from api.intake.open_form import OpenForm
from api.intake.options import check_installed, check_options
from api.intake.parse_request import FORM_OVERHEAD_BYTES, Submission
from api.intake.upload_stream import body_chunks, receive
from api.keyed_router import keyed_router
from api.links import BASE
from api.long_poll import wait_until_final
from api.problems import Problem
from api.routes.results import read_result
from api.schemas.jobs import JobParameters
from api.security.auth import Reader, Writer
from api.services import Services, ServicesDep
from jobs.domain.job import Job
from jobs.domain.names import display_name, form_name
from vision.export.ocr_response import Asked, to_ocr_response

_PURPOSE: Final = "ocr"
_PROBLEMS: Final = guarded(
    *UPLOAD, "unsupported_type", "empty", "not_found", "not_finished", "no_result", "job_failed"
)

router = keyed_router("/v1", "mistral")


@router.post(
    "/ocr",
    operation_id="mistralOcr",
    summary="Read a document, and wait for it",
    response_class=Response,
    responses=_PROBLEMS,
)
async def ocr(request: Request, services: ServicesDep, key: Writer) -> Response:
    """JSON with `document`: a `data:` URL, an address, or an uploaded file."""
    body = OcrBody(request, services.upload_limit)
    await body.begin()
    uploaded = body.request.document.uploaded if body.request else None
    if uploaded is None:
        job, _ = await accept(request, services, key.tenant, None, body.read)
    else:
        job = await run_in_threadpool(services.ledger.jobs.get, key.tenant, uploaded)
    assert body.request is not None
    asked = body.request.asked()
    job = await wait_until_final(request, services, job, services.settings.max_wait_s)
    return await run_in_threadpool(_answer, services, job, asked)


@router.post(
    "/files",
    operation_id="mistralUploadFile",
    summary="Upload a file for OCR",
    responses=guarded(*UPLOAD, "unsupported_type", "empty"),
)
async def upload_file(request: Request, services: ServicesDep, key: Writer) -> dict[str, Any]:
    """A form with one part `file` and the purpose `ocr`."""
    job, _ = await accept(request, services, key.tenant, None, _read_file)
    return _file(job)


@router.get(
    "/files/{file_id}",
    operation_id="mistralRetrieveFile",
    summary="An uploaded file",
    responses=guarded("not_found"),
)
def retrieve_file(services: ServicesDep, key: Reader, file_id: str) -> dict[str, Any]:
    """What the upload answered."""
    return _file(services.ledger.jobs.get(key.tenant, file_id)) | {"deleted": False}


@router.get(
    "/files/{file_id}/url",
    operation_id="mistralGetSignedUrl",
    summary="An address of an uploaded file",
    responses=guarded("not_found"),
)
def get_signed_url(
    request: Request, services: ServicesDep, key: Reader, file_id: str
) -> dict[str, str]:
    """To be sent as `document_url`; nothing can be fetched from it."""
    job = services.ledger.jobs.get(key.tenant, file_id)
    base = BASE.get() or str(request.base_url).rstrip("/")
    return {"url": f"{base}/v1/files/{job.id}/content"}


@router.delete(
    "/files/{file_id}",
    operation_id="mistralDeleteFile",
    summary="Delete an uploaded file with its result",
    responses=guarded("not_found", "illegal_move"),
)
def delete_file(services: ServicesDep, key: Writer, file_id: str) -> dict[str, Any]:
    """Refused while it is read."""
    services.ledger.deletion.job(key.tenant, file_id, services.blobs, by=key.id)
    return {"id": file_id, "object": "file", "deleted": True}


async def _read_file(request: Request, services: Services, blob: str) -> Submission:
    limit = services.upload_limit
    chunks = body_chunks(request, limit + FORM_OVERHEAD_BYTES)
    form = OpenForm(chunks, boundary_of(request.headers.get("content-type", "")), "file")
    upload = await receive(form.file_chunks(), services.blobs, blob, limit)
    purpose = form.values.get("purpose", [_PURPOSE])[-1]
    if purpose != _PURPOSE:
        raise Problem("invalid_request", f"The purpose {purpose!r} is not available; use 'ocr'.")
    options = check_options({})
    check_installed(options, await services.capabilities.aget())
    name = None if form.filename is None else display_name(form_name(form.filename))
    return Submission(JobParameters(filename=name), options, upload)


def _answer(services: Services, job: Job, asked: Asked) -> Response:
    answer = to_ocr_response(read_result(services, job), asked, job.input_bytes)
    return Response(json.dumps(answer, ensure_ascii=False), media_type="application/json")


def _file(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "object": "file",
        "bytes": job.input_bytes or 0,
        "created_at": int(job.created_at.timestamp()),
        "filename": job.filename or "document",
        "purpose": _PURPOSE,
        "sample_type": "ocr_input",
        "source": "upload",
        "mimetype": job.media_type,
    }
