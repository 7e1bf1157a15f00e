"""Calls of several threads gathered into one call of an engine that gains from larger batches."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from jobs.supervised_thread import SupervisedThread
from vision.core.arrays import Image
from vision.core.document import ModelUse
from vision.core.errors import EngineFailure
from vision.core.protocols import Detector, Recogniser
from vision.core.stages import NEVER, Detections, LineCrop, LineReading, Reread
from workers.observability.metrics import BATCH_ITEMS
from workers.observability.waits import add_wait

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(eq=False, slots=True)
class _Call(Generic[Item, Result]):
    """One caller's items and what has come back for them so far, by their place."""

    items: Sequence[Item]
    future: Future[list[Result]] = field(default_factory=Future)
    submitted: float = field(default_factory=time.perf_counter)
    waited_s: float = 0.0  # until its first batch began
    taken: int = 0
    results: dict[int, Result] = field(default_factory=dict)


class _Share(NamedTuple, Generic[Item, Result]):
    """What one batch takes from one caller: its items from place `start` on."""

    call: _Call[Item, Result]
    start: int
    items: Sequence[Item]


class Batcher(Generic[Item, Result]):
    """Merges calls: a batch runs when it is full or its first caller has waited `max_delay_s`.

    Up to `threads` batches run side by side. A batch takes from each waiting caller in turn, so
    that a caller with many items delays one with few by a batch at most. What waits is bounded by
    the callers, each of whom waits for its own answer. When a merged batch fails, each caller's
    share runs alone and fails or succeeds alone. `stage` names it in metrics.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Item]], Sequence[Result]],
        max_batch: int,
        max_delay_s: float,
        threads: int = 1,
        stage: str = "batch",
    ) -> None:
        self._run = run
        self._stage = stage
        self._max_batch = max_batch
        self._max_delay_s = max_delay_s
        self._waiting: deque[_Call[Item, Result]] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._threads = [
            SupervisedThread(f"batcher-{number}", self._serve) for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def __call__(self, items: Sequence[Item]) -> list[Result]:
        """One result for each item, in order; EngineFailure `engine_closed` after `close`."""
        if not items:
            return []
        call: _Call[Item, Result] = _Call(items)
        with self._changed:
            if self._closed:
                raise EngineFailure("engine_closed", "The engine is shutting down.")
            self._waiting.append(call)
            # All: a single wake-up could go to a thread that waits for its batch to fill.
            self._changed.notify_all()
        results = call.future.result()
        add_wait(self._stage, call.waited_s)
        return results

    def close(self) -> None:
        """Answer waiting callers, then stop."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        while batch := self._gather():
            BATCH_ITEMS.labels(self._stage).observe(sum(len(share.items) for share in batch))
            self._answer(batch)

    def _gather(self) -> list[_Share[Item, Result]]:
        """Wait for a batch, as shares of its callers; empty when closed and nothing waits."""
        with self._changed:
            while True:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                self._wait_until_full()
                # Another thread may have taken the calls meanwhile.
                if self._waiting or self._closed:
                    return self._take()

    def _wait_until_full(self) -> None:
        flush_at = time.monotonic() + self._max_delay_s
        while self._waiting and not self._closed and self._ready() < self._max_batch:
            left = flush_at - time.monotonic()
            if left <= 0:
                return
            self._changed.wait(left)

    def _ready(self) -> int:
        return sum(len(call.items) - call.taken for call in self._waiting)

    def _take(self) -> list[_Share[Item, Result]]:
        """Equal shares for the callers in turn until the batch is full."""
        sizes = dict.fromkeys(self._waiting, 0)
        room = min(self._max_batch, self._ready())
        while room:
            for call in sizes:
                if room and call.taken + sizes[call] < len(call.items):
                    sizes[call] += 1
                    room -= 1
        shares = []
        now = time.perf_counter()
        for call, size in sizes.items():
            if not call.taken:
                call.waited_s = now - call.submitted
            items = call.items[call.taken : call.taken + size]
            shares.append(_Share(call, call.taken, items))
            call.taken += size
        self._waiting = deque(call for call in sizes if call.taken < len(call.items))
        return [share for share in shares if share.items]

    def _answer(self, batch: Sequence[_Share[Item, Result]]) -> None:
        try:
            results = iter(self._run_checked([item for share in batch for item in share.items]))
        except Exception as error:  # noqa: BLE001 - whatever it is belongs to the callers
            self._answer_alone(batch, error)
            return
        for share in batch:
            self._settle(share, [next(results) for _ in share.items])

    def _answer_alone(self, batch: Sequence[_Share[Item, Result]], error: Exception) -> None:
        if len(batch) == 1:
            self._fail(batch[0].call, error)
            return
        for share in batch:
            self._answer([share])

    def _run_checked(self, items: Sequence[Item]) -> Sequence[Result]:
        results = self._run(items)
        if len(results) != len(items):
            raise EngineFailure(
                "engine_misbehaved", f"{len(results)} results came back for {len(items)} items."
            )
        return results

    def _settle(self, share: _Share[Item, Result], results: list[Result]) -> None:
        call = share.call
        with self._changed:
            call.results.update(enumerate(results, share.start))
            complete = len(call.results) == len(call.items) and not call.future.done()
            if complete:
                call.future.set_result([call.results[at] for at in range(len(call.items))])

    def _fail(self, call: _Call[Item, Result], error: Exception) -> None:
        with self._changed:
            if call in self._waiting:
                self._waiting.remove(call)
            # Two shares of one call may fail in two threads: the first says why.
            if not call.future.done():
                call.future.set_exception(error)


