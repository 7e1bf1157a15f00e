"""From a request to a job in the ledger: receive, store, create, once per key."""

import asyncio
import re
from collections.abc import Awaitable, Callable

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from api.intake.parse_request import Submission, read_submission
from api.problems import Problem
from api.schemas.jobs import KEY_PATTERN
from api.services import Services
from jobs.domain.ids import new_id
from jobs.domain.job import Job, NewJob
from jobs.domain.log_context import origin
from jobs.storage.blob_keys import input_key, job_prefix

Reads = Callable[[Request, Services, str], Awaitable[Submission]]

_KEY = re.compile(KEY_PATTERN)


async def accept(
    request: Request,
    services: Services,
    tenant: str,
    key: str | None,
    read: Reads = read_submission,
) -> tuple[Job, bool]:
    """The job of this request and whether it is new; False replays the first response to `key`.

    `read` parses the request, and stores a large document under the blob key that it gets.
    Raises Problem and what the ledger raises; nothing is stored of a request that is refused.
    """
    check_key(key)
    await services.refuse_when_full(tenant)
    draft = NewJob(new_id("job"), tenant, options={}, idempotency_key=key, **origin())
    with services.arriving(tenant, key):
        try:
            submission = await read(request, services, input_key(draft))
        except BaseException:
            await services.discard_unless_accepted(draft.id, job_prefix(tenant, draft.id))
            raise
        if services.blobs.is_local:
            return await _create(services, submission, draft)
        return await services.to_its_end(_create_remotely(services, submission, draft))


async def _create(services: Services, submission: Submission, draft: NewJob) -> tuple[Job, bool]:
    """Store document and job together. However this is broken off, a job keeps its document."""
    document = submission.upload.small if submission.upload else None
    committed: asyncio.Future[tuple[Job, bool]] | None = None
    try:
        committed = services.group_commit.submit(submission.complete(draft), document)
        # A task for this step would cost ten times as much as a future that a thread sets.
        job, created = await asyncio.shield(committed)
    except BaseException:
        services.keep(_discard(services, draft, committed))
        raise
    if not created:
        await services.to_its_end(_discard(services, draft, committed))
    return job, created


async def _discard(
    services: Services, draft: NewJob, committed: asyncio.Future[tuple[Job, bool]] | None
) -> None:
    """Once the commit is over, delete the document if no job needs it."""
    if committed is not None:
        await asyncio.wait([committed])
        committed.exception()  # its request is gone: nobody else asks
    await services.discard_unless_accepted(draft.id, job_prefix(draft.tenant, draft.id))


async def _create_remotely(
    services: Services, submission: Submission, draft: NewJob
) -> tuple[Job, bool]:
    """Store the document, then the job. Not to be broken off between the two."""
    created = False
    try:
        if submission.upload and (document := submission.upload.small) is not None:
            # Remote stores take many at once; the queue would store one after the other.
            await run_in_threadpool(services.blobs.put, input_key(draft), document)
        job, created = await services.group_commit.submit(submission.complete(draft))
    finally:
        if not created:
            await services.discard_unless_accepted(draft.id, job_prefix(draft.tenant, draft.id))
    return job, created


def check_key(key: str | None) -> None:
    """Raise Problem for an Idempotency-Key that is malformed."""
    if key is not None and _KEY.fullmatch(key) is None:
        expected = "1 to 255 visible ASCII characters"
        rows = [{"place": "header.Idempotency-Key", "expected": expected}]
        raise Problem("invalid_request", "The Idempotency-Key is malformed.", errors=rows)
