"""Jobs: submit a document, get, list, cancel, retry, delete."""

import logging
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.direct_route import DirectRoute
from api.error_handlers import RETRY, UPLOAD, guarded
from api.given_headers import header
from api.intake.create_job import accept
from api.intake.retry import retry_job
from api.keyed_router import keyed_router
from api.long_poll import allowed_wait_s, wait_until_final
from api.negotiation import preferred_wait_s
from api.openapi import CREATE_JOB_BODY, CREATE_JOB_HEADERS, PREFER
from api.schemas.jobs import KEY_PATTERN, Id, JobId, JobList, JobOut, Line, job_path
from api.security.auth import Reader, Writer, writer_of
from api.services import Services, ServicesDep, get_services
from api.text_search import TEXT, find_texts, refused
from jobs.domain.job import Job
from jobs.domain.states import FINAL_JOB_STATES, JobState

POLL_AFTER = "1"

log = logging.getLogger(__name__)

router = keyed_router("/v1/jobs", "jobs")
IdempotencyKey = Annotated[str | None, Header(pattern=KEY_PATTERN)]
Prefer = Annotated[str | None, Header(description=PREFER)]


async def create_job(request: Request) -> Response:
    """Send a document as a form, as raw bytes, or as JSON with a `url` to fetch it from.

    The answer is 202 with `Location` at once, or 200 with the ended job when `Prefer: wait=N` was
    sent and it ended in time. The type is detected from the content; a document that is
    evidently unreadable is refused at once, others become a failed job that says why.
    """
    services = await get_services(request)
    key = await writer_of(request)
    idempotency_key = header(request, b"idempotency-key")
    job, created = await accept(request, services, key.tenant, idempotency_key)
    if created:
        log.info("job accepted", extra={"job_id": job.id})
    headers = {} if created else {"Idempotent-Replayed": "true"}
    prefer = header(request, b"prefer")
    return await _answer(request, services, job, prefer, headers, pending_status=202)


router.add_api_route(
    "",
    create_job,
    methods=["POST"],
    route_class_override=DirectRoute,  # this is the route that bursts come to
    operation_id="createJob",
    summary="Submit a document",
    response_model=JobOut,
    status_code=202,
    responses={
        200: {"model": JobOut, "description": "The job ended within the wait."},
        **guarded(*UPLOAD, "unsupported_type", "empty"),
    },
    openapi_extra={"parameters": CREATE_JOB_HEADERS, "requestBody": CREATE_JOB_BODY},
)


@router.get(
    "",
    operation_id="listJobs",
    summary="List jobs, newest first",
    responses=guarded("invalid_request"),
)
def list_jobs(
    services: ServicesDep,
    key: Reader,
    state: Annotated[JobState | None, Query(description="Only jobs in this state.")] = None,
    batch_id: Annotated[Id | None, Query(description="Only jobs of this batch.")] = None,
    search: Annotated[
        Line | None,
        Query(
            max_length=200,
            description="Part of the file's name, URL or custom id, in any case; or the beginning"
            " of a job's id. One and two characters are looked for in the newest 10,000 jobs.",
        ),
    ] = None,
    text: Annotated[Line | None, Query(max_length=200, description=TEXT)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[JobId | None, Query(description="`next` of the previous page.")] = None,
) -> JobList:
    """Cursor pagination: repeat with `before` set to `next` until it is null."""
    if text is not None and search is not None:
        raise refused("No `search` beside it")
    if text is not None:
        return find_texts(
            services,
            key.tenant,
            text,
            state=state,
            batch_id=batch_id,
            limit=limit,
            before=before,
        )
    jobs, cursor = services.ledger.jobs.list(
        key.tenant, state=state, batch_id=batch_id, search=search, limit=limit, before=before
    )
    return JobList.model_construct(jobs=[JobOut.of(job) for job in jobs], next=cursor)


@router.get(
    "/{job_id}",
    operation_id="getJob",
    summary="Get a job",
    response_model=JobOut,
    responses=guarded("not_found"),
)
async def get_job(
    request: Request, services: ServicesDep, key: Reader, job_id: str, prefer: Prefer = None
) -> Response:
    """The current state; `Prefer: wait=N` responds when the job ends or after N seconds."""
    job = await run_in_threadpool(services.ledger.jobs.get, key.tenant, job_id)
    return await _answer(request, services, job, prefer, {}, pending_status=200, estimated=True)


@router.post(
    "/{job_id}/cancel",
    operation_id="cancelJob",
    summary="Cancel a job",
    responses=guarded("not_found", "illegal_move"),
)
def cancel_job(services: ServicesDep, key: Writer, job_id: str) -> JobOut:
    """Stops the job before its next page. Idempotent; a job that has ended cannot be cancelled."""
    job = services.ledger.jobs.cancel(key.tenant, job_id)
    return JobOut.of(job)


@router.post(
    "/{job_id}/retry",
    operation_id="retryJob",
    summary="Retry a job",
    response_model=JobOut,
    status_code=202,
    responses=guarded(*RETRY),
)
async def retry(
    request: Request,
    services: ServicesDep,
    key: Writer,
    job_id: str,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Creates a job with `retry_of` set to this one; pages that were read are kept.

    For jobs that are failed, partial, cancelled or expired. This job does not change.
    """
    job = await run_in_threadpool(services.ledger.jobs.get, key.tenant, job_id)
    made, created = await retry_job(services, job, idempotency_key)
    headers = {} if created else {"Idempotent-Replayed": "true"}
    return await _answer(request, services, made, None, headers, pending_status=202)


@router.delete(
    "/{job_id}",
    operation_id="deleteJob",
    summary="Delete a job with its document and result",
    status_code=204,
    responses=guarded("not_found", "illegal_move"),
)
def delete_job(services: ServicesDep, key: Writer, job_id: str) -> None:
    """Permanently deletes document, pages, result, events and deliveries."""
    services.ledger.deletion.job(key.tenant, job_id, services.blobs, by=key.id)


async def _answer(
    request: Request,
    services: Services,
    job: Job,
    prefer: str | None,
    headers: Mapping[str, str],
    pending_status: int,
    *,
    estimated: bool = False,
) -> Response:
    wait_s = allowed_wait_s(services, job, preferred_wait_s(prefer))
    more: dict[str, Any] = {"Location": job_path(job.id), **headers}
    if wait_s is not None:
        job = await wait_until_final(request, services, job, wait_s)
        more["Preference-Applied"] = f"wait={wait_s:.0f}"
    done = job.state in FINAL_JOB_STATES
    if not done:
        more["Retry-After"] = POLL_AFTER
    estimate = None
    if estimated and not done:
        estimate = await run_in_threadpool(services.ledger.load.estimate, job)
    return Response(
        JobOut.json_of(job, estimate),
        status_code=200 if done and wait_s is not None else pending_status,
        headers=more,
        media_type="application/json",
    )
