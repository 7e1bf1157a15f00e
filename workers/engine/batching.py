"""Calls of several threads gathered into one call of an engine that gains from larger batches."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from vision.core.document import ModelUse
from vision.core.errors import EngineFailure
from vision.core.stages import Detection, Detector, Image, LineCrop, LineReading, Recogniser

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(eq=False, slots=True)
class _Call(Generic[Item, Result]):
    """One caller's items and what has come back for them so far, by their place."""

    items: Sequence[Item]
    future: Future[list[Result]] = field(default_factory=Future)
    taken: int = 0
    results: dict[int, Result] = field(default_factory=dict)


class _Share(NamedTuple, Generic[Item, Result]):
    """What one batch takes from one caller: its items from place `start` on."""

    call: _Call[Item, Result]
    start: int
    items: Sequence[Item]


class Batcher(Generic[Item, Result]):
    """Merges calls: a batch runs when it is full or its first caller has waited `max_delay_s`.

    Up to `lanes` batches run side by side. A batch takes from each waiting caller in turn, so that
    a caller with many items delays one with few by a batch at most. What waits is bounded by the
    callers, each of whom waits for its own answer. When a merged batch fails, each caller's share
    runs alone and fails or succeeds alone.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Item]], Sequence[Result]],
        max_batch: int,
        max_delay_s: float,
        lanes: int = 1,
    ) -> None:
        self._run = run
        self._max_batch = max_batch
        self._max_delay_s = max_delay_s
        self._waiting: deque[_Call[Item, Result]] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._serve, name=f"batcher-{lane}", daemon=True)
            for lane in range(lanes)
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
            # All: one lane may be waiting for its batch to fill, which a single wake-up would end.
            self._changed.notify_all()
        return call.future.result()

    def close(self) -> None:
        """Answer whoever waits, then stop."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        while batch := self._gather():
            self._answer(batch)

    def _gather(self) -> list[_Share[Item, Result]]:
        """Wait for a batch, as shares of its callers; empty when closed and nothing waits."""
        with self._changed:
            while True:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                self._wait_until_full()
                # Another lane may have taken what there was meanwhile.
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
        for call, size in sizes.items():
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
            # Two shares of one call may fail in two lanes: the first says why.
            if not call.future.done():
                call.future.set_exception(error)


class BatchingRecogniser:
    """A Recogniser whose calls from several threads are merged."""

    def __init__(
        self, inner: Recogniser, max_batch: int, max_delay_s: float, lanes: int = 1
    ) -> None:
        self.name = inner.name
        self._inner = inner
        self._batcher = Batcher[LineCrop, LineReading](
            inner.recognise, max_batch, max_delay_s, lanes
        )

    def recognise(self, crops: Sequence[LineCrop]) -> list[LineReading]:
        """One reading for each crop, in the same order."""
        return self._batcher(crops)

    def models(self, languages: Sequence[str]) -> tuple[ModelUse, ...]:
        """The models of the inner recogniser."""
        return self._inner.models(languages)

    def languages(self) -> tuple[str, ...]:
        """The languages of the inner recogniser."""
        return self._inner.languages()

    def close(self) -> None:
        """Answer whoever waits, then stop."""
        self._batcher.close()


class BatchingDetector:
    """A Detector whose calls from several threads are merged."""

    def __init__(self, inner: Detector, max_batch: int, max_delay_s: float) -> None:
        self.name = inner.name
        self._inner = inner
        self._batcher = Batcher[tuple[Image, float], tuple[Detection, ...]](
            self._detect_mixed, max_batch, max_delay_s
        )

    def detect(self, images: Sequence[Image], min_confidence: float) -> list[tuple[Detection, ...]]:
        """Detections for each image, most confident first."""
        return self._batcher([(image, min_confidence) for image in images])

    def models(self) -> tuple[ModelUse, ...]:
        """The model of the inner detector."""
        return self._inner.models()

    def close(self) -> None:
        """Answer whoever waits, then stop."""
        self._batcher.close()

    def _detect_mixed(
        self, items: Sequence[tuple[Image, float]]
    ) -> Sequence[tuple[Detection, ...]]:
        """One call at the lowest floor, each answer cut at its own.

        The cut changes nothing else: suppression never lets a less confident box remove a more
        confident one.
        """
        lowest = min(floor for _, floor in items)
        found = self._inner.detect([image for image, _ in items], lowest)
        return [
            tuple(each for each in detections if each.confidence >= floor)
            for detections, (_, floor) in zip(found, items, strict=True)
        ]
