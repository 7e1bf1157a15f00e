"""Azure Document Intelligence v4: `prebuilt-read` and `prebuilt-layout`, for its existing clients.

Switched on by `PAGESIGHT_AZURE_DOOR`. An operation is a job, its result id the job's id.
"""

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from fastapi import Path, Query, Request, Response

from api.error_handlers import UPLOAD, guarded
from api.intake.create_job import accept
from api.intake.embedded_document import EmbeddedDocument
from api.intake.options import check_installed, check_options
from api.intake.parse_request import FORM_OVERHEAD_BYTES, Submission
from api.intake.upload_stream import body_chunks, receive
from api.keyed_router import keyed_router
from api.links import BASE
from api.problems import Problem
from api.routes.made_files import made_file
from api.routes.results import read_result
from api.schemas.jobs import JobParameters
from api.security.auth import Reader, Writer
from api.services import Services, ServicesDep
from jobs.domain.egress_policy import parse_target
from jobs.domain.job import Job
from jobs.domain.states import JobState
from vision.export.analyze_result import INDEX_TYPES, to_analyze_result

_PREFIX: Final = "/documentintelligence"
_METADATA: Final = "azure"  # where a job keeps what its result is to be like
_POLL_AFTER_S: Final = "1"
_BASE64: Final = re.compile(rb'"base64Source"\s*:\s*"')
_STATUS: Final[Mapping[JobState, str]] = {
    JobState.QUEUED: "notStarted",
    JobState.RUNNING: "running",
    JobState.SUCCEEDED: "succeeded",
    JobState.PARTIAL: "succeeded",
}
_ENDED_WELL: Final = frozenset({JobState.SUCCEEDED, JobState.PARTIAL})

Model = Annotated[Literal["prebuilt-read", "prebuilt-layout"], Path()]
router = keyed_router(_PREFIX, "azure")


@router.post(
    "/documentModels/{model}:analyze",
    operation_id="azureAnalyzeDocument",
    summary="Analyze a document",
    status_code=202,
    response_class=Response,
    responses=guarded(*UPLOAD, "unsupported_type", "empty"),
)
async def analyze(
    request: Request,
    services: ServicesDep,
    key: Writer,
    model: Model,
    pages: str | None = None,
    output: str = "",
    index: Annotated[str, Query(alias="stringIndexType")] = INDEX_TYPES[-1],
    content: Annotated[str, Query(alias="outputContentFormat")] = "text",
) -> Response:
    """The document as bytes, or as JSON with `base64Source` or `urlSource`."""
    if index not in INDEX_TYPES or content not in ("text", "markdown"):
        raise Problem("invalid_request", "Unknown stringIndexType or outputContentFormat.")
    wanted = {"model": model, "pdf": "pdf" in output.split(","), "index": index, "format": content}

    async def read(request: Request, services: Services, blob: str) -> Submission:
        return await _read(request, services, blob, pages, wanted)

    job, _ = await accept(request, services, key.tenant, None, read)
    base = BASE.get() or str(request.base_url).rstrip("/")
    at = f"{base}{_PREFIX}/documentModels/{model}/analyzeResults/{job.id}?api-version=2024-11-30"
    headers = {"Operation-Location": at, "Retry-After": _POLL_AFTER_S, "apim-request-id": job.id}
    return Response(status_code=202, headers=headers)


@router.get(
    "/documentModels/{model}/analyzeResults/{result_id}",
    operation_id="azureGetAnalyzeResult",
    summary="The state of an analysis, and its result",
    responses=guarded("not_found"),
)
def get_analyze_result(
    services: ServicesDep, key: Reader, model: Model, result_id: str
) -> Response:
    """`succeeded` also means that a PDF that was asked for can be fetched."""
    job = services.ledger.jobs.get(key.tenant, result_id)
    status, fault = _state(services, job)
    times = {
        "createdDateTime": _time(job.created_at),
        "lastUpdatedDateTime": _time(job.finished_at or job.created_at),
    }
    answer: dict[str, Any] = {"status": status, **times}
    if fault is not None:
        answer["error"] = fault
    if status == "succeeded":
        wanted = _wanted(job)
        answer["analyzeResult"] = to_analyze_result(
            read_result(services, job),
            model,
            markdown=wanted.get("format") == "markdown",
            index_type=wanted.get("index", INDEX_TYPES[-1]),
        )
    headers = {} if status in ("succeeded", "failed") else {"Retry-After": _POLL_AFTER_S}
    return Response(json.dumps(answer), media_type="application/json", headers=headers)


@router.get(
    "/documentModels/{model}/analyzeResults/{result_id}/pdf",
    operation_id="azureGetAnalyzeResultPdf",
    summary="The searchable PDF of an analysis",
    response_class=Response,
    responses=guarded("not_found", "not_finished", "job_failed"),
)
def get_analyze_result_pdf(
    services: ServicesDep,
    key: Reader,
    model: Model,  # noqa: ARG001 - part of the path
    result_id: str,
) -> Response:
    """Made when it is first asked for, unless the analysis asked for it."""
    job = services.ledger.jobs.get(key.tenant, result_id)
    if job.state not in _ENDED_WELL:
        raise Problem("not_finished", f"The job is {job.state}.", state=str(job.state))
    return made_file(services, job, "pdf", {"media_type": "application/pdf"})


async def _read(
    request: Request,
    services: Services,
    blob: str,
    pages: str | None,
    wanted: Mapping[str, Any],
) -> Submission:
    parameters = JobParameters(metadata={_METADATA: dict(wanted)})
    options = check_options({"pages": re.sub(r"\s", "", pages)} if pages else {})
    check_installed(options, await services.capabilities.aget())
    limit = services.upload_limit
    if not request.headers.get("content-type", "").startswith("application/json"):
        upload = await receive(body_chunks(request, limit), services.blobs, blob, limit)
        return Submission(parameters, options, upload)
    # Base64 has four characters for three bytes.
    body = EmbeddedDocument(body_chunks(request, limit * 4 // 3 + FORM_OVERHEAD_BYTES), _BASE64)
    if await body.begin():
        upload = await receive(body.document(), services.blobs, blob, limit)
        await body.rest()
        return Submission(parameters, options, upload)
    url = (await body.rest()).get("urlSource")
    if not isinstance(url, str):
        raise Problem("bad_json", "Send `base64Source` or `urlSource`.")
    parse_target(url, services.settings.egress_allow)
    return Submission(parameters, options, url=url)


def _state(services: Services, job: Job) -> tuple[str, dict[str, str] | None]:
    """Azure's status, and the error of an analysis that failed."""
    if job.state in _ENDED_WELL and _wanted(job).get("pdf"):
        try:
            made_file(services, job, "pdf", {})
        except Problem as problem:
            if problem.kind.code == "not_finished":
                return "running", None
            return "failed", {"code": problem.kind.code, "message": str(problem)}
    status = _STATUS.get(job.state, "failed")
    if status != "failed":
        return status, None
    if job.fault is None:
        return status, {"code": str(job.state), "message": f"The job is {job.state}."}
    return status, {"code": job.fault.code, "message": job.fault.message}


def _wanted(job: Job) -> Mapping[str, Any]:
    wanted = job.metadata.get(_METADATA)
    return wanted if isinstance(wanted, dict) else {}


def _time(moment: Any) -> str:
    return str(moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
