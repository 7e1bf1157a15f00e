"""Progress as server-sent events, page by page, resumable, ending with the job."""

import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Header, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from api.error_handlers import guarded
from api.keyed_router import keyed_router
from api.problems import Problem
from api.schemas import examples
from api.schemas.jobs import EventOut
from api.security.auth import Reader
from api.services import Services, ServicesDep
from jobs.domain.errors import NotFound
from jobs.domain.events import JobEventKind
from jobs.domain.job import Job, JobEvent
from jobs.domain.states import FINAL_JOB_STATES

POLL_S = 0.25
HEARTBEAT_S = 15.0
RECONNECT_MS = 2000
BATCH = 200
FINAL_KINDS = frozenset(JobEventKind(f"job.{state}") for state in FINAL_JOB_STATES)

router = keyed_router("/v1/jobs", "results")


@router.get(
    "/{job_id}/events",
    operation_id="followJob",
    summary="Follow a job's progress (server-sent events)",
    response_class=Response,
    responses={
        200: {
            "description": f"Events until the job has ended: {', '.join(JobEventKind)}.",
            "content": {"text/event-stream": {"example": examples.EVENTS}},
        },
        204: {"description": "No events after `Last-Event-ID`; do not reconnect."},
        **guarded("not_found", "invalid_request"),
    },
)
async def follow_job(
    request: Request,
    services: ServicesDep,
    key: Reader,
    job_id: str,
    last_event_id: Annotated[str | None, Header(pattern="^[0-9]{0,20}$")] = None,
) -> Response:
    """Each event's `id` is its sequence; send it back as `Last-Event-ID` to resume after it."""
    after = _sequence(last_event_id)
    job = await run_in_threadpool(services.ledger.jobs.get, key.tenant, job_id)
    if job.state in FINAL_JOB_STATES and not await _since(services, job_id, after):
        return Response(status_code=204)
    return StreamingResponse(
        _stream(request, services, job, after),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _stream(request: Request, services: Services, job: Job, after: int) -> AsyncIterator[str]:
    yield f"retry: {RECONNECT_MS}\n\n"
    sent_at = time.monotonic()
    while not await request.is_disconnected():
        try:
            # Read before the events: a job that had ended then has all of them now.
            ended = after > 0 and await _has_ended(services, job)
            events = await _since(services, job.id, after)
        except NotFound:
            return
        if ended and not events:
            return  # the caller has seen the last event, or named one that never came
        for event in events:
            yield _format(event)
            after, sent_at = event.sequence, time.monotonic()
            if event.kind in FINAL_KINDS:
                return
        if time.monotonic() - sent_at > HEARTBEAT_S:
            yield ": keep-alive\n\n"
            sent_at = time.monotonic()
        if services.stopping.is_set() or (not events and await services.pause(POLL_S)):
            return


async def _has_ended(services: Services, job: Job) -> bool:
    now = await run_in_threadpool(services.ledger.jobs.get, job.tenant, job.id)
    return now.state in FINAL_JOB_STATES


async def _since(services: Services, job_id: str, after: int) -> list[JobEvent]:
    return list(await run_in_threadpool(services.ledger.events.since, job_id, after, BATCH))


def _format(event: JobEvent) -> str:
    data = EventOut.model_validate(event).model_dump_json()
    return f"id: {event.sequence}\nevent: {event.kind}\ndata: {data}\n\n"


def _sequence(text: str | None) -> int:
    if text is None or text == "":
        return 0
    if not (text.isascii() and text.isdigit()):
        rows = [{"place": "header.Last-Event-ID", "expected": "The id of an event"}]
        raise Problem("invalid_request", "The Last-Event-ID is not a number.", errors=rows)
    return min(int(text), 2**31 - 1)
