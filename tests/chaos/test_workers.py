"""Readers killed, put to sleep, hung and ended under load."""

import signal
import sqlite3
import threading
import time
from contextlib import closing

import pytest

from jobs.domain.states import FINAL_JOB_STATES, JobState
from tests.chaos.books import await_all_ended, judge
from tests.chaos.fleet import Fleet
from tests.chaos.load import Load
from tests.chaos.pages import coloured
from tests.chaos.report import Note, Scale
from tests.doubles import BLUE, MAGENTA, RED, WHITE
from tests.support.workplace import PLAIN, TENANT, Workplace, await_true

pytestmark = pytest.mark.timeout(900)


class Stream(Load):
    """Slow pages, handed in until the `with` ends, so that one is in hand when a blow comes."""

    def __init__(self, fleet: Fleet) -> None:
        self.enough = threading.Event()
        super().__init__(
            fleet.place.url,
            fleet.key(),
            lambda number: coloured(number, BLUE),
            1_000_000,
            PLAIN,
            pace_s=0.4,
            gate=lambda: not self.enough.is_set(),
        )

    def __exit__(self, *failure: object) -> None:
        self.enough.set()
        super().__exit__(*failure)


def test_the_page_of_a_killed_reader_is_taken_up_within_its_lease_and_fifteen_seconds(
    fleet: Fleet, scale: Scale, note: Note
) -> None:
    """Statement 8; a page is taken up when another attempt at it was claimed."""
    place, waits = fleet.place, []
    with Stream(fleet) as load:
        for _ in range(scale(2, 8)):
            name = _await_new_holder(fleet)
            at = fleet.kill(name)
            lost = fleet.pages_in_hand()
            await_true(lambda lost=lost: all(map(fleet.moved_on, lost)), "another attempt")
            waits.append(time.time() - at)
    await_all_ended(place)
    books = judge(place, load)
    lease_s = place.settings.lease_s
    figures = f"lease {lease_s:g} s; taken up after {max(waits):.1f} s at most"
    note(8, "a reader killed", f"{len(waits)} times in mid page", books, figures, fleet)
    assert books.are_clean
    assert books.done == books.accepted
    assert max(waits) <= scale.within(lease_s + 15)


def _await_new_holder(fleet: Fleet) -> str:
    """A reader whose pages were never lost: a page that is lost three times fails, and rightly."""
    while True:
        for name in fleet.names("pages"):
            pages = fleet.pages_of(name)
            if pages and all(page.attempts == 1 for page in pages):
                return name
        time.sleep(0.02)


