"""What retention deletes, and which of several control workers does it."""

import threading
from datetime import timedelta

import pytest

from jobs.domain.errors import BlobError, NotFound
from jobs.domain.states import JobState
from jobs.ledger import Ledger
from jobs.retention.orphan_blobs import KEPT
from jobs.settings import Settings
from jobs.storage.blob_keys import input_key, job_prefix
from jobs.storage.blob_store import Blobs
from tests.support.ledger_fixtures import ManualClock
from tests.support.ledgers import TENANT, claimed, finished, new_job, running
from tests.support.patience import PATIENCE_S
from workers.control import retention as module
from workers.control.reconciler import LeaseJudge, Reconciler
from workers.control.retention import Retention


@pytest.fixture
def expired(ledger: Ledger, blobs: Blobs, clock: ManualClock, settings: Settings) -> str:
    """A job whose retention is over, with its document."""
    new = new_job()
    blobs.put(input_key(new), b"document")
    finished(ledger, id=new.id, input_blob=input_key(new))
    clock.advance(hours=settings.retention_h + 1)
    return new.id


def test_what_was_kept_long_enough_is_deleted_with_its_blobs(
    ledger: Ledger, blobs: Blobs, clock: ManualClock, expired: str
) -> None:
    retention = Retention(ledger, blobs, 60, "w1")
    clock.now -= timedelta(hours=2)
    retention.sweep()
    assert ledger.jobs.load(expired).state is JobState.SUCCEEDED
    clock.advance(hours=2)
    retention.sweep()
    with pytest.raises(NotFound):
        ledger.jobs.load(expired)
    assert blobs.list(job_prefix(TENANT, expired)) == []


def test_one_worker_has_the_duty_until_it_stops(
    ledger: Ledger, blobs: Blobs, clock: ManualClock, expired: str
) -> None:
    first, second = (Retention(ledger, blobs, 60, name) for name in ("w1", "w2"))
    clock.now -= timedelta(hours=1, minutes=1)
    first.sweep()
    clock.advance(minutes=2)
    second.sweep()
    assert ledger.jobs.load(expired).state is JobState.SUCCEEDED
    first.stop()
    second.sweep()
    with pytest.raises(NotFound):
        ledger.jobs.load(expired)


def test_orphans_are_looked_for_rarely(
    ledger: Ledger, blobs: Blobs, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = new_job()
    blobs.put(input_key(left), b"x")
    clock.advance(days=900)
    assert timedelta(days=900) > KEPT
    Retention(ledger, blobs, 60, "w1").sweep()
    assert blobs.list("tenants/") == [input_key(left)]
    monkeypatch.setattr(module, "ORPHANS_FIRST_S", 0.0)
    later = Retention(ledger, blobs, 60, "w1")
    clock.now = clock.now.replace(year=2100)
    later.sweep()
    assert blobs.list("tenants/") == []
    blobs.put(input_key(left), b"x")
    later.sweep()
    assert blobs.list("tenants/") == [input_key(left)]


def test_a_store_that_hangs_does_not_delay_the_judging_of_leases(
    ledger: Ledger,
    blobs: Blobs,
    clock: ManualClock,
    expired: str,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hangs, go = threading.Event(), threading.Event()

    def hang(*_: object) -> None:
        hangs.set()
        assert go.wait(PATIENCE_S)
        raise BlobError(None, "timed out")

    monkeypatch.setattr(Blobs, "delete_prefixes", hang)
    retention = Retention(ledger, blobs, 0.01, "w1")
    retention.start()
    assert hangs.wait(PATIENCE_S)
    job_id = running(ledger)
    claimed(ledger, job_id)
    clock.advance(seconds=settings.lease_s + 1)
    Reconciler(ledger, 60, LeaseJudge(ledger.clock, 0.0)).sweep()
    assert ledger.pages.list(job_id)[0].state == "queued"
    go.set()
    retention.stop()
    assert not retention.thread.failures
