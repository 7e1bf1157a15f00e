import random
import threading

import pytest

from tests.support.ledgers import at_once
from workers.egress.bulkhead import MOST_IN_LANE, Lanes, lane_of


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
            assert self.go[work].wait(10)
        if work.startswith("bad"):
            raise RuntimeError(work)

    def await_begun(self, *works: str) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: set(works) <= set(self.begun), 10)


def test_a_lane_that_hangs_holds_up_only_itself() -> None:
    desk = Desk()
    desk.go = {"slow1": threading.Event(), "slow2": threading.Event()}
    lanes = Lanes(desk.run, threads=4, per_lane=1, slow_s=60)
    lanes.offer("slow", "slow1", "a")
    lanes.offer("slow", "slow2", "a")
    for number in range(5):
        lanes.offer("quick", f"quick{number}", "b")
    desk.await_begun("slow1", *(f"quick{number}" for number in range(5)))
    assert "slow2" not in desk.begun
    desk.go["slow1"].set()
    desk.await_begun("slow2")
    desk.go["slow2"].set()
    lanes.stop()


def test_work_that_waits_or_runs_is_not_taken_twice_but_may_come_again_later() -> None:
    desk = Desk()
    desk.go = {"one": threading.Event()}
    lanes = Lanes(desk.run, threads=4, per_lane=4, slow_s=60)
    for _ in range(3):
        lanes.offer("lane", "one", "a")
    desk.await_begun("one")
    lanes.offer("lane", "two", "a")
    desk.await_begun("two")
    assert desk.begun.count("one") == 1
    desk.go["one"].set()
    while "one" in lanes._known:
        pass
    lanes.offer("lane", "one", "a")
    with desk.changed:
        assert desk.changed.wait_for(lambda: desk.begun.count("one") == 2, 10)
    lanes.stop()


def test_work_that_fails_leaves_its_lane_open(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    lanes = Lanes(desk.run, threads=1, per_lane=1, slow_s=60)
    lanes.offer("lane", "bad", "a")
    lanes.offer("lane", "good", "a")
    desk.await_begun("bad", "good")
    lanes.stop()
    assert "brings it up again" in caplog.text


def test_stopping_finishes_what_runs_and_forgets_what_waits() -> None:
    desk = Desk()
    desk.go = {"first": threading.Event()}
    lanes = Lanes(desk.run, threads=2, per_lane=1, slow_s=60)
    lanes.offer("lane", "first", "a")
    lanes.offer("lane", "second", "a")
    desk.await_begun("first")
    stopper = threading.Thread(target=lanes.stop)
    stopper.start()
    while not lanes._stopping:
        pass
    desk.go["first"].set()
    stopper.join(10)
    assert desk.begun == ["first"]


class Hanging:
    """Work that hangs until `go` and counts as slow then, unless its name begins with `quick`."""

    def __init__(self, threads: int) -> None:
        self.go = threading.Event()
        self.now = 0.0
        self.begun: list[str] = []
        self.changed = threading.Condition()
        self.lanes = Lanes(self.run, threads, per_lane=4, slow_s=2, monotonic=lambda: self.now)

    def run(self, work: str) -> None:
        with self.changed:
            self.begun.append(work)
            self.changed.notify_all()
        if not work.startswith("quick"):
            assert self.go.wait(20)

    def await_begun(self, count: int, prefix: str) -> None:
        def enough() -> bool:
            return sum(work.startswith(prefix) for work in self.begun) >= count

        with self.changed:
            assert self.changed.wait_for(enough, 20), self.begun

    def end(self) -> None:
        self.go.set()
        self.lanes.stop()


def test_one_owner_whose_receivers_all_hang_leaves_half_of_the_threads() -> None:
    hanging = Hanging(threads=8)
    for number in range(40):
        hanging.lanes.offer(f"hang{number % 10}", f"hang{number}", "bad")
    hanging.await_begun(4, "hang")
    for number in range(50):
        hanging.lanes.offer(f"fine{number % 3}", f"quick{number}", "good")
    hanging.await_begun(50, "quick")
    assert sum(work.startswith("hang") for work in hanging.begun) == 4
    hanging.end()


def test_lanes_known_to_be_slow_leave_room_for_the_same_owners_quick_ones() -> None:
    hanging = Hanging(threads=8)
    for number in range(10):
        hanging.lanes.offer(f"hang{number}", f"first{number}", "one")
    hanging.await_begun(4, "first")
    hanging.now = 15.0
    hanging.go.set()  # each took 15 seconds
    hanging.await_begun(10, "first")
    while hanging.lanes._known:
        pass
    hanging.go.clear()
    hanging.now = 30.0
    hanging.lanes._slow.update({f"hang{number}": None for number in range(10)})
    for number in range(40):
        hanging.lanes.offer(f"hang{number % 10}", f"second{number}", "one")
    for number in range(50):
        hanging.lanes.offer("fine", f"quick{number}", "one")
    hanging.await_begun(50, "quick")
    assert sum(work.startswith("second") for work in hanging.begun) == 2  # a quarter of 8
    hanging.end()


def test_a_slow_lane_goes_one_by_one_until_it_is_quick_again() -> None:
    hanging = Hanging(threads=16)
    hanging.lanes.offer("lane", "slow1", "one")
    hanging.await_begun(1, "slow")
    hanging.now = 5.0
    hanging.go.set()
    while hanging.lanes._known:
        pass
    hanging.go.clear()
    for number in range(2, 8):
        hanging.lanes.offer("lane", f"slow{number}", "one")
    hanging.await_begun(2, "slow")
    assert hanging.begun == ["slow1", "slow2"]
    hanging.go.set()  # at once by the clock: quick
    hanging.await_begun(7, "slow")
    while hanging.lanes._known:
        pass
    assert not hanging.lanes._slow
    hanging.end()


def test_a_lane_that_hangs_with_much_to_do_takes_no_room_from_others_that_wait() -> None:
    hanging = Hanging(threads=4)
    for number in range(3 * MOST_IN_LANE):
        hanging.lanes.offer("hang", f"hang{number}", "one")
    assert len(hanging.lanes._known) == MOST_IN_LANE + 2  # half of the threads run one each
    hanging.lanes.offer("fine", "quick", "two")
    hanging.await_begun(1, "quick")
    hanging.go.set()
    hanging.lanes.stop()


def test_whatever_paces_mix_each_work_runs_once_and_nothing_is_left_over() -> None:
    chance = random.Random(11)
    ran: list[str] = []
    # A clock that jumps makes lanes slow and quick again by chance.
    lanes = Lanes(ran.append, 8, per_lane=3, slow_s=2, monotonic=lambda: chance.uniform(0, 5))

    def hand_in(part: int) -> None:
        for number in range(500):
            lane = chance.randrange(40)
            lanes.offer(f"lane{lane}", f"{part}-{number}", f"owner{lane % 5}")

    at_once(hand_in, 4)
    while lanes._known:
        pass
    assert sorted(ran) == sorted(f"{part}-{number}" for part in range(4) for number in range(500))
    lanes.stop()
    assert not lanes._lanes
    assert not lanes._rows
    assert not lanes._running


@pytest.mark.parametrize(
    ("url", "lane"),
    [
        ("https://Example.org/hook", "example.org"),
        ("http://example.org:8080/a?b", "example.org:8080"),
        ("https://user:secret@example.org/x", "example.org"),
    ],
)
def test_a_lane_is_the_receivers_host_and_port(url: str, lane: str) -> None:
    assert lane_of(url) == lane
