"""The calls of `/v1/batches`."""

from collections.abc import Sequence
from typing import Any, Literal

from pagesight.client.calls import Call, nothing, one, page_of, path
from pagesight.client.models.service import Batch, BatchState
from pagesight.client.uploads import (
    BatchDocument,
    BatchParameters,
    Source,
    archive_body,
    batch_body,
    new_key,
)

FINAL: frozenset[BatchState] = frozenset({"completed", "cancelled", "failed"})
RetriedState = Literal["failed", "expired", "partial", "cancelled"]


def submit(
    documents: Sequence[BatchDocument | Source], parameters: BatchParameters, key: str | None
) -> Call[Batch]:
    """Submit many documents; with the same key they are one batch."""
    return _creation(batch_body(documents, parameters), key)


def submit_archive(archive: Source, parameters: BatchParameters, key: str | None) -> Call[Batch]:
    """Submit the documents of a ZIP."""
    return _creation(archive_body(archive, parameters), key)


def _creation(body: dict[str, Any], key: str | None) -> Call[Batch]:
    headers = {"Idempotency-Key": key or new_key(), **body.pop("headers", {})}
    params = body.pop("params", {})
    return Call("POST", path("batches"), one(Batch), headers=headers, params=params, body=body)


def get(batch_id: str) -> Call[Batch]:
    """Get a batch."""
    return Call("GET", path("batches", batch_id), one(Batch))


def listed(limit: int, before: str) -> Call[tuple[tuple[Batch, ...], str]]:
    """One page of the list of batches, and the cursor of the next."""
    params = {"limit": limit, **({"before": before} if before else {})}
    return Call("GET", path("batches"), page_of(Batch, "batches"), params=params)


def cancel(batch_id: str) -> Call[Batch]:
    """Cancel a batch."""
    return Call("POST", path("batches", batch_id, "cancel"), one(Batch))


def retry(batch_id: str, states: Sequence[RetriedState], key: str | None) -> Call[Batch]:
    """Read documents of a batch again."""
    headers = {"Idempotency-Key": key or new_key()}
    params = {"states": list(states)} if states else {}
    where = path("batches", batch_id, "retry")
    return Call("POST", where, one(Batch), params=params, headers=headers)


def delete(batch_id: str) -> Call[None]:
    """Delete a batch."""
    return Call("DELETE", path("batches", batch_id), nothing, gone_is_done=True)
