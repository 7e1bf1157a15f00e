"""Batches: submit many documents at once, get, list, cancel, retry, delete."""

import logging
from typing import Annotated

from fastapi import Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.error_handlers import RETRY, UPLOAD, guarded
from api.intake.create_batch import accept_batch
from api.intake.retry import USUAL, Retried, retry_batch
from api.keyed_router import keyed_router
from api.openapi import CREATE_BATCH_BODY, CREATE_BATCH_HEADERS
from api.schemas.batches import BatchList, BatchOut, batch_path
from api.schemas.jobs import KEY_PATTERN, BatchId
from api.security.auth import Reader, Writer
from api.services import ServicesDep
from jobs.domain.job import Batch

POLL_AFTER = "2"

log = logging.getLogger(__name__)

router = keyed_router("/v1/batches", "batches")


@router.post(
    "",
    operation_id="createBatch",
    summary="Submit many documents at once",
    response_model=BatchOut,
    status_code=202,
    responses=guarded(*UPLOAD, "bad_documents", "batch_empty", "batch_too_large"),
    openapi_extra={"parameters": CREATE_BATCH_HEADERS, "requestBody": CREATE_BATCH_BODY},
)
async def create_batch(request: Request, services: ServicesDep, key: Writer) -> Response:
    """Send a form with many parts `file` or one `archive` (ZIP), a ZIP, or JSON Lines.

    Responds with 202 as soon as everything is stored; each document then becomes a job. A document
    that cannot be read is a line of `errors.jsonl` and does not affect the others.
    """
    batch, created = await accept_batch(
        request, services, key.tenant, request.headers.get("idempotency-key")
    )
    if created:
        log.info("batch accepted", extra={"batch_id": batch.id})
    return _accepted(batch, created=created)


@router.get(
    "",
    operation_id="listBatches",
    summary="List batches, newest first",
    responses=guarded("invalid_request"),
)
def list_batches(
    services: ServicesDep,
    key: Reader,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[BatchId | None, Query(description="`next` of the previous page.")] = None,
) -> BatchList:
    """Cursor pagination: repeat with `before` set to `next` until it is null."""
    batches, cursor = services.ledger.batches.list(key.tenant, limit=limit, before=before)
    return BatchList(batches=[BatchOut.of(batch) for batch in batches], next=cursor)


@router.get(
    "/{batch_id}",
    operation_id="getBatch",
    summary="Get a batch",
    responses=guarded("not_found"),
)
def get_batch(services: ServicesDep, key: Reader, batch_id: str) -> BatchOut:
    """The current state, with the documents counted by state."""
    return BatchOut.of(services.ledger.batches.get(key.tenant, batch_id))


@router.post(
    "/{batch_id}/cancel",
    operation_id="cancelBatch",
    summary="Cancel a batch and keep what is done",
    responses=guarded("not_found", "illegal_move"),
)
def cancel_batch(services: ServicesDep, key: Writer, batch_id: str) -> BatchOut:
    """Unfinished documents are cancelled; existing results remain available."""
    batch = services.ledger.batches.cancel(key.tenant, batch_id)
    return BatchOut.of(batch)


@router.post(
    "/{batch_id}/retry",
    operation_id="retryBatch",
    summary="Retry documents of a batch",
    response_model=BatchOut,
    status_code=202,
    responses=guarded(*RETRY),
)
async def retry(
    services: ServicesDep,
    key: Writer,
    batch_id: str,
    states: Annotated[
        list[Retried] | None,
        Query(description="Final states of the documents to retry; failed and expired if absent."),
    ] = None,
    idempotency_key: Annotated[str | None, Header(pattern=KEY_PATTERN)] = None,
) -> Response:
    """Creates a batch of the documents that ended in these states, with the same `custom_id`s.

    Pages that were read are kept. This batch does not change; the new one has it as `retry_of`.
    """
    batch = await run_in_threadpool(services.ledger.batches.get, key.tenant, batch_id)
    made, created = await retry_batch(services, batch, states or USUAL, idempotency_key)
    return _accepted(made, created=created)


@router.delete(
    "/{batch_id}",
    operation_id="deleteBatch",
    summary="Delete a batch with its documents and results",
    status_code=204,
    responses=guarded("not_found", "illegal_move"),
)
def delete_batch(services: ServicesDep, key: Writer, batch_id: str) -> None:
    """The batch and its jobs are not found from now on; files are deleted within minutes."""
    services.ledger.deletion.batch(key.tenant, batch_id, by=key.id)


def _accepted(batch: Batch, *, created: bool) -> Response:
    headers = {"Location": batch_path(batch.id), "Retry-After": POLL_AFTER}
    if not created:
        headers["Idempotent-Replayed"] = "true"
    return Response(
        BatchOut.of(batch).model_dump_json(),
        status_code=202,
        headers=headers,
        media_type="application/json",
    )
