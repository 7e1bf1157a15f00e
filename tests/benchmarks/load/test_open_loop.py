import math
import random
import threading

import pytest

from benchmarks.load.open_loop import (
    Sent,
    arrivals,
    quantile,
    send_on_time,
    simulate,
    summarise,
)
from tests.support.patience import PATIENCE_S


def test_arrivals_come_in_order_and_at_their_rate() -> None:
    found = arrivals(50.0, 100.0, random.Random(1))
    assert found == sorted(found)
    assert found[0] > 0
    assert found[-1] < 100
    assert 4700 < len(found) < 5300  # four standard deviations of a Poisson count


def test_a_document_is_due_when_it_was_to_be_sent_however_late_it_was_sent() -> None:
    """One sender for two documents: the second is sent when the first is answered."""
    now = 1000.0
    blocked = threading.Event()

    def clock() -> float:
        return now

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        if now >= 1002.0:
            blocked.set()

    def send() -> str:
        assert blocked.wait(PATIENCE_S)
        return "job"

    sent = send_on_time([1.0, 2.0], send, senders=1, clock=clock, sleep=sleep)
    assert sent == [Sent(1001.0, "job"), Sent(1002.0, "job")]


def test_latencies_count_from_the_due_time_and_refusals_apart() -> None:
    sent = [Sent(10.0 + number, f"job_{number}") for number in range(4)]
    step = summarise(1.0, sent, [11.0, 13.0, None, 20.0])
    assert (step.p50_s, step.p99_s, step.refused) == (2.0, 7.0, 1)
    assert step.completed == pytest.approx(3 / 10)
    assert step.saturated


@pytest.mark.parametrize(("ended", "saturated"), [(1.05, False), (1.5, True)])
def test_a_service_that_falls_a_tenth_behind_is_saturated(ended: float, saturated: bool) -> None:
    sent = [Sent(float(number), "job") for number in range(100)]
    ends = [ended * (number + 1) for number in range(100)]
    assert summarise(1.0, sent, ends).saturated is saturated


def test_where_everything_is_refused_nothing_is_claimed() -> None:
    step = summarise(5.0, [Sent(0.0, None)], [None])
    assert (step.completed, step.p50_s, step.saturated) == (0.0, math.inf, True)


@pytest.mark.parametrize(
    ("share", "value"), [(0.0, 1.0), (0.5, 2.0), (0.51, 3.0), (0.95, 4.0), (1.0, 4.0)]
)
def test_a_quantile_is_a_value_that_was_measured(share: float, value: float) -> None:
    assert quantile([1.0, 2.0, 3.0, 4.0], share) == value


@pytest.mark.parametrize(
    ("servers", "latencies"),
    [(1, [2.0, 3.0, 4.0, 2.0]), (2, [2.0, 2.0, 2.0, 2.0])],
)
def test_the_ideal_queue_serves_in_order_of_arrival(servers: int, latencies: list[float]) -> None:
    assert simulate([0.0, 1.0, 2.0, 10.0], 2.0, servers) == latencies
