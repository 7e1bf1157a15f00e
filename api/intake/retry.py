"""Retries: new jobs and batches that keep the pages already read."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, Literal

from starlette.concurrency import run_in_threadpool

from api.intake.create_batch import store_list
from api.intake.create_job import check_key
from api.problems import Problem
from api.services import Services
from jobs.domain.batch_manifest import BatchDocument, read_documents
from jobs.domain.ids import new_id, part_id
from jobs.domain.job import Batch, Job, NewBatch, NewJob
from jobs.domain.log_context import origin
from jobs.domain.states import FINAL_BATCH_STATES, JobState
from jobs.storage.blob_keys import batch_prefix, documents_key, input_key, job_prefix

Retried = Literal["failed", "expired", "partial", "cancelled"]
USUAL: Final[tuple[Retried, ...]] = ("failed", "expired")
RETRIED: Final[tuple[Retried, ...]] = ("failed", "expired", "partial", "cancelled")


async def retry_batch(
    services: Services, batch: Batch, states: Sequence[Retried], key: str | None
) -> tuple[Batch, bool]:
    """A batch of the documents in these states, and whether it is new; False replays that of `key`.

    Raises Problem while the batch is active, and where no document is in these states.
    """
    check_key(key)
    if batch.state not in FINAL_BATCH_STATES:
        detail = f"The batch is {batch.state}; it can be retried once it has ended."
        raise Problem("illegal_move", detail, state=str(batch.state))
    listed = await run_in_threadpool(lambda: list(_documents(services, batch, states)))
    if not listed:
        detail = f"No document of the batch is {' or '.join(states)}."
        raise Problem("illegal_move", detail, state=str(batch.state))
    await services.refuse_when_full(batch.tenant, len(listed))
    new = NewBatch(
        new_id("batch"),
        batch.tenant,
        batch.options,
        documents=len(listed),
        metadata=batch.metadata,
        callback_url=batch.callback_url,
        priority=batch.priority,
        retry_of=batch.id,
        idempotency_key=key,
        fingerprint=_fingerprint(batch.id, states) if key else None,
        **origin(),
    )
    return await services.to_its_end(_create_batch(services, new, listed))


async def _create_batch(
    services: Services, new: NewBatch, listed: Sequence[BatchDocument]
) -> tuple[Batch, bool]:
    await run_in_threadpool(store_list, services, new, listed)
    made, created = await run_in_threadpool(services.ledger.batches.create, new)
    if not created:
        await run_in_threadpool(services.blobs.delete_prefix, batch_prefix(new.tenant, new.id))
    return made, created


async def retry_job(services: Services, job: Job, key: str | None) -> tuple[Job, bool]:
    """A job that reads the same document again, and whether it is new; see `retry_batch`."""
    check_key(key)
    if job.state not in RETRIED:
        detail = f"The job is {job.state}; only {', '.join(RETRIED)} jobs can be retried."
        raise Problem("illegal_move", detail, state=str(job.state))
    await services.refuse_when_full(job.tenant)
    new = NewJob(
        new_id("job"),
        job.tenant,
        job.options,
        source_url=job.source_url,
        filename=job.filename,
        metadata=job.metadata,
        callback_url=job.callback_url,
        priority=job.priority,
        retry_of=job.id,
        idempotency_key=key,
        fingerprint=_fingerprint(job.id, ()) if key else None,
        **origin(),
    )
    return await services.to_its_end(_create_again(services, job, new))


async def _create_again(services: Services, job: Job, new: NewJob) -> tuple[Job, bool]:
    created = False
    try:
        complete = await run_in_threadpool(_with_document, services, job, new)
        made, created = await services.group_commit.submit(complete)
    finally:
        if not created:
            await services.discard_unless_accepted(new.id, job_prefix(new.tenant, new.id))
    return made, created


def _with_document(services: Services, job: Job, new: NewJob) -> NewJob:
    if job.input_blob is None:
        return new
    services.blobs.copy(job.input_blob, input_key(new))
    return replace(
        new,
        input_blob=input_key(new),
        input_sha256=job.input_sha256,
        input_bytes=job.input_bytes,
        source_url=None,
    )


def _documents(
    services: Services, batch: Batch, states: Sequence[Retried]
) -> Iterator[BatchDocument]:
    wanted = [JobState(state) for state in states]
    for job in services.ledger.batches.all_jobs(batch.id, wanted):
        yield BatchDocument(
            custom_id=job.custom_id,
            name=job.filename,
            url=job.source_url if job.input_blob is None else None,
            blob=job.input_blob,
            retry_of=job.id,
            sha256=job.input_sha256,
            size=job.input_bytes,
            options=job.options if job.options != batch.options else None,
            metadata=job.metadata,
        )
    if "cancelled" in states and not batch.archive:
        yield from _never_expanded(services, batch)


def _never_expanded(services: Services, batch: Batch) -> Iterator[BatchDocument]:
    """Documents of a list that was cancelled before they became jobs."""
    listed = read_documents(services.blobs.stream(documents_key(batch)))
    for index, document in enumerate(listed):
        if index < batch.laid_out:
            continue
        if document.url or document.job_id or document.blob:
            yield document
        else:
            job = NewJob(part_id("job", batch.id, index), batch.tenant, {})
            yield replace(document, blob=input_key(job))


def _fingerprint(retried: str, states: Sequence[str]) -> str:
    return hashlib.sha256(" ".join(["retry", retried, *sorted(states)]).encode()).hexdigest()
