"""Batches: hand many documents in at once, follow them, cancel, retry and delete them."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.error_handlers import RETRY, UPLOAD, guarded
from api.intake.create_batch import accept_batch
from api.intake.retry import USUAL, Retried, retry_batch
from api.openapi import CREATE_BATCH_BODY, CREATE_BATCH_HEADERS
from api.schemas.batches import BatchList, BatchOut, batch_path
from api.security.auth import Reader, Writer, may_write
from api.services import ServicesDep, get_services
from jobs.domain.job import Batch

POLL_AFTER = "2"

router = APIRouter(prefix="/v1/batches", tags=["batches"])


@router.post(
    "",
    operation_id="createBatch",
    summary="Hand in many documents at once",
    response_model=BatchOut,
    status_code=202,
    responses=guarded(*UPLOAD, "bad_documents", "batch_empty", "batch_too_large"),
    openapi_extra={"parameters": CREATE_BATCH_HEADERS, "requestBody": CREATE_BATCH_BODY},
)
async def create_batch(request: Request) -> Response:
    """Send a form with many parts `file` or one `archive` (ZIP), a ZIP, or JSON Lines.

    The answer is 202 as soon as everything is stored; each document then becomes a job. A
    document that cannot be read is a line of `errors.jsonl` and does not keep the others back.
    """
    services = await get_services(request)
    key = await may_write(request)
    batch, created = await accept_batch(
        request, services, key.tenant, request.headers.get("idempotency-key")
    )
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
    before: Annotated[
        str | None, Query(max_length=64, description="`next` of the list before.")
    ] = None,
) -> BatchList:
    """Pages through the tenant's batches; repeat with `before` set to `next` until it is null."""
    batches, cursor = services.ledger.batches.list(key.tenant, limit=limit, before=before)
    return BatchList(batches=[BatchOut.of(batch) for batch in batches], next=cursor)


@router.get(
    "/{batch_id}",
    operation_id="getBatch",
    summary="Look at a batch",
    responses=guarded("not_found"),
)
def get_batch(services: ServicesDep, key: Reader, batch_id: str) -> BatchOut:
    """The batch as it stands, its documents counted by state."""
    return BatchOut.of(services.ledger.batches.get(key.tenant, batch_id))


@router.post(
    "/{batch_id}/cancel",
    operation_id="cancelBatch",
    summary="Cancel a batch and keep what is done",
    responses=guarded("not_found", "illegal_move"),
)
def cancel_batch(services: ServicesDep, key: Writer, batch_id: str) -> BatchOut:
    """Documents that are not finished are cancelled; results there are stay to be fetched."""
    batch = services.ledger.batches.cancel(key.tenant, batch_id)
    services.relay.wake()
    return BatchOut.of(batch)


@router.post(
    "/{batch_id}/retry",
    operation_id="retryBatch",
    summary="Read failed documents of a batch again",
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
        Query(description="How documents ended that are read again; failed and expired if absent."),
    ] = None,
    idempotency_key: Annotated[str | None, Header(max_length=255)] = None,
) -> Response:
    """Makes a new batch of documents that ended in these states, under the same `custom_id`s.

    Pages that were read are kept. The first batch stays as it is; the new one names it as
    `retry_of`.
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
    """From the answer on nothing of the batch and its jobs is found; files go within minutes."""
    services.ledger.deleting.batch(key.tenant, batch_id, by=key.id)


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
