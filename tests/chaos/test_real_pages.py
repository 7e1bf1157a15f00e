"""Statement 1: real pages, the real engine, random workers killed."""

import time
from pathlib import Path

import pytest

from tests.chaos.books import await_all_ended, judge
from tests.chaos.fleet import Fleet
from tests.chaos.load import Load
from tests.chaos.pages import CHEAP, numbered, text_of
from tests.chaos.report import Note, Scale
from tests.support.workplace import Workplace


@pytest.mark.timeout(3000)
def test_random_workers_killed_again_and_again_lose_no_page_and_double_none(
    tmp_path: Path, scale: Scale, note: Note
) -> None:
    total, every_s, pace_s = scale((30, 1.5, 0.1), (1000, 3.0, 0.2))
    least = scale(3, 20)
    with Workplace(tmp_path) as place, Fleet(place, seed=1) as fleet:
        fleet.add_api()
        fleet.add_workers(readers=2)
        with Load(place.url, fleet.key(), numbered, total, CHEAP, pace_s=pace_s) as load:
            kills = 0
            while kills < least or (scale.full and load.going_on):
                time.sleep(every_s)
                fleet.kill_at_random(["pages", "courier"])
                kills += 1
        await_all_ended(place, 600)
        books = judge(place, load, text_of)
    what = f"{kills} times a random worker (reader or courier) SIGKILLed, one every {every_s:g} s"
    note(1, "workers killed", what, books, "real pages, real engine", fleet)
    assert (books.accepted, books.done) == (total, total)
    assert books.are_clean
