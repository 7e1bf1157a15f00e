"""docling-serve: convert a document at once or in the background, for its existing clients.

Switched on by `PAGESIGHT_DOCLING_DOOR`. A task is a job, its id the job's id.
"""

import json
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import PurePosixPath
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.error_handlers import UPLOAD, guarded
from api.intake.create_job import Reads, accept
from api.intake.docling_request import METADATA, read_form, read_source
from api.keyed_router import keyed_router
from api.long_poll import wait_until_final
from api.problems import Problem
from api.routes.results import read_result
from api.security.auth import Reader, Writer
from api.services import Services, ServicesDep
from jobs.domain.errors import NotFound
from jobs.domain.job import Job
from jobs.domain.states import FINAL_JOB_STATES, JobState
from vision.core.document import Document
from vision.export.archive import MEDIA_TYPE as ZIP
from vision.export.archive import zip_files
from vision.export.docling import to_docling
from vision.export.html import render_html
from vision.export.markdown import render_markdown
from vision.export.text import render_text

_CONVERT: Final = guarded(*UPLOAD, "unsupported_type", "empty")
_AT_ONCE: Final = guarded(
    *UPLOAD, "unsupported_type", "empty", "not_finished", "no_result", "job_failed"
)
_READ: Final = frozenset({JobState.SUCCEEDED, JobState.PARTIAL})
_STATUS: Final[Mapping[JobState, str]] = {
    JobState.QUEUED: "pending",
    JobState.RUNNING: "started",
    JobState.SUCCEEDED: "success",
    JobState.PARTIAL: "success",
}
_RENDER: Final[Mapping[str, Callable[[Document], str]]] = {
    "md": render_markdown,
    "html": render_html,
    "text": render_text,
}
_EXTENSIONS: Final = {"md": "md", "json": "json", "html": "html", "text": "txt"}

router = keyed_router("/v1", "docling")
about = APIRouter(tags=["docling"])


@router.post(
    "/convert/file",
    operation_id="doclingConvertFile",
    summary="Convert a file, and wait for it",
    response_class=Response,
    responses=_AT_ONCE,
)
async def convert_file(request: Request, services: ServicesDep, key: Writer) -> Response:
    """A form with one part `files` and the options as fields."""
    return await _convert(request, services, key.tenant, read_form)


@router.post(
    "/convert/source",
    operation_id="doclingConvertSource",
    summary="Convert a source, and wait for it",
    response_class=Response,
    responses=_AT_ONCE,
)
async def convert_source(request: Request, services: ServicesDep, key: Writer) -> Response:
    """JSON with one source, as base64 or as a URL."""
    return await _convert(request, services, key.tenant, read_source)


@router.post(
    "/convert/file/async",
    operation_id="doclingConvertFileAsync",
    summary="Convert a file in the background",
    responses=_CONVERT,
)
async def convert_file_async(
    request: Request, services: ServicesDep, key: Writer
) -> dict[str, Any]:
    """The state of the new task."""
    job, _ = await accept(request, services, key.tenant, None, read_form)
    return _task(job)


@router.post(
    "/convert/source/async",
    operation_id="doclingConvertSourceAsync",
    summary="Convert a source in the background",
    responses=_CONVERT,
)
async def convert_source_async(
    request: Request, services: ServicesDep, key: Writer
) -> dict[str, Any]:
    """The state of the new task."""
    job, _ = await accept(request, services, key.tenant, None, read_source)
    return _task(job)


@router.get(
    "/status/poll/{task_id}",
    operation_id="doclingGetStatus",
    summary="The state of a task",
    responses=guarded("not_found"),
)
async def get_status(
    request: Request,
    services: ServicesDep,
    key: Reader,
    task_id: str,
    wait: Annotated[float, Query(ge=0, description="Seconds to wait for its end.")] = 0,
) -> dict[str, Any]:
    """`success` also where some pages failed; the result says which."""
    job = await run_in_threadpool(_job, services, key.tenant, task_id)
    seconds = min(wait, services.settings.max_wait_s)
    return _task(await wait_until_final(request, services, job, seconds))


@router.get(
    "/result/{task_id}",
    operation_id="doclingGetResult",
    summary="The result of a task",
    response_class=Response,
    responses=guarded("not_found"),
)
def get_result(services: ServicesDep, key: Reader, task_id: str) -> Response:
    """In the formats that the task asked for; why it failed, for one that did."""
    job = _job(services, key.tenant, task_id)
    if job.state in _READ:
        return _result(services, job)
    if job.state not in FINAL_JOB_STATES:
        raise Problem("not_found", "Task result not found. The task has not ended yet.")
    return _json({"kind": "TaskFailureResult", "failure": _failure(job)})


