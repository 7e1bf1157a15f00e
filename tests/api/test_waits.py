from contextlib import ExitStack, suppress

import pytest

from api.waits import (
    ANNOUNCED_PAUSE_S,
    LEAST_PAUSE_S,
    LONGEST_PAUSE_S,
    QUERIES_PER_S,
    Waits,
    pause_s,
)


@pytest.mark.parametrize(
    ("waited_s", "waits", "expected"),
    [
        (0.0, 1, 0.02),
        (2.0, 1, 0.04),
        (1.0, 1, 0.02),
        (5.0, 1, 0.1),
        (60.0, 1, LONGEST_PAUSE_S),
        (0.0, 20, 0.1),
        (1.0, 20, 0.1),
        (0.0, 1000, LONGEST_PAUSE_S),
    ],
)
def test_a_pause_is_a_share_of_the_wait_and_longer_the_more_waits_share_the_queries(
    waited_s: float, waits: int, expected: float
) -> None:
    assert pause_s(waited_s, waits) == pytest.approx(expected)


def test_waits_that_have_ended_leave_their_queries_to_the_others() -> None:
    waits = Waits()
    with waits.join() as wait:
        with ExitStack() as others:
            for _ in range(9):
                others.enter_context(waits.join())
            assert wait.pause_s() == pytest.approx(10 / QUERIES_PER_S)
        assert wait.pause_s() == pytest.approx(LEAST_PAUSE_S)


def test_a_wait_that_fails_has_ended() -> None:
    waits = Waits()
    with suppress(KeyError), ExitStack() as failing:
        for _ in range(9):
            failing.enter_context(waits.join())
        raise KeyError
    with waits.join() as wait:
        assert wait.pause_s() == pytest.approx(LEAST_PAUSE_S)


def test_a_wait_asks_at_once_when_its_job_is_announced_and_no_other_does() -> None:
    waits = Waits()
    with waits.join("job_a") as first, waits.join("job_a") as second, waits.join("job_b") as other:
        waits.job_ended("job_a")
        waits.job_ended("job_c")
        assert (first.ended.is_set(), second.ended.is_set()) == (True, True)
        assert not other.ended.is_set()


def test_while_ends_are_announced_a_wait_for_a_job_asks_seldom() -> None:
    waits = Waits(announced=lambda: True)
    with waits.join("job_a") as announced, waits.join() as other:
        assert announced.pause_s() == ANNOUNCED_PAUSE_S
        assert other.pause_s() == pytest.approx(LEAST_PAUSE_S)
