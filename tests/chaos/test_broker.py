"""Redis killed, emptied and frozen under load."""

import time

import pytest

from tests.chaos.books import await_all_ended, judge, resumed_after
from tests.chaos.fleet import Fleet
from tests.chaos.load import Load
from tests.chaos.pages import coloured
from tests.chaos.report import Note, Scale
from tests.doubles import WHITE
from tests.support.workplace import PLAIN

pytestmark = pytest.mark.timeout(900)
REDIS_AWAY_S = 0.5


def white_pages(fleet: Fleet, total: int, pace_s: float) -> Load:
    """Pages that are read at once, handed in over a while."""
    key = fleet.key()
    return Load(fleet.place.url, key, lambda n: coloured(n, WHITE), total, PLAIN, pace_s=pace_s)


def test_redis_killed_again_and_again_loses_nothing_and_work_resumes(
    fleet: Fleet, scale: Scale, note: Note
) -> None:
    """Statement 2."""
    place, at = fleet.place, []
    with white_pages(fleet, scale(30, 400), scale(0.4, 0.2)) as load:
        for _ in range(scale(2, 5)):
            time.sleep(scale(2, 6))
            at.append(fleet.note("SIGKILL redis-server"))
            place.redis.kill()
            time.sleep(REDIS_AWAY_S)
            place.redis.start()
    await_all_ended(place)
    books = judge(place, load)
    resumed_s = max(resumed_after(books, each) for each in at)
    figures = f"work resumed after {resumed_s:.1f} s at most"
    note(2, "Redis killed", f"{len(at)} times SIGKILLed", books, figures, fleet)
    assert books.are_clean
    assert books.done == books.accepted
    assert resumed_s <= scale.within(15)


def test_a_redis_that_comes_back_empty_costs_no_job(fleet: Fleet, scale: Scale, note: Note) -> None:
    """Statement 3: its data deleted under it, and flushed."""
    place, losses = fleet.place, scale(1, 4)
    with white_pages(fleet, scale(30, 300), scale(0.2, 0.2)) as load:
        for _ in range(losses):
            time.sleep(scale(1.5, 5))
            fleet.note("redis-server SIGKILLed, its data deleted")
            place.lose_redis()
            time.sleep(scale(1.5, 5))
            fleet.note("FLUSHALL")
            with place.redis.client() as client:
                client.flushall()
    await_all_ended(place)
    books = judge(place, load)
    what = f"data deleted {losses} times, FLUSHALL {losses} times"
    note(3, "Redis emptied", what, books, "", fleet)
    assert books.are_clean
    assert books.done == books.accepted


def test_a_frozen_redis_keeps_no_caller_waiting(fleet: Fleet, scale: Scale, note: Note) -> None:
    """Statement 7; the bound is the publisher's timeout, not its default of minutes."""
    place, frozen_s = fleet.place, scale(5, 60)
    with white_pages(fleet, scale(20, 150), scale(0.3, 0.4)) as load:
        time.sleep(1)
        fleet.note("SIGSTOP redis-server")
        before = len(load.accepted)
        place.redis.freeze()
        time.sleep(frozen_s)
        during = len(load.accepted) - before
        place.redis.thaw()
        fleet.note("SIGCONT redis-server")
    await_all_ended(place)
    books = judge(place, load)
    figures = f"{during} accepted while it stood still, slowest answer {load.slowest_s:.2f} s"
    note(7, "Redis frozen", f"SIGSTOP for {frozen_s} s", books, figures, fleet)
    assert books.are_clean
    assert books.done == books.accepted
    assert load.slowest_s <= scale.within(3)
    assert during >= 1
