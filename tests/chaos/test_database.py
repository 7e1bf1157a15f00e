"""PostgreSQL restarted and crashed under load."""

import time
from pathlib import Path

import pytest

from tests.chaos.books import await_all_ended, judge
from tests.chaos.fleet import Fleet
from tests.chaos.load import Load
from tests.chaos.pages import coloured
from tests.chaos.report import Note, Scale
from tests.doubles import BLUE
from tests.support.postgres import Cluster
from tests.support.workplace import PLAIN, Workplace

AWAY_S = 2.0


@pytest.mark.timeout(900)
def test_postgresql_restarted_under_load_leaves_no_answer_without_its_row_and_loses_no_page(
    cluster: Cluster, tmp_path: Path, scale: Scale, note: Note
) -> None:
    """Statement 5; every other restart is a crash. A page in hand need not be read again."""
    url = cluster.new_database()
    # Leases outlast PostgreSQL's absence, and the moments for which a busy machine stops a reader.
    with (
        Workplace(tmp_path, database_url=url, lease_s=15.0) as place,
        Fleet(place, seed=5) as fleet,
    ):
        fleet.add_api()
        fleet.add_workers(readers=2, builder="build_double_engine")
        load = Load(
            place.url,
            fleet.key(),
            lambda n: coloured(n, BLUE),
            scale(30, 300),
            PLAIN,
            pace_s=scale(0.3, 0.2),
        )
        with load:
            for number in range(3):
                time.sleep(scale(1.5, 8))
                mode = ("fast", "immediate")[number % 2]
                fleet.note(f"PostgreSQL stopped ({mode})")
                cluster.stop(mode)
                time.sleep(AWAY_S)
                cluster.start()
        await_all_ended(place, 120)
        books = judge(place, load)
    what = f"stopped 3 times for {AWAY_S:g} s, once by a crash"
    deaths = len(fleet.exit_codes)
    note(5, "PostgreSQL restarted", what, books, f"{deaths} processes ended with it", fleet)
    assert books.are_clean
    assert books.done == books.accepted == load.total
    assert books.again <= scale(2, 0)
