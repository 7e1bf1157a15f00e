import math
from datetime import datetime

import pytest

from jobs.admission.capacity import LONGEST_S, UNKNOWN_S, QueueLoad
from jobs.domain.errors import QueueFull
from jobs.domain.job import Job, Priority
from jobs.ledger import Ledger, open_ledger
from jobs.settings import Settings
from tests.support.ledger_fixtures import ManualClock
from tests.support.ledger_view import pages_per_s
from tests.support.ledgers import (
    TENANT,
    claimed,
    created,
    finished,
    new_batch,
    new_job,
    running,
)

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
    assert not small.load.has_cached_capacity(TENANT)
    assert small.load.has_cached_capacity(OTHER)
    created(small, tenant="tenant-c")
    assert refusal(small, OTHER).tenant is None
    small.close()


def test_jobs_submitted_together_are_refused_beyond_the_cap(
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
    assert small.load.capacity(TENANT) == 5
    small.load.refuse_when_full(TENANT, 5)
    assert refusal(small, count=6).tenant == TENANT
    small.close()


def test_the_retry_time_follows_from_how_fast_the_queue_drains(
    ledger: Ledger, settings: Settings, clock: ManualClock
) -> None:
    small = capped(settings, clock, max_queued_jobs_per_tenant=10)
    assert pages_per_s(small) is None
    for _ in range(20):
        finished(small)
        clock.advance(seconds=1)
    assert pages_per_s(small) == pytest.approx(1.0)
    assert pages_per_s(small, OTHER) is None
    for _ in range(10):
        created(small)
    clock.advance(seconds=20)
    assert pages_per_s(small) == pytest.approx(0.5)
    assert refusal(small, count=4).retry_after_s == 8
    assert refusal(small, count=5000).retry_after_s == LONGEST_S
    clock.advance(seconds=61)
    assert refusal(small).retry_after_s == UNKNOWN_S
    small.close()


def test_what_was_cancelled_is_no_progress(ledger: Ledger, clock: ManualClock) -> None:
    ledger.jobs.cancel(TENANT, created(ledger).id)
    clock.advance(seconds=1)
    assert pages_per_s(ledger) is None


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


def paced(ledger: Ledger, clock: ManualClock) -> None:
    """Let one page have been read in each of the last ten seconds, in documents of one page."""
    for _ in range(10):
        finished(ledger, tenant="pace")
        clock.advance(seconds=1)


def waits(ledger: Ledger, job: Job) -> tuple[int, int, float | None]:
    told = ledger.load.estimate(job)
    assert told is not None
    return told.position, told.pages, told.wait_s


def test_a_long_document_ahead_counts_with_every_page(ledger: Ledger, clock: ManualClock) -> None:
    paced(ledger, clock)
    long = running(ledger, pages=500)
    last = created(ledger)
    assert waits(ledger, last) == (1, 500, 500.0)
    for number in range(1, 101):
        ledger.pages.succeed(claimed(ledger, long, number), "{}")
    clock.advance(seconds=49)
    assert waits(ledger, last) == (1, 400, 214.5)  # 110 pages in 59 s


def test_another_tenants_long_document_costs_no_more_than_its_turns(
    ledger: Ledger, clock: ManualClock
) -> None:
    paced(ledger, clock)
    running(ledger, pages=500, tenant=OTHER)
    assert waits(ledger, created(ledger)) == (1, 1, 1.0)
    running(ledger, pages=20)
    clock.advance(seconds=2)
    assert waits(ledger, created(ledger))[:2] == (2 + 1, 20 + 20 + 41)


def test_turns_follow_the_tenants_weights(
    ledger: Ledger, settings: Settings, clock: ManualClock
) -> None:
    weighted = open_ledger(
        settings.model_copy(update={"tenant_weights": {OTHER: 3.0, TENANT: 0.5}}), clock
    )
    running(weighted, pages=500, tenant=OTHER)
    running(weighted, pages=9)
    last = created(weighted)
    assert waits(weighted, last)[:2] == (2, 9 + 60)
    weighted.close()


def test_what_is_not_opened_counts_as_its_tenants_documents_do_on_average(
    ledger: Ledger, clock: ManualClock
) -> None:
    finished(ledger, [True] * 12)
    finished(ledger, [True] * 6)
    for _ in range(6):
        finished(ledger, tenant=OTHER)
    created(ledger)
    assert waits(ledger, created(ledger))[:2] == (1, 9)
    created(ledger, tenant=OTHER)
    clock.advance(seconds=2)
    assert waits(ledger, created(ledger, tenant=OTHER))[:2] == (1 + 1, 1 + 2)
    created(ledger, tenant="tenant-new")
    clock.advance(seconds=2)
    new = waits(ledger, created(ledger, tenant="tenant-new"))
    assert new[:2] == (1 + 1 + 2, 3 + 4 + 2)  # (18 + 6) / 8 pages, and of each other 4 turns


def test_documents_of_a_batch_are_waited_for_before_they_are_jobs(
    ledger: Ledger, clock: ManualClock
) -> None:
    finished(ledger, [True, True])
    ledger.batches.create(new_batch(documents=40, priority=Priority.NORMAL))
    assert waits(ledger, created(ledger))[:2] == (40, 80)
    assert waits(ledger, created(ledger, priority=Priority.INTERACTIVE))[:2] == (0, 0)


def test_when_to_come_back_counts_the_pages_of_what_must_end_first(
    ledger: Ledger, settings: Settings, clock: ManualClock
) -> None:
    small = capped(settings, clock, max_queued_jobs_per_tenant=2, max_queued_jobs=4)
    for _ in range(60):
        finished(small)
        clock.advance(seconds=1)
    running(small, pages=300)
    running(small, pages=7)
    assert refusal(small).retry_after_s == 300
    assert refusal(small, count=2).retry_after_s == 307
    # Of all together the two short ones end first: 5 turns each of three tenants' pages.
    running(small, pages=5, tenant=OTHER)
    running(small, pages=4, tenant="tenant-c")
    clock.advance(seconds=2)
    full = refusal(small, "tenant-d")
    assert (full.tenant, full.retry_after_s) == (None, math.ceil(4 * 3 * 60 / 58))
    assert refusal(small, "tenant-d", count=2).retry_after_s == math.ceil((5 + 5 + 4) * 60 / 58)
    small.close()


def test_pages_of_a_document_that_goes_on_are_progress(ledger: Ledger, clock: ManualClock) -> None:
    long = running(ledger, pages=50)
    for number in range(1, 21):
        ledger.pages.succeed(claimed(ledger, long, number), "{}")
        clock.advance(seconds=1)
    assert pages_per_s(ledger, TENANT) == pytest.approx(1.0)


def test_there_is_no_estimate_for_a_job_that_has_started_or_ended(ledger: Ledger) -> None:
    assert ledger.load.estimate(finished(ledger)) is None


def test_cached_counts_are_read_without_the_clock_which_may_wait_for_the_database(
    settings: Settings, ledger: Ledger
) -> None:
    """The event loop asks for them before every upload."""

    def waits() -> datetime:
        raise AssertionError("the clock was asked")

    load = QueueLoad(ledger.database, settings, waits)
    assert not load.has_cached_capacity(TENANT)
    load.refuse_when_full(TENANT)
    assert load.has_cached_capacity(TENANT)
    assert not load.has_cached_capacity(TENANT, settings.max_queued_jobs + 1)
