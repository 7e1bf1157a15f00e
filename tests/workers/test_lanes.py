import threading

import pytest

from workers.lanes import Lanes, lane_of


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
    lanes = Lanes(desk.run, threads=4, per_lane=1)
    lanes.offer("slow", "slow1")
    lanes.offer("slow", "slow2")
    for number in range(5):
        lanes.offer("quick", f"quick{number}")
    desk.await_begun("slow1", *(f"quick{number}" for number in range(5)))
    assert "slow2" not in desk.begun
    desk.go["slow1"].set()
    desk.await_begun("slow2")
    desk.go["slow2"].set()
    lanes.stop()


def test_work_that_waits_or_runs_is_not_taken_twice_but_may_come_again_later() -> None:
    desk = Desk()
    desk.go = {"one": threading.Event()}
    lanes = Lanes(desk.run, threads=4, per_lane=4)
    for _ in range(3):
        lanes.offer("lane", "one")
    desk.await_begun("one")
    lanes.offer("lane", "two")
    desk.await_begun("two")
    assert desk.begun.count("one") == 1
    desk.go["one"].set()
    while "one" in lanes._known:
        pass
    lanes.offer("lane", "one")
    with desk.changed:
        assert desk.changed.wait_for(lambda: desk.begun.count("one") == 2, 10)
    lanes.stop()


def test_work_that_fails_leaves_its_lane_open(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    lanes = Lanes(desk.run, threads=1, per_lane=1)
    lanes.offer("lane", "bad")
    lanes.offer("lane", "good")
    desk.await_begun("bad", "good")
    lanes.stop()
    assert "brings it up again" in caplog.text


def test_stopping_finishes_what_runs_and_forgets_what_waits() -> None:
    desk = Desk()
    desk.go = {"first": threading.Event()}
    lanes = Lanes(desk.run, threads=2, per_lane=1)
    lanes.offer("lane", "first")
    lanes.offer("lane", "second")
    desk.await_begun("first")
    stopper = threading.Thread(target=lanes.stop)
    stopper.start()
    while not lanes._stopping:
        pass
    desk.go["first"].set()
    stopper.join(10)
    assert desk.begun == ["first"]


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
