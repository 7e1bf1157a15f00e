import random
import threading
import time
from collections.abc import Callable
from itertools import count

import pytest

from tests.support.ledgers import at_once
from tests.support.patience import PATIENCE_S
from workers.egress.bulkhead import MAX_WAITING, Bulkhead, Load, host_of


def until(holds: Callable[[], bool]) -> None:
    """Wait; the deadline only ends a failing test."""
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.001)


class Desk:
    """Work that waits until it is let go, and knows how much ran at once."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.go: dict[str, threading.Event] = {}
        self.changed = threading.Condition()

    def run(self, work: str) -> None:
        with self.changed:
            self.begun.append(work)
            self.changed.notify_all()
        if work in self.go:
            assert self.go[work].wait(PATIENCE_S)
        if work.startswith("bad"):
            raise RuntimeError(work)

    def await_begun(self, *works: str) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: set(works) <= set(self.begun), 10)


def test_a_partition_that_hangs_delays_only_itself() -> None:
    desk = Desk()
    desk.go = {"slow1": threading.Event(), "slow2": threading.Event()}
    bulkhead = Bulkhead(desk.run, threads=4, per_partition=1, slow_s=60)
    bulkhead.submit("slow", "slow1", "a")
    bulkhead.submit("slow", "slow2", "a")
    for number in range(5):
        bulkhead.submit("quick", f"quick{number}", "b")
    desk.await_begun("slow1", *(f"quick{number}" for number in range(5)))
    assert "slow2" not in desk.begun
    desk.go["slow1"].set()
    desk.await_begun("slow2")
    desk.go["slow2"].set()
    bulkhead.stop()


def test_pending_work_is_not_accepted_twice_but_may_come_again_later() -> None:
    desk = Desk()
    desk.go = {"one": threading.Event()}
    bulkhead = Bulkhead(desk.run, threads=4, per_partition=4, slow_s=60)
    for _ in range(3):
        bulkhead.submit("host", "one", "a")
    desk.await_begun("one")
    bulkhead.submit("host", "two", "a")
    desk.await_begun("two")
    assert desk.begun.count("one") == 1
    desk.go["one"].set()
    until(lambda: not bulkhead.load.pending)
    bulkhead.submit("host", "one", "a")
    with desk.changed:
        assert desk.changed.wait_for(lambda: desk.begun.count("one") == 2, 10)
    bulkhead.stop()


def test_work_that_fails_leaves_its_partition_open(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    bulkhead = Bulkhead(desk.run, threads=1, per_partition=1, slow_s=60)
    bulkhead.submit("host", "bad", "a")
    bulkhead.submit("host", "good", "a")
    desk.await_begun("bad", "good")
    bulkhead.stop()
    assert "sends it again" in caplog.text


def test_stopping_finishes_what_runs_and_drops_what_waits() -> None:
    desk = Desk()
    desk.go = {"first": threading.Event()}
    bulkhead = Bulkhead(desk.run, threads=2, per_partition=1, slow_s=60)
    bulkhead.submit("host", "first", "a")
    bulkhead.submit("host", "second", "a")
    desk.await_begun("first")
    stopper = threading.Thread(target=bulkhead.stop)
    stopper.start()
    others = count()
    until(lambda: not bulkhead.submit("other", f"other{next(others)}", "b"))
    desk.go["first"].set()
    stopper.join(PATIENCE_S)
    assert "second" not in desk.begun


class Hanging:
    """Work that hangs until `go` and counts as slow then, unless its name begins with `quick`."""

    def __init__(self, threads: int) -> None:
        self.go = threading.Event()
        self.now = 0.0
        self.step_s = 0.0  # what the clock advances between two looks at it
        self.begun: list[str] = []
        self.changed = threading.Condition()
        self.bulkhead = Bulkhead(
            self.run, threads, per_partition=4, slow_s=2, monotonic=self._clock
        )

    def _clock(self) -> float:
        self.now += self.step_s
        return self.now

    def run(self, work: str) -> None:
        with self.changed:
            self.begun.append(work)
            self.changed.notify_all()
        if not work.startswith("quick"):
            assert self.go.wait(PATIENCE_S)

    def await_begun(self, count: int, prefix: str) -> None:
        def enough() -> bool:
            return sum(work.startswith(prefix) for work in self.begun) >= count

        with self.changed:
            assert self.changed.wait_for(enough, 20), self.begun

    def end(self) -> None:
        self.go.set()
        self.bulkhead.stop()


def test_an_owner_whose_endpoints_all_hang_leaves_half_of_the_threads() -> None:
    hanging = Hanging(threads=8)
    for number in range(40):
        hanging.bulkhead.submit(f"hang{number % 10}", f"hang{number}", "bad")
    hanging.await_begun(4, "hang")
    for number in range(50):
        hanging.bulkhead.submit(f"fine{number % 3}", f"quick{number}", "good")
    hanging.await_begun(50, "quick")
    assert sum(work.startswith("hang") for work in hanging.begun) == 4
    hanging.end()


def test_slow_partitions_leave_threads_to_the_fast_ones_of_the_same_owner() -> None:
    hanging = Hanging(threads=8)
    hanging.step_s = 15.0  # each takes 15 seconds or more
    for number in range(10):
        hanging.bulkhead.submit(f"hang{number}", f"first{number}", "one")
    hanging.await_begun(4, "first")
    hanging.go.set()
    hanging.await_begun(10, "first")
    until(lambda: not hanging.bulkhead.load.pending)
    assert hanging.bulkhead.load.slow == 10
    hanging.go.clear()
    hanging.step_s = 0.0
    for number in range(40):
        hanging.bulkhead.submit(f"hang{number % 10}", f"second{number}", "one")
    for number in range(50):
        hanging.bulkhead.submit("fine", f"quick{number}", "one")
    hanging.await_begun(50, "quick")
    assert sum(work.startswith("second") for work in hanging.begun) == 2  # a quarter of 8
    hanging.end()


def test_a_slow_partition_runs_one_at_a_time_until_it_is_fast_again() -> None:
    hanging = Hanging(threads=16)
    hanging.bulkhead.submit("host", "slow1", "one")
    hanging.await_begun(1, "slow")
    hanging.now = 5.0
    hanging.go.set()
    until(lambda: not hanging.bulkhead.load.pending)
    hanging.go.clear()
    for number in range(2, 8):
        hanging.bulkhead.submit("host", f"slow{number}", "one")
    hanging.await_begun(2, "slow")
    assert hanging.begun == ["slow1", "slow2"]
    hanging.go.set()  # at once by the clock: quick
    hanging.await_begun(7, "slow")
    until(lambda: not hanging.bulkhead.load.pending)
    assert hanging.bulkhead.load.slow == 0
    hanging.end()


def test_a_partition_that_hangs_with_a_long_queue_takes_nothing_from_others() -> None:
    hanging = Hanging(threads=4)
    for number in range(3 * MAX_WAITING):
        hanging.bulkhead.submit("hang", f"hang{number}", "one")
    assert hanging.bulkhead.load == Load(
        pending=MAX_WAITING + 2, running=2, slow=0
    )  # half of the threads run one each
    hanging.bulkhead.submit("fine", "quick", "two")
    hanging.await_begun(1, "quick")
    hanging.go.set()
    hanging.bulkhead.stop()


def test_whatever_paces_mix_each_work_runs_once_and_nothing_is_left_over() -> None:
    chance = random.Random(11)
    ran: list[str] = []
    # A clock that jumps makes partitions slow and fast again by chance.
    bulkhead = Bulkhead(
        ran.append, 8, per_partition=3, slow_s=2, monotonic=lambda: chance.uniform(0, 5)
    )

    def submit(part: int) -> None:
        for number in range(500):
            host = chance.randrange(40)
            bulkhead.submit(f"host{host}", f"{part}-{number}", f"owner{host % 5}")

    at_once(submit, 4)
    until(lambda: not bulkhead.load.pending)
    assert sorted(ran) == sorted(f"{part}-{number}" for part in range(4) for number in range(500))
    bulkhead.stop()
    assert (bulkhead.load.pending, bulkhead.load.running) == (0, 0)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Example.org/hook", "example.org"),
        ("http://example.org:8080/a?b", "example.org:8080"),
        ("https://user:secret@example.org/x", "example.org"),
    ],
)
def test_the_host_of_a_url_has_its_port(url: str, host: str) -> None:
    assert host_of(url) == host


def test_a_bulkhead_that_lost_count_ends_the_process() -> None:
    times, broken = iter([0.0]), threading.Event()

    def monotonic() -> float:
        return next(times)  # the second time raises StopIteration, after the work is done

    desk = Desk()
    bulkhead = Bulkhead(desk.run, 2, 1, 60, monotonic, broken.set)
    bulkhead.submit("host", "work", "tenant")
    assert broken.wait(PATIENCE_S)
    assert desk.begun == ["work"]