@about.get("/health", operation_id="doclingHealth", summary="Whether the API answers")
def health() -> dict[str, str]:
    """Needs no key; `/readyz` says whether documents are read."""
    return {"status": "ok"}


@about.get("/version", operation_id="doclingVersion", summary="The version of the service")
def get_version() -> dict[str, str]:
    """Needs no key."""
    return {"pagesight": version("pagesight")}


async def _convert(request: Request, services: Services, tenant: str, read: Reads) -> Response:
    job, _ = await accept(request, services, tenant, None, read)
    job = await wait_until_final(request, services, job, services.settings.max_wait_s)
    if job.state not in FINAL_JOB_STATES:
        message = f"The conversion goes on; its result will be at /v1/result/{job.id}."
        raise Problem("not_finished", message, task_id=job.id, state=str(job.state))
    return await run_in_threadpool(_result, services, job)


def _job(services: Services, tenant: str, task_id: str) -> Job:
    try:
        return services.ledger.jobs.get(tenant, task_id)
    except NotFound as error:
        raise Problem("not_found", "Task not found.") from error


def _task(job: Job) -> dict[str, Any]:
    status = _STATUS.get(job.state, "failure")
    done = job.state in FINAL_JOB_STATES
    task: dict[str, Any] = {
        "task_id": job.id,
        "task_type": "convert",
        "task_status": status,
        "task_meta": {
            "num_docs": 1,
            "num_processed": int(done),
            "num_succeeded": int(job.state is JobState.SUCCEEDED),
            "num_partially_succeeded": int(job.state is JobState.PARTIAL),
            "num_failed": int(status == "failure"),
        },
    }
    if status == "failure":
        failure = _failure(job)
        task |= {"error_message": failure["message"], "failure": failure}
    return task


def _failure(job: Job) -> dict[str, Any]:
    """docling-serve's description of a task that failed."""
    expired = job.state is JobState.EXPIRED
    internal = job.fault is not None and job.fault.actor == "operator"
    return {
        "category": "timeout" if expired else "internal" if internal else "unknown",
        "message": job.fault.message if job.fault else f"The job is {job.state}.",
        "retryable": internal,
        "phase": "execution",
        "details": {"code": job.fault.code if job.fault else str(job.state)},
    }


def _result(services: Services, job: Job) -> Response:
    document = read_result(services, job)
    wanted = job.metadata.get(METADATA)
    chosen = wanted if isinstance(wanted, dict) else {}
    name = job.filename or "document"
    contents = {form: _content(form, document, name) for form in chosen.get("formats", ["md"])}
    if chosen.get("target") == "zip":
        return _zipped(contents, name)
    partial = job.state is JobState.PARTIAL
    ended, began = job.finished_at or job.created_at, job.started_at or job.created_at
    answer = {
        "document": {"filename": name, **{f"{form}_content": contents[form] for form in contents}},
        "status": "partial_success" if partial else "success",
        "errors": _errors(services, job) if partial else [],
        "processing_time": (ended - began).total_seconds(),
        "timings": {},
    }
    return _json(answer)


def _content(form: str, document: Document, name: str) -> Any:
    return to_docling(document, name) if form == "json" else _RENDER[form](document)


def _zipped(contents: Mapping[str, Any], name: str) -> Response:
    files = (
        (
            f"{PurePosixPath(name).stem}.{_EXTENSIONS[form]}",
            (json.dumps(each, ensure_ascii=False) if form == "json" else each).encode(),
        )
        for form, each in contents.items()
    )
    headers = {"Content-Disposition": 'attachment; filename="converted_docs.zip"'}
    return Response(zip_files(files), media_type=ZIP, headers=headers)


def _errors(services: Services, job: Job) -> list[dict[str, Any]]:
    return [
        {
            "component_type": "pipeline",
            "module_name": "pagesight",
            "error_message": page.fault.message,
            "page_no": page.number,
        }
        for page in services.ledger.pages.list(job.id)
        if page.fault is not None
    ]


def _json(answer: Mapping[str, Any]) -> Response:
    return Response(json.dumps(answer, ensure_ascii=False), media_type="application/json")
