from datetime import timedelta

from jobs.ledger import Ledger
from jobs.stores.usage import DayUsage
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