def test_poisonous_pages_fail_after_three_attempts_and_every_neighbour_finishes(
    fleet: Fleet, scale: Scale, note: Note
) -> None:
    """Statement 9."""
    place = fleet.place
    total, every = scale((9, 9), (60, 12))
    poison = range(every // 2, total, every)

    def document(number: int) -> bytes:
        return coloured(number, RED if number in poison else WHITE)

    with Load(place.url, fleet.key(), document, total, PLAIN) as load:
        pass
    await_all_ended(place, 300)
    books = judge(place, load)
    poisoned = [place.ledger.jobs.load(load.accepted[number].job_id) for number in poison]
    deaths = sum(code == -signal.SIGKILL for code in fleet.exit_codes)
    what = f"{len(poisoned)} pages that kill their reader, among {total}"
    note(9, "poison", what, books, f"{deaths} readers died", fleet)
    assert all(job.state is JobState.FAILED for job in poisoned)
    assert {job.fault.code for job in poisoned if job.fault} == {"worker_lost"}
    assert {place.ledger.pages.list(job.id)[0].attempts for job in poisoned} == {3}
    assert (books.done, books.failed) == (total - len(poisoned), len(poisoned))
    assert books.are_clean


def test_a_reader_that_wakes_up_past_its_lease_writes_nothing(
    fleet: Fleet, scale: Scale, note: Note
) -> None:
    """Statement 10; a second result would be a second event or a second row."""
    place, rounds = fleet.place, scale(1, 6)
    refused = place.log("pages").count("claim lost")
    with Stream(fleet) as load:
        for _ in range(rounds):
            name = _put_to_sleep_with_a_page(fleet)
            lost = fleet.pages_of(name)
            await_true(lambda lost=lost: all(map(fleet.moved_on, lost)), "another attempt")
            fleet.send(name, signal.SIGCONT)
    await_all_ended(place)
    await_true(lambda: place.log("pages").count("claim lost") > refused, "a late write")
    books = judge(place, load)
    refused = place.log("pages").count("claim lost") - refused
    figures = f"{refused} late writes refused by the fencing token"
    note(10, "a stale reader", f"{rounds} slept past their lease", books, figures, fleet)
    assert books.are_clean
    assert books.done == books.accepted
    assert books.again >= rounds


def test_readers_that_are_asked_to_stop_under_load_exit_cleanly_and_lose_nothing(
    fleet: Fleet, scale: Scale, note: Note
) -> None:
    """Statement 11."""
    place, rounds, slowest = fleet.place, scale(2, 10), 0.0
    with Stream(fleet) as load:
        for _ in range(rounds):
            name = fleet.await_holder()
            process = fleet.processes(name)[0]
            at = fleet.send(name, signal.SIGTERM)
            assert process.wait(scale.within(place.settings.shutdown_grace_s + 5)) == 0
            slowest = max(slowest, time.time() - at)
    await_all_ended(place)
    books = judge(place, load)
    grace_s = place.settings.shutdown_grace_s
    figures = f"exit 0 after {slowest:.1f} s at most (grace {grace_s:g} s)"
    note(11, "SIGTERM", f"{rounds} readers asked to stop in mid page", books, figures, fleet)
    assert books.are_clean
    assert books.done == books.accepted
    assert slowest <= scale.within(grace_s)


def test_a_reader_that_hangs_is_ended_and_its_page_fails_alone(
    fleet: Fleet, scale: Scale, note: Note
) -> None:
    """Statement 12."""
    place, hanging = fleet.place, scale(1, 4)

    def document(number: int) -> bytes:
        return coloured(number, MAGENTA if number < hanging else WHITE)

    with Load(place.url, fleet.key(), document, hanging + 6, PLAIN) as load:
        pass
    ended_s = fleet.await_end_of_holder({load.accepted[number].job_id for number in range(hanging)})
    if not scale.full:
        place.ledger.jobs.cancel(TENANT, load.accepted[0].job_id)
    await_all_ended(place, 300)
    books = judge(place, load)
    figures = f"limit {place.settings.page_timeout_s:g} s; ended after {ended_s:.1f} s"
    note(12, "hung inference (CPU)", f"{hanging} pages that hang", books, figures, fleet)
    assert ended_s <= scale.within(place.settings.page_timeout_s + 10)
    hung = [place.ledger.jobs.load(load.accepted[number].job_id) for number in range(hanging)]
    assert all(job.state in FINAL_JOB_STATES for job in hung)
    assert books.done == 6
    assert not books.double


def _put_to_sleep_with_a_page(fleet: Fleet) -> str:
    """Stop a reader in mid page; one that was between two pages goes on.

    So does one that was just writing: SQLite's lock is the process's, and nobody writes beside
    one that sleeps with it.
    """
    while True:
        name = _await_new_holder(fleet)
        fleet.send(name, signal.SIGSTOP)
        if fleet.pages_of(name) and not _is_locked(fleet.place):
            return name
        fleet.send(name, signal.SIGCONT)
        del fleet.blows[-2:]


def _is_locked(place: Workplace) -> bool:
    """Whether some process holds SQLite's write lock for more than a moment."""
    with closing(sqlite3.connect(place.folder / "pagesight.db", timeout=1.0)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        connection.rollback()
        return False
