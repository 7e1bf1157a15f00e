"""One sweep over a real ledger, with a clock that tests move."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jobs.domain.errors import LedgerUnavailable
from jobs.domain.states import JobState, PageState
from jobs.ledger import open_ledger
from jobs.settings import Settings
from tests.support.ledgers import claimed, created, drain, running
from tests.support.migrations import create_tables
from workers.control.reconciler import LeaseJudge, Reconciler


class Desk:
    def __init__(self, folder: Path) -> None:
        self.settings = Settings(_env_file=None, data_dir=folder)
        create_tables(self.settings)
        self.ahead = timedelta()
        self.ledger = open_ledger(self.settings, lambda: datetime.now(UTC) + self.ahead)
        self.woken = 0
        self.ledger.on_enqueued(self._wake)
        judge = LeaseJudge(lambda: datetime.now(UTC), 1.0)
        self.reconciler = Reconciler(self.ledger, 60, judge)

    def _wake(self) -> None:
        self.woken += 1


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.ledger.close()


def test_a_page_whose_worker_died_is_enqueued_again(desk: Desk) -> None:
    job_id = running(desk.ledger)
    claimed(desk.ledger, job_id)
    drain(desk.ledger)
    desk.reconciler.sweep()
    assert drain(desk.ledger) == []
    desk.ahead += timedelta(seconds=desk.settings.lease_s + 1)
    desk.woken = 0
    desk.reconciler.sweep()
    assert desk.woken == 1
    assert desk.ledger.pages.list(job_id)[0].state is PageState.QUEUED
    assert drain(desk.ledger, "read_page") == [(job_id, 1)]


def test_a_lost_message_of_a_job_is_sent_again(desk: Desk) -> None:
    job = created(desk.ledger, input_blob="x")
    drain(desk.ledger)
    desk.ahead += timedelta(seconds=desk.settings.republish_s + 1)
    desk.reconciler.sweep()
    assert drain(desk.ledger, "open_job") == [(job.id,)]


def test_a_job_past_its_deadline_expires(desk: Desk) -> None:
    job = created(desk.ledger, input_blob="x", deadline_s=10)
    desk.ahead += timedelta(seconds=11)
    desk.reconciler.sweep()
    assert desk.ledger.jobs.load(job.id).state is JobState.EXPIRED


def test_leases_get_time_after_the_ledger_was_away(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = running(desk.ledger)
    claimed(desk.ledger, job_id)
    desk.ahead += timedelta(seconds=desk.settings.lease_s + 1)
    with monkeypatch.context() as patch:
        patch.setattr(desk.ledger.pages, "lapse", _away)
        desk.reconciler.sweep()
    desk.reconciler.sweep()
    assert desk.ledger.pages.list(job_id)[0].state is PageState.RUNNING
    time.sleep(1.1)
    desk.reconciler.sweep()
    assert desk.ledger.pages.list(job_id)[0].state is PageState.QUEUED


def _away() -> int:
    raise LedgerUnavailable("restarting")


def test_leases_get_time_after_the_clock_leapt_and_only_once() -> None:
    leap = timedelta()
    judge = LeaseJudge(lambda: datetime.now(UTC) + leap, 0.2)
    assert judge.may_judge()
    leap = timedelta(hours=1)
    assert not judge.may_judge()
    time.sleep(0.3)
    assert judge.may_judge()
    leap = timedelta()  # set back: no lease ends early by that
    assert judge.may_judge()


STEPS = {
    "pages.lapse": "pages whose lease lapsed",
    "jobs.expire_due": "jobs past their deadline",
    "jobs.fail_late": "jobs not begun in time",
    "tasks.adopt": "steps that were missing",
    "tasks.recover": "steps whose message or worker was lost",
}


@pytest.mark.parametrize("failing", STEPS)
def test_a_step_that_fails_in_a_way_nobody_foresaw_keeps_no_other_from_its_work(
    desk: Desk,
    failing: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    store, method = failing.split(".")
    counts = dict.fromkeys(STEPS, 0)

    def step(name: str) -> int:
        counts[name] += 1
        if name == failing:
            raise ValueError("not a blob key")
        return 0

    for name in STEPS:
        store, method = name.split(".")
        owner = type(getattr(desk.ledger, store))
        monkeypatch.setattr(owner, method, lambda *_, name=name: step(name))
    reconciler = Reconciler(desk.ledger, 60, LeaseJudge(lambda: datetime.now(UTC), 1.0))
    reconciler.sweep()
    assert counts == dict.fromkeys(STEPS, 1)
    assert [record.getMessage() for record in caplog.records if record.exc_info] == [
        f"sweep of {STEPS[failing]} failed"
    ]
    assert "ValueError" in reconciler.thread.fault
