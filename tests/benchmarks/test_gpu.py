import itertools

import pytest

from benchmarks.gpu.process import StandIn
from benchmarks.gpu.reading import drawn_pages, line_crops
from benchmarks.gpu.report import Report, rate
from benchmarks.gpu.watch import FLAT, GpuUse, ask_gpu, parse_sample, watched_gpu
from vision.core.protocols import Stages
from vision.text_detection.morphology import ClassicalLineFinder
from workers.engine.engine import Engine


def test_a_check_that_does_not_hold_is_kept_by_name() -> None:
    report = Report("gpu", "machine")
    report.check("holds", True)
    report.check("does not", False)
    assert report.failed == ["does not"]


@pytest.mark.parametrize(
    ("memory", "flat"),
    [
        ([], True),
        ([100.0], True),
        ([100, 140, 120, 100, 100, 140], True),  # the peak of each third counts
        ([100, 100, 100, 109, 109, 109], True),
        ([100, 100, 105, 108, 111, 112], False),
    ],
)
def test_memory_that_grows_from_the_first_third_to_the_last_is_seen(
    memory: list[float], flat: bool
) -> None:
    assert (GpuUse(memory=memory).growth() <= FLAT) is flat


def test_a_rate_counts_at_least_one_call_and_ends_at_its_limit() -> None:
    times = itertools.count(0.0, 1.0)
    calls: list[int] = []
    # The clock is asked at the start, after each call and at the end.
    found = rate(lambda: calls.append(1), 3.0, lambda: next(times))
    assert (len(calls), found) == (3, 3 / 4)
    assert rate(lambda: None, 0.0, iter([0.0, 2.0, 2.0]).__next__) == 0.5


def test_rows_of_nvidia_smi_are_percent_and_mebibytes() -> None:
    assert parse_sample("87, 4120") == (87.0, 4120.0)


def test_without_a_gpu_nothing_is_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert ask_gpu("name") is None
    with watched_gpu() as use:
        pass
    assert (use.busy, use.memory, use.growth()) == ([], [], 1.0)


def test_rates_are_judged_on_a_gpu_alone() -> None:
    for judged in (True, False):
        report = Report("gpu", "machine", speed=judged)
        report.check_speed("twice", False)
        assert report.failed == ["twice"][: int(judged)]


def test_the_share_for_which_a_stand_in_was_busy_counts_the_gaps_between_its_batches() -> None:
    device = StandIn()
    device.spans = [(0.0, 1.0), (1.0, 2.0), (2.5, 3.0)]
    assert device.busy_share == pytest.approx(2.5 / 3)


def test_lines_are_repeated_up_to_the_number_that_is_wanted() -> None:
    engine = Engine(Stages({"classical": ClassicalLineFinder()}, {}, {}))
    pages = drawn_pages(1)[:1]
    assert len(line_crops(engine, pages, 100)) == 100
    assert len(line_crops(engine, pages, 3)) == 3
