"""Statement 1: real pages, the real engine, random workers killed."""

import time
from pathlib import Path

import pytest

from jobs.admission.queue_stats import BacklogReader
from jobs.domain.states import JobState
from tests.chaos.books import await_all_ended, judge
from tests.chaos.fleet import Fleet
from tests.chaos.load import Load
from tests.chaos.pages import CHEAP, numbered, text_of
from tests.chaos.report import Note, Scale
from tests.support.workplace import Workplace


@pytest.mark.timeout(6000)
def test_random_workers_killed_again_and_again_lose_no_page_and_double_none(
    tmp_path: Path, scale: Scale, note: Note
) -> None:
    """A blow every few seconds, but none before some pages were read since the last.

    On a slow machine starting a reader takes longer than the pause between two blows: nothing would
    ever be read, and nothing shown.
    """
    total, every_s, step = scale((40, 0.4, 6), (1000, 3.0, 40))
    with Workplace(tmp_path) as place, Fleet(place, seed=1) as fleet:
        fleet.add_api()
        fleet.add_workers(readers=2)
        with Load(place.url, fleet.key(), numbered, total, CHEAP, pace_s=0.1) as load:
            while await_some_more(fleet, total, step):
                fleet.kill_one_at_work()
                time.sleep(every_s)
        await_all_ended(place, 1200)
        books = judge(place, load, text_of)
    what = (
        f"{len(fleet.blows)} times a random worker (reader or control worker) SIGKILLed, one every "
        f"{every_s:g} s, none before {step} pages since the last"
    )
    note(1, "workers killed", what, books, "real pages, real engine", fleet)
    assert (books.accepted, books.done) == (total, total)
    assert books.are_clean
    assert len(fleet.blows) >= 3


def await_some_more(fleet: Fleet, total: int, step: int) -> bool:
    """Wait for `step` more jobs to end; False when that many are not left."""
    begun = ended(fleet)
    while total - begun > step:
        if ended(fleet) >= begun + step:
            return True
        time.sleep(0.2)
    return False


def ended(fleet: Fleet) -> int:
    """Jobs that succeeded."""
    ledger = fleet.place.ledger
    return BacklogReader(ledger.database, ledger.clock).read().jobs[JobState.SUCCEEDED]
