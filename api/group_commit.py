"""Group commit: jobs that many callers submit at the same time share one transaction.

A commit waits for the disk, as long for one job as for fifty. While one commit is in progress new
jobs accumulate, and the next takes them all. A single job is committed at once; in a burst a
moment's wait makes the group larger and the work for each job smaller.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Final, Protocol

from jobs.domain.errors import BlobError, LedgerUnavailable
from jobs.domain.job import Job, NewJob
from jobs.lifecycle.accept import Outcome, Ready
from jobs.storage.blob_keys import input_key
from jobs.storage.blob_store import Blobs
from jobs.supervised_thread import SupervisedThread

MOST_AT_ONCE = 200
GATHER_S = 0.003


@dataclass(frozen=True, slots=True)
class _Submitted:
    """A submitted job, with its document where that is not stored yet."""

    new: NewJob
    document: bytes | None
    answer: asyncio.Future[tuple[Job, bool]]


class Accept(Protocol):
    """Writes jobs in one transaction and returns the outcome of each by its id."""

    def __call__(self, news: Sequence[NewJob], ready: Ready | None) -> Mapping[str, Outcome]:
        """Commit only after `ready`, if given, has returned; what it raises undoes everything."""


class GroupCommit:
    """A thread that stores small documents and commits their jobs for one event loop."""

    def __init__(self, accept: Accept, blobs: Blobs) -> None:
        self._accept = accept
        self._blobs = blobs
        self._syncing = ThreadPoolExecutor(1, "group-commit-sync")
        self._waiting: SimpleQueue[_Submitted | None] = SimpleQueue()
        self.thread: Final = SupervisedThread("group-commit", self._run)
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Begin to commit for the running event loop."""
        self._loop = asyncio.get_running_loop()
        self.thread.start()

    def submit(
        self, new: NewJob, document: bytes | None = None
    ) -> asyncio.Future[tuple[Job, bool]]:
        """Submit a job; the future gives and raises what `JobStore.create` does.

        `document` is stored under the job's input key first, where it is given.
        """
        submitted = _Submitted(new, document, asyncio.get_running_loop().create_future())
        self._waiting.put(submitted)
        return submitted.answer

    def stop(self) -> None:
        """Commit what was submitted, then end."""
        self._waiting.put(None)
        self.thread.join()
        self._syncing.shutdown()

    def _run(self) -> None:
        taken = 0
        while (first := self._waiting.get()) is not None:
            if taken > 1:
                time.sleep(GATHER_S)
            taken = self._work_on(first)

    def _work_on(self, first: _Submitted) -> int:
        """Store and commit `first` and all that came and come meanwhile; return how many."""
        batch: list[_Submitted] = []
        refused: dict[str, Outcome | Exception] = {}
        away = self._missing_store()
        submitted: _Submitted | None = first
        while submitted is not None:
            batch.append(submitted)
            if error := self._store(submitted, away):
                refused[submitted.new.id] = error
            submitted = self._next() if len(batch) < MOST_AT_ONCE else None
        stored = [submitted.new for submitted in batch if submitted.new.id not in refused]
        self._resolve(batch, {**refused, **self._commit(stored)})
        return len(batch)

    def _next(self) -> _Submitted | None:
        """The next job that waits, or None where none does or the queue is to end."""
        if self._waiting.empty():
            return None
        submitted = self._waiting.get()
        if submitted is None:
            self._waiting.put(None)  # for the loop to end on
        return submitted

    def _missing_store(self) -> BlobError | None:
        """Asked once before a group's documents, and once after them, in `_begin_to_sync`."""
        try:
            self._blobs.require()
        except BlobError as error:
            return error
        return None

    def _store(self, submitted: _Submitted, away: BlobError | None) -> Exception | None:
        if submitted.document is None:
            return None
        if away is not None:
            return away
        try:
            self._blobs.stage(input_key(submitted.new), submitted.document)
        except Exception as error:  # noqa: BLE001 - the waiting caller must receive it, whatever it is
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
        except Exception as error:  # noqa: BLE001 - the waiting caller must receive it, whatever it is
            if len(news) == 1 or isinstance(error, LedgerUnavailable):
                return {new.id: error for new in news}
        # One job broke the transaction; the others must not fail with it.
        return {new.id: self._commit([new])[new.id] for new in news}

    def _begin_to_sync(self, news: Sequence[NewJob]) -> Ready | None:
        """Documents reach the disk while their rows are written, and before these commit."""
        keys = [new.input_blob for new in news if new.input_blob is not None]
        if keys:
            self._blobs.require()
        if not keys or not self._blobs.must_sync:
            return None
        return self._syncing.submit(self._blobs.sync, keys).result

    def _resolve(
        self, batch: Sequence[_Submitted], outcomes: Mapping[str, Outcome | Exception]
    ) -> None:
        assert self._loop is not None
        # Once for the batch: each call wakes the loop through the kernel.
        self._loop.call_soon_threadsafe(_set_results, batch, outcomes)


def _set_results(batch: Sequence[_Submitted], outcomes: Mapping[str, Outcome | Exception]) -> None:
    for submitted in batch:
        outcome = outcomes[submitted.new.id]
        if submitted.answer.done():  # the caller has disconnected
            continue
        if isinstance(outcome, Exception):
            submitted.answer.set_exception(outcome)
        else:
            submitted.answer.set_result(outcome)
