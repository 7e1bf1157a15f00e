"""Batches: submit many documents, follow them, stream what was read."""

from collections.abc import AsyncIterator, Sequence
from typing import Unpack

from pagesight.client import batch_calls
from pagesight.client.async_transport import AsyncTransport
from pagesight.client.batch_calls import RetriedState
from pagesight.client.models.service import Batch
from pagesight.client.streams import BatchError, BatchEvents, BatchResult, JsonLines
from pagesight.client.uploads import BatchDocument, BatchParameters, Source
from pagesight.client.waiting import Deadline

_PER_PAGE = 100


class AsyncBatches:
    """`/v1/batches`. Methods raise ApiError, ServiceUnreachableError, UnexpectedResponseError."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def submit(
        self,
        documents: Sequence[BatchDocument | Source],
        *,
        idempotency_key: str | None = None,
        **parameters: Unpack[BatchParameters],
    ) -> Batch:
        """Submit paths, bytes, open files, URLs, or BatchDocuments with options of their own."""
        return await self._transport.send(
            batch_calls.submit(documents, parameters, idempotency_key)
        )

    async def submit_archive(
        self,
        archive: Source,
        *,
        idempotency_key: str | None = None,
        **parameters: Unpack[BatchParameters],
    ) -> Batch:
        """Submit the documents of a ZIP."""
        call = batch_calls.submit_archive(archive, parameters, idempotency_key)
        return await self._transport.send(call)

    async def get(self, batch_id: str) -> Batch:
        """The current state, with the documents counted by state."""
        return await self._transport.send(batch_calls.get(batch_id))

    async def list(self) -> AsyncIterator[Batch]:
        """Batches, newest first; further ones are fetched as you go on."""
        before, more = "", True
        while more:
            batches, before = await self._transport.send(batch_calls.listed(_PER_PAGE, before))
            for each in batches:
                yield each
            more = bool(before)

    async def wait(self, batch_id: str, *, timeout_s: float | None = None) -> Batch:
        """The batch once it has ended, by its events. Raises WaitTimeoutError after `timeout_s`."""
        last = None
        async for batch in self.events(batch_id, timeout_s=timeout_s):
            last = batch
        return last or await self.get(batch_id)

    def events(self, batch_id: str, *, timeout_s: float | None = None) -> AsyncIterator[Batch]:
        """The batch at each change, until it has ended."""
        return self._transport.follow(BatchEvents(batch_id), Deadline(timeout_s, batch_id))

    def results(self, batch_id: str, *, after: int = -1) -> AsyncIterator[BatchResult]:
        """The documents read so far, one at a time, in the order of the batch.

        `after` is an index: what comes later is sent. A lost connection is resumed.
        """
        cursor = JsonLines(batch_id, "results.jsonl", BatchResult, after)
        return self._transport.follow(cursor, Deadline(None, batch_id))

    def errors(self, batch_id: str, *, after: int = -1) -> AsyncIterator[BatchError]:
        """The documents that ended without a result so far, in the order of the batch."""
        cursor = JsonLines(batch_id, "errors.jsonl", BatchError, after)
        return self._transport.follow(cursor, Deadline(None, batch_id))

    async def cancel(self, batch_id: str) -> Batch:
        """Stop what has not finished; results remain."""
        return await self._transport.send(batch_calls.cancel(batch_id))

    async def retry(
        self,
        batch_id: str,
        states: Sequence[RetriedState] = (),
        *,
        idempotency_key: str | None = None,
    ) -> Batch:
        """A new batch of the documents that ended in these states: failed and expired if none."""
        return await self._transport.send(batch_calls.retry(batch_id, states, idempotency_key))

    async def delete(self, batch_id: str) -> None:
        """Delete a batch that has ended, with its documents and results."""
        await self._transport.send(batch_calls.delete(batch_id))
