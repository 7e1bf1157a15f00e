"""Statement 1: real pages, the real engine, random workers killed."""

from pathlib import Path

import pytest

from tests.chaos.fleet import Fleet
from tests.chaos.kills import Plan, kill_while_reading
from tests.chaos.report import Note, Scale
from tests.support.workplace import Workplace


@pytest.mark.timeout(6000)
def test_random_workers_killed_again_and_again_lose_no_page_and_double_none(
    tmp_path: Path, scale: Scale, note: Note
) -> None:
    """`python -m tests.chaos.kills` does the same for half an hour."""
    plan = Plan(*scale((40, 0.4, 6), (1000, 3.0, 40)))
    with Workplace(tmp_path) as place, Fleet(place, seed=1) as fleet:
        load, books = kill_while_reading(fleet, plan)
    what = (
        f"{len(fleet.blows)} times a random worker (reader or control worker) SIGKILLed, one every "
        f"{plan.every_s:g} s, none before {plan.step} pages since the last"
    )
    note(1, "workers killed", what, books, "real pages, real engine", fleet)
    assert (books.accepted, books.done) == (load.total, load.total)
    assert books.are_clean
    assert len(fleet.blows) >= 3
