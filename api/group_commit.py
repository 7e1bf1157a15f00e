"""Commits what many callers hand in at the same time in one transaction.

A commit waits for the disk, and as long for one job as for fifty. While one commit is under way
new jobs gather, and the next takes them all. A lone job goes at once; in a burst a moment's wait
makes the batch larger and the work for each job smaller.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import Protocol

from jobs.domain.errors import BlobError, LedgerUnavailable
from jobs.domain.job import Job, NewJob
from jobs.lifecycle.accept import Outcome, Ready
from jobs.storage.blob_store import Blobs, input_key

MOST_AT_ONCE = 200
GATHER_S = 0.003


@dataclass(frozen=True, slots=True)
class _Handed:
    """A job that was handed in, with its document where that is not stored yet."""

    new: NewJob
    document: bytes | None
    answer: asyncio.Future[tuple[Job, bool]]


class Accept(Protocol):
    """Writes jobs in one transaction and tells what became of each, by its id."""

    def __call__(self, news: Sequence[NewJob], ready: Ready | None) -> Mapping[str, Outcome]:
        """Commit only after `ready`, if given, has returned; what it raises undoes everything."""


class AcceptQueue:
    """A thread that stores small documents and commits their jobs for one event loop."""

    def __init__(self, accept: Accept, blobs: Blobs) -> None:
        self._accept = accept
        self._blobs = blobs
        self._syncing = ThreadPoolExecutor(1, "accept-sync")
        self._waiting: SimpleQueue[_Handed | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="accept-queue", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Begin to commit for the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def submit(self, new: NewJob, document: bytes | None = None) -> tuple[Job, bool]:
        """Hand a job in; returns and raises what `JobStore.create` does.

        `document` is stored under the job's input key first, where it is given.
        """
        handed = _Handed(new, document, asyncio.get_running_loop().create_future())
        self._waiting.put(handed)
        return await handed.answer

    def stop(self) -> None:
        """Commit what was handed in, then end."""
        self._waiting.put(None)
        self._thread.join()
        self._syncing.shutdown()

    def _run(self) -> None:
        taken = 0
        while (first := self._waiting.get()) is not None:
            if taken > 1:
                time.sleep(GATHER_S)
            taken = self._work_on(first)

    def _work_on(self, first: _Handed) -> int:
        """Store and commit `first` and all that came and come meanwhile; return how many."""
        batch: list[_Handed] = []
        refused: dict[str, Outcome | Exception] = {}
        handed: _Handed | None = first
        while handed is not None:
            batch.append(handed)
            if error := self._store(handed):
                refused[handed.new.id] = error
            handed = self._next() if len(batch) < MOST_AT_ONCE else None
        stored = [handed.new for handed in batch if handed.new.id not in refused]
        self._tell(batch, {**refused, **self._commit(stored)})
        return len(batch)

    def _next(self) -> _Handed | None:
        """The next job that waits, or None where none does or the queue is to end."""
        if self._waiting.empty():
            return None
        handed = self._waiting.get()
        if handed is None:
            self._waiting.put(None)  # for the loop to end on
        return handed

    def _store(self, handed: _Handed) -> Exception | None:
        try:
            if handed.document is not None:
                self._blobs.put(input_key(handed.new), handed.document)
        except Exception as error:  # noqa: BLE001 - whoever waits must hear of it, whatever it is
            return error
        return None

    def _commit(self, news: Sequence[NewJob]) -> Mapping[str, Outcome | Exception]:
        if not news:
            return {}
        try:
            return self._accept(news, self._begin_to_sync(news))
        except BlobError as error:
            refused = {new.id: error for new in news if new.input_blob is not None}
            rest = [new for new in news if new.id not in refused]
            return {**refused, **self._commit(rest)}
        except Exception as error:  # noqa: BLE001 - whoever waits must hear of it, whatever it is
            if len(news) == 1 or isinstance(error, LedgerUnavailable):
                return {new.id: error for new in news}
        # One job spoilt the transaction; the others are not to pay for it.
        return {new.id: self._commit([new])[new.id] for new in news}

    def _begin_to_sync(self, news: Sequence[NewJob]) -> Ready | None:
        """Documents reach the disk while their rows are written, and before these commit."""
        keys = [new.input_blob for new in news if new.input_blob is not None]
        if not keys or not self._blobs.must_sync:
            return None
        return self._syncing.submit(self._blobs.sync, keys).result

    def _tell(self, batch: Sequence[_Handed], outcomes: Mapping[str, Outcome | Exception]) -> None:
        assert self._loop is not None
        # Once for the batch: each call wakes the loop through the kernel.
        self._loop.call_soon_threadsafe(_answer, batch, outcomes)


def _answer(batch: Sequence[_Handed], outcomes: Mapping[str, Outcome | Exception]) -> None:
    for handed in batch:
        outcome = outcomes[handed.new.id]
        if handed.answer.done():  # whoever waited has gone
            continue
        if isinstance(outcome, Exception):
            handed.answer.set_exception(outcome)
        else:
            handed.answer.set_result(outcome)
