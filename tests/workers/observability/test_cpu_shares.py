from itertools import chain, repeat

import pytest

from workers.observability.cpu_shares import OTHERS, CpuShares, TenantLabels


class ManualTime:
    """Processor time that goes on as a test says."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_page_alone_is_charged_with_all_that_passes() -> None:
    clock = ManualTime()
    with CpuShares(clock).sharing() as share:
        clock.now += 3
    assert share.seconds == 3


def test_time_outside_pages_is_charged_to_nobody() -> None:
    clock = ManualTime()
    shares = CpuShares(clock)
    clock.now += 50
    with shares.sharing() as first:
        clock.now += 1
    clock.now += 50
    with shares.sharing() as second:
        clock.now += 2
    assert (first.seconds, second.seconds) == (1, 2)


def test_pages_side_by_side_share_evenly_while_they_overlap() -> None:
    clock = ManualTime()
    shares = CpuShares(clock)
    with shares.sharing() as long:
        clock.now += 1
        with shares.sharing() as short:
            clock.now += 4
        clock.now += 2
    assert (long.seconds, short.seconds) == (1 + 2 + 2, 2)
    assert long.seconds + short.seconds == 7  # nothing is lost or counted twice


def test_a_page_that_fails_is_charged_as_well() -> None:
    clock = ManualTime()
    shares = CpuShares(clock)

    def fail_after(seconds: float) -> None:
        clock.now += seconds
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), shares.sharing() as share:
        fail_after(1)
    clock.now += 10
    with shares.sharing():
        clock.now += 1
    assert share.seconds == 1


def test_tenants_beyond_the_limit_share_one_label() -> None:
    label = TenantLabels(most=2)
    seen = [label(tenant) for tenant in chain(["a", "b"], repeat("c", 2), ["a"])]
    assert seen == ["a", "b", OTHERS, OTHERS, "a"]
