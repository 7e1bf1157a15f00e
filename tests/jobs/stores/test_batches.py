from collections.abc import Sequence
from typing import Any

import pytest

from jobs.domain.errors import IdempotencyMismatch, IllegalTransition, NotFound, StaleClaim
from jobs.domain.ids import new_id, part_id
from jobs.domain.job import Batch, NewJob, Priority
from jobs.domain.states import BatchState, JobState
from jobs.ledger import Ledger
from jobs.settings import Settings
from jobs.storage.blob_store import Blobs
from tests.support.ledger_fixtures import ManualClock
from tests.support.ledgers import TENANT, UNREADABLE, at_once, claimed, drain
from tests.support.ledgers import new_batch as fresh

OTHER = "tenant-b"


def begun(ledger: Ledger, **values: Any) -> Batch:
    batch, created = ledger.batches.create(fresh(**values))
    assert created
    taken = ledger.batches.begin(batch.id, "tender")
    assert taken is not None
    return taken


def documents(batch: Batch, count: int) -> Sequence[NewJob]:
    first = batch.laid_out
    return [
        NewJob(
            part_id("job", batch.id, index),
            batch.tenant,
            {},
            batch_id=batch.id,
            batch_index=index,
            custom_id=f"doc-{index}",
            priority=batch.priority,
        )
        for index in range(first, first + count)
    ]


def laid_out(ledger: Ledger, count: int, **values: Any) -> Batch:
    batch = begun(ledger, **values)
    batch = ledger.batches.expand(batch, documents(batch, count))
    ledger.batches.expanded(batch)
    return ledger.batches.get(TENANT, batch.id)


def job_ids(ledger: Ledger, batch: Batch) -> Sequence[str]:
    return [job.id for job in ledger.batches.jobs(batch.id, list(JobState), -1, 100)]


def read(ledger: Ledger, job_id: str, *, succeeds: bool = True) -> None:
    assert ledger.jobs.begin_open(job_id, "opener") is not None
    assert ledger.jobs.opened(job_id, "image/png", [1])
    claim = claimed(ledger, job_id)
    if succeeds:
        ledger.pages.succeed(claim, "{}")
    else:
        ledger.pages.fail(claim, UNREADABLE)
    assert ledger.finishing.finish(job_id, "result") is not None


def test_a_batch_is_accepted_with_its_message_and_no_job(ledger: Ledger) -> None:
    batch, created = ledger.batches.create(fresh(documents=3, metadata={"source": "scanner"}))
    assert (created, batch.state, batch.documents) == (True, BatchState.PREPARING, 3)
    assert drain(ledger) == [(batch.id,)]
    assert ledger.batches.get(TENANT, batch.id) == batch
    with pytest.raises(NotFound):
        ledger.batches.get(OTHER, batch.id)


def test_documents_become_jobs_and_the_last_one_to_end_completes_the_batch(
    ledger: Ledger, clock: ManualClock, settings: Settings, blobs: Blobs
) -> None:
    ledger.endpoints.create(TENANT, "https://receiver.example/", ["batch.*"])
    batch = laid_out(ledger, 3)
    assert (batch.state, batch.documents, batch.open_jobs) == (BatchState.RUNNING, 3, 3)
    ids = job_ids(ledger, batch)
    assert ids == sorted(ids)
    read(ledger, ids[1])
    read(ledger, ids[0], succeeds=False)
    assert ledger.jobs.load(ids[0]).expires_at is None
    assert ledger.batches.get(TENANT, batch.id).counts == {
        JobState.SUCCEEDED: 1,
        JobState.FAILED: 1,
        JobState.QUEUED: 1,
    }
    clock.advance(hours=settings.retention_h + 1)
    assert ledger.deletion.purge(blobs, limit_s=60) == 0
    read(ledger, ids[2])
    ended = ledger.batches.get(TENANT, batch.id)
    assert (ended.state, ended.finished_at) == (BatchState.COMPLETED, clock())
    assert {ledger.jobs.load(job_id).expires_at for job_id in ids} == {ended.expires_at}
    (told,) = [d for d in ledger.deliveries.list(TENANT)[0] if d.batch_id == batch.id]
    assert (told.event, told.job_id) == ("batch.completed", None)
    assert '"succeeded": 2' in told.payload


def test_jobs_come_by_state_in_the_order_of_the_documents(ledger: Ledger) -> None:
    batch = laid_out(ledger, 4)
    ids = job_ids(ledger, batch)
    for index in (3, 0, 2):
        read(ledger, ids[index])
    done = (JobState.SUCCEEDED,)
    assert [j.batch_index for j in ledger.batches.jobs(batch.id, done, -1, 2)] == [0, 2]
    assert [j.custom_id for j in ledger.batches.jobs(batch.id, done, 2, 2)] == ["doc-3"]


def test_only_one_lays_a_batch_out_and_a_lost_one_is_fenced_off(
    ledger: Ledger, clock: ManualClock
) -> None:
    first = begun(ledger)
    assert ledger.batches.begin(first.id, "other") is None
    first = ledger.batches.expand(first, documents(first, 2))
    clock.advance(seconds=100)
    second = ledger.batches.begin(first.id, "other")
    assert second is not None
    assert second.laid_out == 2
    with pytest.raises(StaleClaim):
        ledger.batches.expand(first, documents(first, 2))
    with pytest.raises(StaleClaim):
        ledger.batches.expanded(first)
    second = ledger.batches.expand(second, documents(second, 1))
    ledger.batches.expanded(second)
    assert len(job_ids(ledger, second)) == 3


def test_an_expansion_resumes_when_its_worker_is_lost(ledger: Ledger, clock: ManualClock) -> None:
    batch = begun(ledger)
    drain(ledger)
    clock.advance(seconds=100)
    assert ledger.tasks.recover() == 1
    assert drain(ledger, "tend_batch") == [(batch.id,)]


