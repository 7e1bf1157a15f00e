"""Outcome of a batch: results and errors as JSON Lines, progress as server-sent events."""

import json
import time
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any, Final

from fastapi import Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from api.error_handlers import guarded
from api.keyed_router import keyed_router
from api.routes.events import HEARTBEAT_S, RECONNECT_MS
from api.schemas import examples
from api.schemas.batches import BatchOut
from api.schemas.jobs import FaultOut
from api.security.auth import Reader
from api.services import Services, ServicesDep
from jobs.domain.errors import NotFound
from jobs.domain.job import Batch, Job
from jobs.domain.states import FINAL_BATCH_STATES, FINAL_JOB_STATES, JobState

RESULTS: Final = (JobState.SUCCEEDED, JobState.PARTIAL)
ERRORS: Final = (JobState.FAILED, JobState.CANCELLED, JobState.EXPIRED)
LINES_TYPE: Final = "application/jsonl"
POLL_S = 0.5
END_ID = "end"
_JOBS_AT_ONCE = 200
_GATHER_BYTES = 1 << 18

router = keyed_router("/v1/batches/{batch_id}", "batches")
After = Annotated[
    int, Query(ge=-1, le=10**6, description="Only documents whose `index` is larger; to resume.")
]


def _lines(description: str, example: str) -> dict[int | str, dict[str, Any]]:
    content = {LINES_TYPE: {"schema": {"type": "string"}, "example": example}}
    return {
        200: {"description": description, "content": content},
        **guarded("not_found", "invalid_request"),
    }


@router.get(
    "/results.jsonl",
    operation_id="getBatchResults",
    summary="The results so far, one document to a line",
    response_class=Response,
    responses=_lines("A line for each document that has a result.", examples.RESULT_LINE),
)
def get_results(
    services: ServicesDep, key: Reader, batch_id: str, after: After = -1
) -> StreamingResponse:
    """Succeeded and partial documents in the order of the batch; `index` counts its documents.

    Available at any time, also for a batch that is active or was cancelled.
    """
    services.ledger.batches.get(key.tenant, batch_id)
    return StreamingResponse(
        _gathered(_result_lines(services, batch_id, after)), media_type=LINES_TYPE
    )


@router.get(
    "/errors.jsonl",
    operation_id="getBatchErrors",
    summary="The documents without a result so far, one to a line",
    response_class=Response,
    responses=_lines("A line for each document that ended without a result.", examples.ERROR_LINE),
)
def get_errors(
    services: ServicesDep, key: Reader, batch_id: str, after: After = -1
) -> StreamingResponse:
    """Failed, cancelled and expired documents in the order of the batch, with who must act."""
    services.ledger.batches.get(key.tenant, batch_id)
    return StreamingResponse(
        _gathered(_error_lines(services, batch_id, after)), media_type=LINES_TYPE
    )


@router.get(
    "/events",
    operation_id="followBatch",
    summary="Follow a batch's progress (server-sent events)",
    response_class=Response,
    responses={
        200: {
            "description": "The batch at each change, until it has ended.",
            "content": {"text/event-stream": {"example": examples.BATCH_EVENTS}},
        },
        204: {"description": "The batch has ended and `Last-Event-ID` acknowledged it."},
        **guarded("not_found", "invalid_request"),
    },
)
async def follow_batch(
    request: Request,
    services: ServicesDep,
    key: Reader,
    batch_id: str,
    last_event_id: Annotated[str | None, Header(max_length=20)] = None,
) -> Response:
    """Each event's data is the batch as `GET` gives it; the last is `batch.<final state>`."""
    batch = await run_in_threadpool(services.ledger.batches.get, key.tenant, batch_id)
    if batch.state in FINAL_BATCH_STATES and last_event_id == END_ID:
        return Response(status_code=204)
    return StreamingResponse(
        _events(request, services, batch),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(request: Request, services: Services, batch: Batch) -> AsyncIterator[str]:
    yield f"retry: {RECONNECT_MS}\n\n"
    known: Batch | None = None
    sent_at = time.monotonic()
    while not await request.is_disconnected():
        if batch != known:
            yield _event(batch)
            known, sent_at = batch, time.monotonic()
        if batch.state in FINAL_BATCH_STATES:
            return
        if time.monotonic() - sent_at > HEARTBEAT_S:
            yield ": keep-alive\n\n"
            sent_at = time.monotonic()
        if await services.pause(POLL_S):
            return
        try:
            batch = await run_in_threadpool(services.ledger.batches.get, batch.tenant, batch.id)
        except NotFound:
            return


def _event(batch: Batch) -> str:
    final = batch.state in FINAL_BATCH_STATES
    ended = sum(count for state, count in batch.counts.items() if state in FINAL_JOB_STATES)
    kind = f"batch.{batch.state}" if final else "batch.progress"
    data = BatchOut.of(batch).model_dump_json()
    return f"id: {END_ID if final else ended}\nevent: {kind}\ndata: {data}\n\n"


def _jobs(
    services: Services, batch_id: str, states: tuple[JobState, ...], after: int
) -> Iterator[Job]:
    """A batch's jobs in these states by index, some in memory at a time."""
    while some := services.ledger.batches.jobs(batch_id, states, after, _JOBS_AT_ONCE):
        yield from some
        after = some[-1].batch_index or 0


def _result_lines(services: Services, batch_id: str, after: int) -> Iterator[bytes]:
    for job in _jobs(services, batch_id, RESULTS, after):
        pieces = services.blobs.stream(job.result_blob or "")
        try:
            first = next(pieces, b"")
        except NotFound:
            continue  # deleted meanwhile
        # The stored result is one line of JSON already and goes through as it is.
        yield _head(job).removesuffix(b"}") + b',"result":' + first
        yield from pieces
        yield b"}\n"


def _error_lines(services: Services, batch_id: str, after: int) -> Iterator[bytes]:
    for job in _jobs(services, batch_id, ERRORS, after):
        fault = FaultOut.of(job.fault)
        fault_json = json.dumps(None if fault is None else fault.model_dump())
        yield _head(job).removesuffix(b"}") + b',"fault":' + fault_json.encode() + b"}\n"


def _head(job: Job) -> bytes:
    head = {
        "custom_id": job.custom_id,
        "index": job.batch_index,
        "job_id": job.id,
        "state": job.state,
        "filename": job.filename,
        "metadata": job.metadata,
    }
    return json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()


def _gathered(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Join small pieces: each write to the network has a fixed cost."""
    held = bytearray()
    for piece in pieces:
        held += piece
        if len(held) >= _GATHER_BYTES:
            yield bytes(held)
            held.clear()
    yield bytes(held)
