import itertools

import pytest

from benchmarks.gpu import (
    FLAT,
    GpuUse,
    Report,
    ask_gpu,
    parse_sample,
    rate,
    watched_gpu,
)


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
