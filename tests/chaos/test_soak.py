"""Statement 24 is held to by `make soak`; here, that it can tell a leak from a warm-up."""

import os

import pytest

from tests.chaos.soak import DRIFT, Memory, drift, page_of

TIMES = [float(second) for second in range(100)]


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ([200.0] * 100, 0.0),
        ([min(200.0, 100 + 10 * at) for at in TIMES], 0.0),
        ([200 + at for at in TIMES], 79 / 260),
        ([200 + 5 * (at % 2) for at in TIMES], 0.0),
        ([300 - at for at in TIMES], -79 / 240),
    ],
    ids=["level", "warm-up", "leak", "restless", "sinking"],
)
def test_drift_is_what_the_steady_part_gains(levels: list[float], expected: float) -> None:
    assert drift(TIMES, levels) == pytest.approx(expected, abs=0.01)


def test_a_run_too_short_to_tell_shows_no_drift() -> None:
    assert drift([0.0, 1.0], [1.0, 9.0]) < DRIFT


def test_memory_is_read_in_megabytes() -> None:
    memory = Memory({"this": os.getpid()})
    memory.sample()
    assert 5 < memory.megabytes["this"][0] < 100_000


def test_pages_of_a_soak_differ_in_size_and_are_the_same_each_time() -> None:
    assert page_of(1) == page_of(1)
    assert len({len(page_of(number)) for number in range(10)}) > 5