def test_a_batch_that_used_up_its_attempts_fails(
    ledger: Ledger, clock: ManualClock, settings: Settings
) -> None:
    batch, _ = ledger.batches.create(fresh())
    for _ in range(settings.max_attempts):
        assert ledger.batches.begin(batch.id, "tender") is not None
        clock.advance(seconds=100)
    assert ledger.batches.begin(batch.id, "tender") is None
    failed = ledger.batches.get(TENANT, batch.id)
    assert failed.state is BatchState.FAILED
    assert failed.fault is not None
    assert failed.fault.code == "worker_lost"


def test_a_batch_that_cannot_be_expanded_fails_with_a_reason(ledger: Ledger) -> None:
    batch = begun(ledger, callback_url="https://receiver.example/")
    ledger.batches.fail(batch, UNREADABLE)
    failed = ledger.batches.get(TENANT, batch.id)
    assert (failed.state, failed.fault) == (BatchState.FAILED, UNREADABLE)
    (told,) = ledger.deliveries.list(TENANT)[0]
    assert (told.event, told.batch_id) == ("batch.failed", batch.id)


def test_cancelling_keeps_what_is_done(ledger: Ledger) -> None:
    batch = laid_out(ledger, 120)
    ids = job_ids(ledger, batch)
    read(ledger, ids[5])
    drain(ledger)
    assert ledger.batches.cancel(TENANT, batch.id).state is BatchState.CANCELLING
    assert drain(ledger, "tend_batch") == [(batch.id,)]
    taken = ledger.batches.begin(batch.id, "tender")
    assert taken is not None
    while ledger.batches.cancel_some(taken):
        pass
    ended = ledger.batches.cancel(TENANT, batch.id)
    assert ended.state is BatchState.CANCELLED
    assert ended.counts == {JobState.SUCCEEDED: 1, JobState.CANCELLED: 119}


def test_a_batch_cancelled_during_its_expansion_creates_no_more_jobs(ledger: Ledger) -> None:
    batch = begun(ledger)
    batch = ledger.batches.expand(batch, documents(batch, 2))
    ledger.batches.cancel(TENANT, batch.id)
    with pytest.raises(StaleClaim):
        ledger.batches.expand(batch, documents(batch, 2))
    taken = ledger.batches.begin(batch.id, "tender")
    assert taken is not None
    while ledger.batches.cancel_some(taken):
        pass
    assert ledger.batches.get(TENANT, batch.id).state is BatchState.CANCELLED


def test_an_ended_batch_cannot_be_cancelled_nor_an_open_one_deleted(
    ledger: Ledger, blobs: Blobs
) -> None:
    batch = laid_out(ledger, 1)
    with pytest.raises(IllegalTransition):
        ledger.deletion.batch(TENANT, batch.id)
    read(ledger, job_ids(ledger, batch)[0])
    with pytest.raises(IllegalTransition):
        ledger.batches.cancel(TENANT, batch.id)
    with pytest.raises(NotFound):
        ledger.batches.cancel(OTHER, batch.id)


def test_one_key_makes_one_batch(ledger: Ledger) -> None:
    def create(number: int) -> tuple[Batch, bool]:
        return ledger.batches.create(fresh(idempotency_key="k", fingerprint="f"))

    outcomes = at_once(create, 6)
    assert [created for _, created in outcomes].count(True) == 1
    assert len({batch.id for batch, _ in outcomes}) == 1
    with pytest.raises(IdempotencyMismatch) as caught:
        ledger.batches.create(fresh(idempotency_key="k", fingerprint="g"))
    assert caught.value.made.id == outcomes[0][0].id
    assert ledger.batches.create(fresh(tenant=OTHER, idempotency_key="k"))[1]


def test_batches_are_listed_by_tenant_newest_first(ledger: Ledger) -> None:
    ids = sorted((ledger.batches.create(fresh())[0].id for _ in range(3)), reverse=True)
    ledger.batches.create(fresh(tenant=OTHER))
    first, cursor = ledger.batches.list(TENANT, limit=2)
    rest, end = ledger.batches.list(TENANT, limit=2, before=cursor)
    assert [batch.id for batch in [*first, *rest]] == ids
    assert end is None


def test_jobs_that_end_together_end_their_batch_once(ledger: Ledger) -> None:
    ledger.endpoints.create(TENANT, "https://receiver.example/", ["batch.*"])
    batch = laid_out(ledger, 4)
    ids = job_ids(ledger, batch)
    at_once(lambda number: ledger.jobs.fail(ids[number], UNREADABLE), 4)
    assert ledger.batches.get(TENANT, batch.id).state is BatchState.COMPLETED
    assert len(ledger.deliveries.list(TENANT)[0]) == 1


def test_parts_have_ids_that_sort_by_index_and_are_the_same_each_time() -> None:
    whole = new_id("batch")
    ids = [part_id("job", whole, index) for index in range(0, 10_000, 7)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    assert {len(each) for each in ids} == {len(new_id("job"))}
    assert ids == [part_id("job", whole, index) for index in range(0, 10_000, 7)]
    assert part_id("job", new_id("batch"), 0)[14:] != ids[0][14:]


def test_a_batch_has_its_jobs_wait_behind_the_tenants_others(ledger: Ledger) -> None:
    batch = laid_out(ledger, 2)
    urgent = NewJob(new_id("job"), TENANT, {}, priority=Priority.INTERACTIVE)
    usual = NewJob(new_id("job"), TENANT, {})
    ledger.jobs.create_many([usual, urgent])
    order = [(urgent.id,), (usual.id,), *((job_id,) for job_id in job_ids(ledger, batch))]
    assert drain(ledger, "open_job") == order
