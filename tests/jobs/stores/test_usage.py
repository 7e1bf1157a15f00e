from datetime import timedelta

from jobs.ledger import Ledger
from jobs.settings import Settings
from jobs.storage.blob_store import Blobs
from jobs.stores.usage import KEPT_DAYS, DayUsage
from tests.support.ledger_fixtures import ManualClock
from tests.support.ledgers import TENANT, finished, running


def test_pages_are_counted_by_the_day_on_which_their_job_ended(
    ledger: Ledger, clock: ManualClock
) -> None:
    first = clock().date()
    finished(ledger, (True, True, False))
    finished(ledger, (True,))
    finished(ledger, (True,), tenant="another")
    clock.advance(days=2)
    finished(ledger, (True,))
    running(ledger)
    usage = ledger.usage.by_day(TENANT, 30)
    assert usage == [
        DayUsage(first, jobs=2, pages_read=3, pages_failed=1),
        DayUsage(first + timedelta(days=2), jobs=1, pages_read=1, pages_failed=0),
    ]
    assert ledger.usage.by_day(TENANT, 2) == usage[1:]
    assert ledger.usage.by_day("nobody", 30) == []


def test_what_was_used_is_known_after_the_jobs_were_deleted(
    ledger: Ledger, clock: ManualClock, blobs: Blobs, settings: Settings
) -> None:
    day = clock().date()
    deleted = finished(ledger, (True, True, False))
    finished(ledger, (True,))
    another = finished(ledger, (True,), tenant="another")
    before = ledger.usage.by_day(TENANT, 30)
    ledger.deletion.job(TENANT, deleted.id, blobs)
    assert ledger.usage.by_day(TENANT, 30) == before
    clock.advance(hours=settings.retention_h + 1)
    finished(ledger, (False,))
    assert ledger.deletion.purge(blobs, 60.0) == 2
    today = DayUsage(clock().date(), jobs=1, pages_read=0, pages_failed=1)
    assert ledger.usage.by_day(TENANT, 366) == [DayUsage(day, 2, 3, 1), today]
    assert ledger.usage.by_day(another.tenant, 366) == [DayUsage(day, 1, 1, 0)]
    assert ledger.usage.purge() == 0
    clock.advance(days=KEPT_DAYS + 1)
    assert ledger.usage.purge() == 2
    assert ledger.usage.by_day(TENANT, KEPT_DAYS * 2) == [today]
