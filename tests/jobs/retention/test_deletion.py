from datetime import timedelta

import pytest
from sqlalchemy import func, select

from jobs.db import tables
from jobs.domain.delivery import DeliveryFilter
from jobs.domain.errors import IllegalTransition, NotFound
from jobs.domain.states import BatchState, DeliveryState
from jobs.ledger import Ledger
from jobs.retention.deletion import JOBS_AT_ONCE, PAGES_AT_ONCE
from jobs.settings import Settings
from jobs.storage.blob_keys import batch_prefix, input_key, result_key
from jobs.storage.blob_store import Blobs
from tests.jobs.stores.test_batches import documents, job_ids, laid_out, read
from tests.support.ledger_fixtures import ManualClock
from tests.support.ledger_view import key_holder, open_jobs
from tests.support.ledgers import TENANT, at_once, created, finished, new_batch

ALWAYS_S = 60.0


def purge(ledger: Ledger, blobs: Blobs) -> int:
    return ledger.deletion.purge(blobs, ALWAYS_S)


def slices(ledger: Ledger, blobs: Blobs) -> list[int]:
    """What each transaction deletes until nothing is left."""
    found = []
    while gone := ledger.deletion.purge(blobs, limit_s=0):
        found.append(gone)
    return found


def rows(ledger: Ledger) -> dict[str, int]:
    """Rows of jobs and batches and of what belongs to them, where there are any."""
    named = ("batches", "jobs", "pages", "page_results", "events", "deliveries", "attempts")
    with ledger.database.read() as connection:
        counts = {
            name: connection.execute(
                select(func.count()).select_from(tables.metadata.tables[name])
            ).scalar_one()
            for name in named
        }
    return {name: count for name, count in counts.items() if count}


def test_only_final_jobs_can_be_deleted(ledger: Ledger, blobs: Blobs) -> None:
    job = created(ledger)
    with pytest.raises(IllegalTransition, match="queued"):
        ledger.deletion.job(TENANT, job.id, blobs)
    with pytest.raises(NotFound):
        ledger.deletion.job("tenant-b", job.id, blobs)
    assert ledger.jobs.load(job.id) == job


def test_delete_means_deleted(ledger: Ledger, blobs: Blobs) -> None:
    ledger.endpoints.create(TENANT, "https://receiver.example/")
    job = finished(ledger, idempotency_key="k", fingerprint="f")
    blobs.put(input_key(job), b"in")
    blobs.put(result_key(job), b"out")
    kept = finished(ledger)
    ledger.deletion.job(TENANT, job.id, blobs)
    with pytest.raises(NotFound):
        ledger.jobs.load(job.id)
    assert blobs.list(f"tenants/{TENANT}/") == []
    for table in tables.metadata.sorted_tables:
        if "job_id" in table.c:
            with ledger.database.read() as connection:
                count = select(func.count()).where(table.c.job_id == job.id)
                assert connection.execute(count).scalar_one() == 0
    assert ledger.jobs.load(kept.id) == kept
    assert key_holder(ledger, TENANT, "k") is None


def test_jobs_go_when_they_were_kept_long_enough(
    ledger: Ledger, clock: ManualClock, blobs: Blobs
) -> None:
    first = finished(ledger)
    blobs.put(result_key(first), b"out")
    clock.advance(hours=1)
    second = finished(ledger)
    created(ledger)
    clock.advance(hours=24 * 7 - 1, seconds=-1)
    assert purge(ledger, blobs) == 0
    clock.advance(seconds=1)
    assert purge(ledger, blobs) == 1
    assert blobs.list(f"tenants/{TENANT}/") == []
    clock.advance(hours=1)
    assert purge(ledger, blobs) == 1
    with pytest.raises(NotFound):
        ledger.jobs.load(second.id)
    assert open_jobs(ledger) == 1


def test_a_deleted_batch_is_gone_at_once_and_then_row_by_row(ledger: Ledger, blobs: Blobs) -> None:
    ledger.endpoints.create(TENANT, "https://receiver.example/")
    batch = laid_out(ledger, 3)
    ids = job_ids(ledger, batch)
    for job_id in ids:
        blobs.put(input_key(ledger.jobs.load(job_id)), b"x")
        read(ledger, job_id)
    blobs.put(batch_prefix(TENANT, batch.id) + "documents.jsonl", b"x")
    (first, *_), _ = ledger.deliveries.list(TENANT)
    with pytest.raises(NotFound):
        ledger.deletion.batch("tenant-b", batch.id)
    kept = finished(ledger)
    ledger.deletion.batch(TENANT, batch.id, by="key_1")
    with pytest.raises(NotFound):
        ledger.batches.get(TENANT, batch.id)
    with pytest.raises(NotFound):
        ledger.batches.cancel(TENANT, batch.id)
    with pytest.raises(NotFound):
        ledger.deletion.batch(TENANT, batch.id)
    assert ledger.batches.list(TENANT) == ([], None)
    assert ledger.jobs.list(TENANT) == ([kept], None)
    assert ledger.jobs.list(TENANT, batch_id=batch.id) == ([], None)
    assert ledger.jobs.get_many(TENANT, ids) == []
    with pytest.raises(NotFound):
        ledger.jobs.get(TENANT, ids[0])
    with pytest.raises(NotFound):
        ledger.deletion.job(TENANT, ids[0], blobs)
    with pytest.raises(NotFound):
        ledger.deliveries.get(TENANT, first.id)
    assert {each.job_id for each in ledger.deliveries.list(TENANT)[0]} == {kept.id}
    (deed,) = ledger.audit.list(action="batch.deleted")
    assert (deed.target, deed.actor, deed.tenant) == (batch.id, "key_1", TENANT)
    assert slices(ledger, blobs) == [3, 1]
    assert rows(ledger) == {"jobs": 1, "pages": 1, "page_results": 1, "events": 4, "deliveries": 1}
    assert blobs.list(f"tenants/{TENANT}/") == []


