"""The clock that hosts share."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from jobs.db import clock
from jobs.db.clock import ASK_EVERY_S, SharedClock
from jobs.db.engine import Database
from jobs.domain.errors import LedgerUnavailable
from jobs.ledger import Ledger
from tests.support.patience import PATIENCE_S

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
OWN = datetime(2031, 1, 1, tzinfo=UTC)


class Host:
    """A machine whose uptime and database a test moves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.uptime_s = 1000.0
        self.answer: datetime | None = NOON
        self.asked = 0
        monkeypatch.setattr(clock, "_uptime_s", lambda: self.uptime_s)
        self.clock = SharedClock(self.ask, lambda: OWN)

    def ask(self) -> datetime:
        self.asked += 1
        if self.answer is None:
            raise LedgerUnavailable("restarting")
        return self.answer


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Host:
    return Host(monkeypatch)


def test_the_databases_time_goes_on_with_the_uptime_and_is_asked_for_now_and_then(
    host: Host,
) -> None:
    assert host.clock() == NOON
    host.uptime_s += 30
    assert host.clock() == NOON + timedelta(seconds=30)
    assert host.asked == 1
    host.uptime_s += ASK_EVERY_S
    host.answer = NOON + timedelta(hours=1)
    assert host.clock() == NOON + timedelta(hours=1)
    assert host.asked == 2


def test_the_quickest_of_slow_answers_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    # The first query opens a connection; when in it the time was taken is not known.
    uptime = [0.0]
    answers = iter([(1.0, NOON), (0.004, NOON + timedelta(seconds=1))])

    def ask() -> datetime:
        took_s, answer = next(answers)
        uptime[0] += took_s
        return answer

    monkeypatch.setattr(clock, "_uptime_s", lambda: uptime[0])
    shared = SharedClock(ask, lambda: OWN)
    assert shared() == NOON + timedelta(seconds=1, milliseconds=2)


def test_a_database_that_is_away_stops_no_clock(host: Host) -> None:
    host.answer = None
    assert host.clock() == OWN
    host.uptime_s += ASK_EVERY_S
    host.answer = NOON
    assert host.clock() == NOON
    host.uptime_s += ASK_EVERY_S
    host.answer = None
    assert host.clock() == NOON + timedelta(seconds=ASK_EVERY_S)
    asked = host.asked
    host.clock()
    assert host.asked == asked


def test_a_database_returns_the_time(ledger: Ledger) -> None:
    database: Database = ledger.database
    assert abs(database.now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_only_one_thread_waits_for_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others go on with what they know: one of them may be the event loop."""
    uptime = [1000.0]
    monkeypatch.setattr(clock, "_uptime_s", lambda: uptime[0])
    asked, answered = threading.Event(), threading.Event()

    def ask() -> datetime:
        if uptime[0] > 1000.0:
            asked.set()
            assert answered.wait(PATIENCE_S)
        return NOON

    shared = SharedClock(ask, lambda: OWN)
    assert shared() == NOON
    uptime[0] += ASK_EVERY_S
    asking = threading.Thread(target=shared)
    asking.start()
    assert asked.wait(PATIENCE_S)
    assert shared() == NOON + timedelta(seconds=ASK_EVERY_S)
    answered.set()
    asking.join(PATIENCE_S)
    assert shared() == NOON
