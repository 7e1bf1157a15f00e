import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import pytest

from tests.support.patience import PATIENCE_S
from vision.core.arrays import Image
from vision.core.document import Box, ModelUse
from vision.core.errors import EngineFailure
from vision.core.stages import NEVER, Detection, Detections, LineCrop, LineReading, Reread
from workers.engine.batching import Batcher, BatchingDetector, BatchingRecogniser

PATIENT_S = 30.0  # long enough that only a full batch or a close ends the wait


class Recorder:
    """Doubles numbers, remembers its batches, and fails where it meets a negative one."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    def __call__(self, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        if min(items) < 0:
            raise EngineFailure("inference_failed", f"{min(items)}")
        return [2 * item for item in items]


@contextmanager
def batcher(
    run: Recorder, max_batch: int, max_delay_s: float = PATIENT_S
) -> Iterator[Batcher[int, int]]:
    made = Batcher[int, int](run, max_batch, max_delay_s)
    try:
        yield made
    finally:
        made.close()


def test_calls_of_several_threads_become_one_call_and_each_gets_its_own_results() -> None:
    run = Recorder()
    with batcher(run, max_batch=6) as merged, ThreadPoolExecutor(3) as threads:
        answers = list(threads.map(merged, [[1, 2], [3, 4], [5, 6]]))
    assert answers == [[2, 4], [6, 8], [10, 12]]
    assert [sorted(batch) for batch in run.batches] == [[1, 2, 3, 4, 5, 6]]


def test_a_lone_call_runs_when_the_delay_has_passed() -> None:
    run = Recorder()
    with batcher(run, max_batch=100, max_delay_s=0.01) as merged:
        assert merged([1]) == [2]


def test_a_call_larger_than_a_batch_is_split_and_answered_in_order() -> None:
    run = Recorder()
    with batcher(run, max_batch=3, max_delay_s=0.0) as merged:
        assert merged(range(8)) == [0, 2, 4, 6, 8, 10, 12, 14]
    assert [len(batch) for batch in run.batches] == [3, 3, 2]


def test_a_call_without_items_asks_nobody() -> None:
    run = Recorder()
    with batcher(run, max_batch=3) as merged:
        assert merged([]) == []
    assert run.batches == []


def test_a_small_call_is_served_in_the_same_batch_as_a_large_one() -> None:
    held, seen = threading.Event(), threading.Event()
    batches: list[list[int]] = []

    def run(items: Sequence[int]) -> list[int]:
        batches.append(list(items))
        seen.set()
        held.wait(PATIENCE_S)
        return list(items)

    merged = Batcher[int, int](run, 4, 0.0)
    with ThreadPoolExecutor(3) as threads:
        first = threads.submit(merged, [0])  # keeps the engine busy while the others queue up
        seen.wait(PATIENCE_S)
        large = threads.submit(merged, list(range(100, 112)))
        while not merged._waiting:
            pass
        small = threads.submit(merged, [1])
        while len(merged._waiting) < 2:
            pass
        held.set()
        assert (first.result(), small.result(), len(large.result())) == ([0], [1], 12)
    merged.close()
    assert 1 in batches[1]


def test_a_failing_item_fails_its_own_caller_and_nobody_else() -> None:
    run = Recorder()
    with batcher(run, max_batch=3) as merged, ThreadPoolExecutor(3) as threads:
        calls = [threads.submit(merged, [item]) for item in (1, -7, 3)]
        assert calls[0].result() == [2]
        assert calls[2].result() == [6]
        with pytest.raises(EngineFailure, match="-7"):
            calls[1].result()


def test_an_engine_that_answers_too_little_is_an_engine_failure() -> None:
    merged = Batcher[int, int](lambda items: [], 3, 0.0)
    with pytest.raises(EngineFailure) as failure:
        merged([1])
    merged.close()
    assert failure.value.code == "engine_misbehaved"


def test_closing_answers_who_waits_and_refuses_who_comes_later() -> None:
    run = Recorder()
    merged = Batcher[int, int](run, 100, PATIENT_S)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(merged, [4])
        while not merged._waiting:
            pass
        merged.close()
        assert waiting.result() == [8]
    with pytest.raises(EngineFailure) as failure:
        merged([1])
    assert failure.value.code == "engine_closed"


def test_threads_work_side_by_side_and_answers_keep_their_order() -> None:
    both = threading.Barrier(2)

    def run(items: Sequence[int]) -> list[int]:
        both.wait(PATIENCE_S)  # passes only where two batches run at once
        return [2 * item for item in items]

    merged = Batcher[int, int](run, 2, 0.0, threads=2)
    assert merged([1, 2, 3, 4]) == [2, 4, 6, 8]
    merged.close()


def test_a_call_whose_shares_fail_in_two_threads_fails_once() -> None:
    both = threading.Barrier(2)

    def run(items: Sequence[int]) -> list[int]:
        both.wait(PATIENCE_S)
        raise EngineFailure("inference_failed", str(items))

    merged = Batcher[int, int](run, 1, 0.0, threads=2)
    with pytest.raises(EngineFailure) as failure:
        merged([1, 2])
    merged.close()
    assert failure.value.code == "inference_failed"


def test_no_caller_waits_for_ever_when_many_share_several_threads() -> None:
    merged = Batcher[int, int](lambda items: [2 * item for item in items], 5, 0.001, threads=3)
    with ThreadPoolExecutor(8) as threads:
        calls = [list(range(at, at + at % 13)) for at in range(200)]
        answers = list(threads.map(merged, calls, timeout=PATIENCE_S))
    merged.close()
    assert answers == [[2 * item for item in call] for call in calls]


class BrightnessDetector:
    """Finds one thing for each image, as confident as its first pixel is bright."""

    name = "brightness"

    def __init__(self) -> None:
        self.floors: list[float] = []

    def detect(self, images: Sequence[Image], min_confidence: float) -> list[Detections]:
        self.floors.append(min_confidence)
        found = [(float(image[0, 0, 0]) / 100, image) for image in images]
        box = Box(0, 0, 1, 1)
        return [
            Detections((Detection("thing", score, box),) if score >= min_confidence else ())
            for score, _ in found
        ]

    def models(self) -> tuple[ModelUse, ...]:
        return (ModelUse("brightness", "1", "", "double"),)


def test_merged_detections_keep_each_callers_own_confidence_floor() -> None:
    detector = BatchingDetector(BrightnessDetector(), 2, PATIENT_S)
    image = np.full((1, 1, 3), 50, np.uint8)
    with ThreadPoolExecutor(2) as threads:
        strict = threads.submit(detector.detect, [image], 0.6)
        lenient = threads.submit(detector.detect, [image], 0.4)
        assert strict.result() == [Detections(())]
        assert [found.label for found in lenient.result()[0].found] == ["thing"]
    detector.close()
    assert detector.models()[0].name == detector.name == "brightness"


class WidthRecogniser:
    name = "width"

    def __init__(self) -> None:
        self.rereads: list[Reread] = []

    def recognise(self, crops: Sequence[LineCrop], reread: Reread = NEVER) -> list[LineReading]:
        self.rereads.append(reread)
        return [LineReading(str(crop.pixels.shape[1]), 1.0) for crop in crops]

    def models(self, languages: Sequence[str]) -> tuple[ModelUse, ...]:
        return tuple(ModelUse(language, "1", "", "double") for language in languages)

    def languages(self) -> tuple[str, ...]:
        return ("eng",)


def test_merged_readings_come_back_in_the_order_of_each_callers_crops() -> None:
    recogniser = BatchingRecogniser(WidthRecogniser(), 5, 0.01)
    crops = [LineCrop(np.zeros((2, n, 3), np.uint8), np.eye(2, 3), ("eng",)) for n in range(1, 9)]
    assert [each.text for each in recogniser.recognise(crops)] == [str(n) for n in range(1, 9)]
    assert recogniser.languages() == ("eng",)
    assert recogniser.models(["eng"])[0].name == "eng"
    recogniser.close()


def test_callers_whose_lines_are_read_again_differently_get_calls_of_their_own() -> None:
    inner = WidthRecogniser()
    recogniser = BatchingRecogniser(inner, 4, PATIENT_S)
    crop = LineCrop(np.zeros((2, 7, 3), np.uint8), np.eye(2, 3), ("eng",))
    with ThreadPoolExecutor(2) as threads:
        once = threads.submit(recogniser.recognise, [crop, crop])
        again = threads.submit(recogniser.recognise, [crop, crop], Reread(0.6, 0.9))
        readings = once.result() + again.result()
    recogniser.close()
    assert [each.text for each in readings] == ["7"] * 4
    assert sorted(inner.rereads) == [NEVER, Reread(0.6, 0.9)]
