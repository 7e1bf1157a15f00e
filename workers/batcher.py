"""Calls of several threads gathered into one call of an engine that gains from larger batches."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from vision.errors import EngineFailure
from vision.stages import Detection, Detector, Image, LineCrop, LineReading, Recogniser
from vision.types import ModelUse

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(eq=False, slots=True)
class _Call(Generic[Item, Result]):
    """One caller's items and what has come back for them so far."""

    items: Sequence[Item]
    future: Future[list[Result]] = field(default_factory=Future)
    taken: int = 0
    results: list[Result] = field(default_factory=list)


class Batcher(Generic[Item, Result]):
    """Merges calls: a batch runs when it is full or its first caller has waited `max_delay_s`.

    A batch takes from each waiting caller in turn, so that a caller with many items delays one
    with few by a batch at most. What waits is bounded by the callers, each of whom waits for its
    own answer. When a merged batch fails, each caller's share runs alone and fails or succeeds
    alone.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Item]], Sequence[Result]],
        max_batch: int,
        max_delay_s: float,
    ) -> None:
        self._run = run
        self._max_batch = max_batch
        self._max_delay_s = max_delay_s
        self._waiting: deque[_Call[Item, Result]] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="batcher", daemon=True)
        self._thread.start()

    def __call__(self, items: Sequence[Item]) -> list[Result]:
        """One result for each item, in order; EngineFailure `engine_closed` after `close`."""
        if not items:
            return []
        call: _Call[Item, Result] = _Call(items)
        with self._changed:
            if self._closed:
                raise EngineFailure("engine_closed", "The engine is shutting down.")
            self._waiting.append(call)
            self._changed.notify()
        return call.future.result()

    def close(self) -> None:
        """Answer whoever waits, then stop."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _serve(self) -> None:
        while batch := self._gather():
            self._answer(batch)

    def _gather(self) -> list[tuple[_Call[Item, Result], Sequence[Item]]]:
        """Wait for a batch, as shares of its callers; empty when closed and nothing waits."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            flush_at = time.monotonic() + self._max_delay_s
            while not self._closed and self._ready() < self._max_batch:
                left = flush_at - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
            return self._take()

    def _ready(self) -> int:
        return sum(len(call.items) - call.taken for call in self._waiting)

    def _take(self) -> list[tuple[_Call[Item, Result], Sequence[Item]]]:
        """Equal shares for the callers in turn until the batch is full."""
        shares = dict.fromkeys(self._waiting, 0)
        room = min(self._max_batch, self._ready())
        while room:
            for call in shares:
                if room and call.taken + shares[call] < len(call.items):
                    shares[call] += 1
                    room -= 1
        taken = []
        for call, share in shares.items():
            taken.append((call, call.items[call.taken : call.taken + share]))
            call.taken += share
        self._waiting = deque(call for call in shares if call.taken < len(call.items))
        return [(call, items) for call, items in taken if items]

    def _answer(self, batch: Sequence[tuple[_Call[Item, Result], Sequence[Item]]]) -> None:
        try:
            results = iter(self._run_checked([item for _, items in batch for item in items]))
        except Exception as error:  # noqa: BLE001 - whatever it is belongs to the callers
            self._answer_alone(batch, error)
            return
        for call, items in batch:
            self._settle(call, [next(results) for _ in items])

    def _answer_alone(
        self, batch: Sequence[tuple[_Call[Item, Result], Sequence[Item]]], error: Exception
    ) -> None:
        if len(batch) == 1:
            self._fail(batch[0][0], error)
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

    def _settle(self, call: _Call[Item, Result], results: list[Result]) -> None:
        call.results += results
        if len(call.results) == len(call.items):
            call.future.set_result(call.results)

    def _fail(self, call: _Call[Item, Result], error: Exception) -> None:
        with self._changed:
            if call in self._waiting:
                self._waiting.remove(call)
        call.future.set_exception(error)


class BatchingRecogniser:
    """A Recogniser whose calls from several threads are merged."""

    def __init__(self, inner: Recogniser, max_batch: int, max_delay_s: float) -> None:
        self.name = inner.name
        self._inner = inner
        self._batcher = Batcher[LineCrop, LineReading](inner.recognise, max_batch, max_delay_s)

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
