from contextlib import ExitStack, suppress

import pytest

from api.waits import LEAST_PAUSE_S, LONGEST_PAUSE_S, QUERIES_PER_S, Waits, pause_s


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
    with waits.join() as pause:
        with ExitStack() as others:
            for _ in range(9):
                others.enter_context(waits.join())
            assert pause() == pytest.approx(10 / QUERIES_PER_S)
        assert pause() == pytest.approx(LEAST_PAUSE_S)


def test_a_wait_that_fails_has_ended() -> None:
    waits = Waits()
    with suppress(KeyError), ExitStack() as failing:
        for _ in range(9):
            failing.enter_context(waits.join())
        raise KeyError
    with waits.join() as pause:
        assert pause() == pytest.approx(LEAST_PAUSE_S)