def test_webhooks_of_a_deleted_batch_are_not_sent(ledger: Ledger) -> None:
    ledger.endpoints.create(TENANT, "https://receiver.example/")
    batch = laid_out(ledger, 2)
    for job_id in job_ids(ledger, batch):
        read(ledger, job_id)
    told, _ = ledger.deliveries.list(TENANT)
    assert {each.state for each in told} == {DeliveryState.PENDING}
    ledger.deletion.batch(TENANT, batch.id)
    assert len(told) == 3
    assert [ledger.deliveries.destination(each.id) for each in told] == [None] * 3
    assert ledger.deliveries.replay_many(TENANT, DeliveryFilter()) == 0


def test_the_key_of_a_deleted_batch_makes_another(ledger: Ledger) -> None:
    first, _ = ledger.batches.create(new_batch(idempotency_key="k", fingerprint="f"))
    ledger.batches.cancel(TENANT, first.id)
    ledger.deletion.batch(TENANT, first.id)
    second, made = ledger.batches.create(new_batch(idempotency_key="k", fingerprint="g"))
    assert (made, second.state) == (True, BatchState.PREPARING)


def test_a_slice_has_few_jobs_and_few_pages(ledger: Ledger, blobs: Blobs) -> None:
    batch = laid_out(ledger, JOBS_AT_ONCE)
    ids = job_ids(ledger, batch)
    for number, job_id in enumerate(ids):
        assert ledger.jobs.begin_open(job_id, "opener") is not None
        pages = PAGES_AT_ONCE // 2 + 1 if number < 2 else 1
        assert ledger.jobs.opened(job_id, "image/png", range(1, pages + 1))
        ledger.jobs.cancel(TENANT, job_id)
    ledger.deletion.batch(TENANT, batch.id)
    gone = slices(ledger, blobs)
    assert sum(gone) == len(ids) + 1
    assert len(gone) >= 3  # the two long ones are too many pages for one, and the batch itself
    assert rows(ledger) == {}


def test_documents_that_became_no_jobs_go_some_at_a_time(ledger: Ledger, blobs: Blobs) -> None:
    batch, _ = ledger.batches.create(new_batch(documents=2 * JOBS_AT_ONCE + 1))
    for new in documents(batch, 2 * JOBS_AT_ONCE + 1):
        blobs.put(input_key(new), b"x")
    assert ledger.batches.cancel(TENANT, batch.id).state is BatchState.CANCELLED
    ledger.deletion.batch(TENANT, batch.id)
    left = []
    while ledger.deletion.purge(blobs, limit_s=0):
        left.append(len(blobs.list(f"tenants/{TENANT}/")))
    assert left == [JOBS_AT_ONCE + 1, 1, 0]
    assert rows(ledger) == {}


def test_an_expired_batch_goes_with_its_jobs(
    ledger: Ledger, clock: ManualClock, settings: Settings, blobs: Blobs
) -> None:
    batch = laid_out(ledger, 1)
    (job_id,) = job_ids(ledger, batch)
    read(ledger, job_id)
    clock.now += timedelta(hours=settings.retention_h) - timedelta(seconds=1)
    assert purge(ledger, blobs) == 0
    clock.advance(seconds=1)
    assert purge(ledger, blobs) == 2
    assert rows(ledger) == {}


def test_several_may_purge_at_once(ledger: Ledger, blobs: Blobs) -> None:
    batch = laid_out(ledger, 30)
    for job_id in job_ids(ledger, batch):
        job = ledger.jobs.load(job_id)
        blobs.put(input_key(job), b"x")
        blobs.put(result_key(job), b"x")
        ledger.jobs.cancel(TENANT, job_id)
    ledger.deletion.batch(TENANT, batch.id)
    at_once(lambda _: purge(ledger, blobs), 3)
    assert rows(ledger) == {}
    assert blobs.list(f"tenants/{TENANT}/") == []
