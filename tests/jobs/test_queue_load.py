import pytest

from jobs.errors import QueueFull
from jobs.job import Priority
from jobs.ledger import Ledger, open_ledger
from jobs.queue_load import LONGEST_S, UNKNOWN_S
from jobs.settings import Settings
from tests.jobs.conftest import ManualClock
from tests.support.ledgers import TENANT, created, finished, new_batch, new_job

OTHER = "tenant-b"


def capped(settings: Settings, clock: ManualClock, **caps: int) -> Ledger:
    return open_ledger(settings.model_copy(update=caps), clock)


def refusal(ledger: Ledger, tenant: str = TENANT, count: int = 1) -> QueueFull:
    with pytest.raises(QueueFull) as caught:
        ledger.load.refuse_when_full(tenant, count)
    return caught.value


def test_a_tenant_at_its_cap_is_refused_and_others_are_not(
    ledger: Ledger, settings: Settings, clock: ManualClock
) -> None:
    small = capped(settings, clock, max_queued_jobs_per_tenant=2, max_queued_jobs=4)
    created(small)
    created(small)
    with pytest.raises(QueueFull) as caught:
        created(small)
    assert (caught.value.tenant, caught.value.retry_after_s) == (TENANT, UNKNOWN_S)
    created(small, tenant=OTHER)
    assert refusal(small).tenant == TENANT
    assert not small.load.has_known_room(TENANT)
    assert small.load.has_known_room(OTHER)
    created(small, tenant="tenant-c")
    assert refusal(small, OTHER).tenant is None
    small.close()


def test_jobs_handed_in_together_are_refused_from_the_cap_on(
    ledger: Ledger, settings: Settings, clock: ManualClock
) -> None:
    small = capped(settings, clock, max_queued_jobs_per_tenant=2)
    news = [new_job() for _ in range(4)] + [new_job(tenant=OTHER)]
    outcomes = small.jobs.create_many(news)
    assert sum(isinstance(outcomes[new.id], QueueFull) for new in news[:4]) == 2
    assert not isinstance(outcomes[news[4].id], QueueFull)
    small.close()


def test_documents_of_a_batch_count_before_they_are_jobs(
    ledger: Ledger, settings: Settings, clock: ManualClock
) -> None:
    small = capped(settings, clock, max_queued_jobs_per_tenant=100)
    small.batches.create(new_batch(documents=95))
    assert small.load.room(TENANT) == 5
    small.load.refuse_when_full(TENANT, 5)
    assert refusal(small, count=6).tenant == TENANT
    small.close()


def test_when_to_come_back_follows_from_how_fast_the_queue_drains(
    ledger: Ledger, settings: Settings, clock: ManualClock
) -> None:
    small = capped(settings, clock, max_queued_jobs_per_tenant=10)
    assert small.load.drained_per_s() is None
    for _ in range(20):
        finished(small)
        clock.advance(seconds=1)
    assert small.load.drained_per_s() == pytest.approx(1.0)
    assert small.load.drained_per_s(OTHER) is None
    for _ in range(10):
        created(small)
    clock.advance(seconds=20)
    assert small.load.drained_per_s() == pytest.approx(0.5)
    assert refusal(small, count=4).retry_after_s == 8
    assert refusal(small, count=5000).retry_after_s == LONGEST_S
    clock.advance(seconds=61)
    assert refusal(small).retry_after_s == UNKNOWN_S
    small.close()


def test_what_was_cancelled_is_no_progress(ledger: Ledger, clock: ManualClock) -> None:
    ledger.jobs.cancel(TENANT, created(ledger).id)
    clock.advance(seconds=1)
    assert ledger.load.drained_per_s() is None


def test_a_job_waits_behind_its_tenants_more_urgent_ones_and_as_many_of_every_other(
    ledger: Ledger, clock: ManualClock
) -> None:
    for _ in range(3):
        created(ledger, priority=Priority.BATCH)
    for _ in range(10):
        created(ledger, tenant=OTHER)
    created(ledger, tenant="tenant-c")
    first = created(ledger)
    second = created(ledger, priority=Priority.BATCH)
    unknown = ledger.load.estimate(first)
    assert unknown is not None
    assert (unknown.position, unknown.wait_s) == (2, None)  # one of each other tenant
    for _ in range(6):
        finished(ledger)
        clock.advance(seconds=2)
    later = ledger.load.estimate(second)
    assert later is not None
    assert (later.position, later.wait_s) == (4 + 5 + 1, 20.0)


def test_there_is_no_estimate_for_what_is_begun_or_over(ledger: Ledger) -> None:
    assert ledger.load.estimate(finished(ledger)) is None
