"""A document's pages, created when it is opened."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from jobs.db import tables
from jobs.db.mappers import JobRow
from jobs.domain.states import PageState
from jobs.domain.topics import Topic
from jobs.queue.enqueue import enqueue, resend_at
from jobs.settings import Settings

_JOBS = tables.jobs.c
_RESULTS = tables.page_results.c


def create_pages(
    connection: Connection, job: JobRow, numbers: Sequence[int], now: datetime, settings: Settings
) -> int:
    """Create a job's pages and enqueue them, or the job to be finished where all are read.

    Returns how many are read: those kept from an earlier job (`PageStore.keep`).
    """
    wake_at = resend_at(now, settings)
    kept = _kept(connection, job) & frozenset(numbers)
    common = {"job_id": job.id, "attempts": 0, "token": 0}
    fresh = {"state": PageState.QUEUED, "wake_at": wake_at, "finished_at": None}
    read = {"state": PageState.SUCCEEDED, "wake_at": None, "finished_at": now}
    rows = [{**common, "number": each, **(read if each in kept else fresh)} for each in numbers]
    connection.execute(insert(tables.pages), rows)
    messages = [(job.id, number) for number in numbers if number not in kept]
    enqueue(connection, Topic.READ_PAGE, messages, job.tenant, job.priority)
    if kept:
        count = update(tables.jobs).where(_JOBS.id == job.id).values(pages_succeeded=len(kept))
        connection.execute(count.values(wake_at=None if messages else wake_at))
    if not messages:
        enqueue(connection, Topic.FINISH_JOB, [(job.id,)])
    return len(kept)


def _kept(connection: Connection, job: JobRow) -> frozenset[int]:
    if job.retry_of is None:
        return frozenset()
    found = select(_RESULTS.number).where(_RESULTS.job_id == job.id)
    return frozenset(connection.execute(found).scalars())
