"""docling-serve: convert documents or cut them into chunks, for its existing clients.

Switched on by `PAGESIGHT_DOCLING_DOOR`. A task is a job, its id the job's id.
"""

from importlib.metadata import version
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.error_handlers import UPLOAD, guarded
from api.intake.create_job import Reads, accept
from api.intake.docling_request import read_chunk_form, read_chunk_source, read_form, read_source
from api.keyed_router import keyed_router
from api.long_poll import wait_until_final
from api.problems import Problem
from api.routes.docling_answers import failure_of, result_of, task_of
from api.security.auth import Reader, Writer
from api.services import Services, ServicesDep
from jobs.domain.errors import NotFound
from jobs.domain.job import Job
from jobs.domain.states import FINAL_JOB_STATES, JobState

_CONVERT: Final = guarded(*UPLOAD, "unsupported_type", "empty")
_AT_ONCE: Final = guarded(
    *UPLOAD, "unsupported_type", "empty", "not_finished", "no_result", "job_failed"
)
_READ: Final = frozenset({JobState.SUCCEEDED, JobState.PARTIAL})

Chunker = Annotated[Literal["hybrid", "hierarchical"], Path()]
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
    return task_of(job)


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
    return task_of(job)


@router.post(
    "/chunk/{chunker}/file",
    operation_id="doclingChunkFile",
    summary="Cut a file into chunks, and wait for it",
    response_class=Response,
    responses=_AT_ONCE,
)
async def chunk_file(
    request: Request,
    services: ServicesDep,
    key: Writer,
    chunker: Chunker,  # noqa: ARG001 - both are ours
) -> Response:
    """A form with one part `files`; options begin with `convert_` or `chunking_`."""
    return await _convert(request, services, key.tenant, read_chunk_form)


@router.post(
    "/chunk/{chunker}/source",
    operation_id="doclingChunkSource",
    summary="Cut a source into chunks, and wait for it",
    response_class=Response,
    responses=_AT_ONCE,
)
async def chunk_source(
    request: Request,
    services: ServicesDep,
    key: Writer,
    chunker: Chunker,  # noqa: ARG001 - both are ours
) -> Response:
    """JSON with one source, as base64 or as a URL."""
    return await _convert(request, services, key.tenant, read_chunk_source)


@router.post(
    "/chunk/{chunker}/file/async",
    operation_id="doclingChunkFileAsync",
    summary="Cut a file into chunks in the background",
    responses=_CONVERT,
)
async def chunk_file_async(
    request: Request,
    services: ServicesDep,
    key: Writer,
    chunker: Chunker,  # noqa: ARG001 - both are ours
) -> dict[str, Any]:
    """The state of the new task."""
    job, _ = await accept(request, services, key.tenant, None, read_chunk_form)
    return task_of(job)


@router.post(
    "/chunk/{chunker}/source/async",
    operation_id="doclingChunkSourceAsync",
    summary="Cut a source into chunks in the background",
    responses=_CONVERT,
)
async def chunk_source_async(
    request: Request,
    services: ServicesDep,
    key: Writer,
    chunker: Chunker,  # noqa: ARG001 - both are ours
) -> dict[str, Any]:
    """The state of the new task."""
    job, _ = await accept(request, services, key.tenant, None, read_chunk_source)
    return task_of(job)


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
    return task_of(await wait_until_final(request, services, job, seconds))


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
        return result_of(services, job)
    if job.state not in FINAL_JOB_STATES:
        raise Problem("not_found", "Task result not found. The task has not ended yet.")
    return failure_of(job)


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
    return await run_in_threadpool(result_of, services, job)


def _job(services: Services, tenant: str, task_id: str) -> Job:
    try:
        return services.ledger.jobs.get(tenant, task_id)
    except NotFound as error:
        raise Problem("not_found", "Task not found.") from error