class BatchingRecogniser:
    """A Recogniser whose calls from several threads are merged."""

    def __init__(
        self, inner: Recogniser, max_batch: int, max_delay_s: float, threads: int = 1
    ) -> None:
        self.name = inner.name
        self._inner = inner
        self._batcher = Batcher[tuple[LineCrop, Reread], LineReading](
            self._recognise_mixed, max_batch, max_delay_s, threads, "recognise"
        )

    def recognise(self, crops: Sequence[LineCrop], reread: Reread = NEVER) -> list[LineReading]:
        """One reading for each crop, in the same order."""
        return self._batcher([(crop, reread) for crop in crops])

    def models(self, languages: Sequence[str]) -> tuple[ModelUse, ...]:
        """The models of the inner recogniser."""
        return self._inner.models(languages)

    def languages(self) -> tuple[str, ...]:
        """The languages of the inner recogniser."""
        return self._inner.languages()

    def close(self) -> None:
        """Answer waiting callers, then stop."""
        self._batcher.close()

    def _recognise_mixed(self, items: Sequence[tuple[LineCrop, Reread]]) -> Sequence[LineReading]:
        """One call for each range of confidences to be read again: jobs seldom differ in it."""
        readings: dict[int, LineReading] = {}
        for reread in dict.fromkeys(asked for _, asked in items):
            places = [at for at, (_, asked) in enumerate(items) if asked == reread]
            read = self._inner.recognise([items[at][0] for at in places], reread)
            readings.update(zip(places, read, strict=True))
        return [readings[at] for at in range(len(items))]


class BatchingDetector:
    """A Detector whose calls from several threads are merged."""

    def __init__(self, inner: Detector, max_batch: int, max_delay_s: float) -> None:
        self.name = inner.name
        self._inner = inner
        self._batcher = Batcher[tuple[Image, float], Detections](
            self._detect_mixed, max_batch, max_delay_s, stage="detect"
        )

    def detect(self, images: Sequence[Image], min_confidence: float) -> list[Detections]:
        """Detections for each image."""
        return self._batcher([(image, min_confidence) for image in images])

    def models(self) -> tuple[ModelUse, ...]:
        """The model of the inner detector."""
        return self._inner.models()

    def close(self) -> None:
        """Answer waiting callers, then stop."""
        self._batcher.close()

    def _detect_mixed(self, items: Sequence[tuple[Image, float]]) -> Sequence[Detections]:
        """One call at the lowest minimum, each answer cut at its own.

        The cut changes nothing else: suppression never lets a less confident box remove a more
        confident one.
        """
        lowest = min(minimum for _, minimum in items)
        found = self._inner.detect([image for image, _ in items], lowest)
        return [
            page._replace(found=tuple(d for d in page.found if d.confidence >= minimum))
            for page, (_, minimum) in zip(found, items, strict=True)
        ]
