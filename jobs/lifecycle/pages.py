"""A document's pages, created when it is opened."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from jobs.db import tables
from jobs.db.mappers import JobRow
from jobs.domain.job import Claim
from jobs.domain.states import PageState
from jobs.domain.topics import Topic
from jobs.queue.task_rows import add_tasks, end_task

_JOBS = tables.jobs.c
_RESULTS = tables.page_results.c


def create_pages(connection: Connection, job: JobRow, numbers: Sequence[int], now: datetime) -> int:
    """Create a job's pages with their steps, or the last step where all are read already.

    Returns how many are read: those kept from an earlier job (`PageStore.keep`).
    """
    kept = _kept(connection, job) & frozenset(numbers)
    common = {"job_id": job.id, "attempts": 0, "token": 0}
    fresh = {"state": PageState.QUEUED, "finished_at": None}
    read = {"state": PageState.SUCCEEDED, "finished_at": now}
    rows = [{**common, "number": each, **(read if each in kept else fresh)} for each in numbers]
    connection.execute(insert(tables.pages), rows)
    end_task(connection, Topic.OPEN_JOB, job.id)
    unread = [(job.id, number) for number in numbers if number not in kept]
    add_tasks(connection, Topic.READ_PAGE, unread, now, job.tenant, job.priority)
    if kept:
        count = update(tables.jobs).where(_JOBS.id == job.id).values(pages_succeeded=len(kept))
        connection.execute(count)
    if not unread:
        add_tasks(connection, Topic.FINISH_JOB, [(job.id,)], now, job.tenant)
    return len(kept)


def _kept(connection: Connection, job: JobRow) -> frozenset[int]:
    if job.retry_of is None:
        return frozenset()
    found = select(_RESULTS.number).where(_RESULTS.job_id == job.id)
    return frozenset(connection.execute(found).scalars())


def create_claimed_pages(
    connection: Connection,
    job: JobRow,
    numbers: Sequence[int],
    now: datetime,
    worker: str,
    lease_until: datetime,
) -> Claim:
    """Create a job's pages with their steps, and claim the first for a worker until a time."""
    first, *others = numbers
    claimed = {"attempts": 1, "token": 1, "worker": worker, "lease_until": lease_until}
    waiting = {"attempts": 0, "token": 0, "worker": None, "lease_until": None}
    rows = [{"number": first, "state": PageState.RUNNING, **claimed}]
    rows += [{"number": each, "state": PageState.QUEUED, **waiting} for each in others]
    connection.execute(insert(tables.pages), [{"job_id": job.id, **row} for row in rows])
    end_task(connection, Topic.OPEN_JOB, job.id)
    turn = (now, job.tenant, job.priority)
    add_tasks(connection, Topic.READ_PAGE, [(job.id, first)], *turn, held_until=lease_until)
    add_tasks(connection, Topic.READ_PAGE, [(job.id, each) for each in others], *turn)
    return Claim(job.id, first, token=1, attempt=1, lease_until=lease_until)
