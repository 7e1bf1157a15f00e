"""Writes accepted jobs: many in one transaction, so that they share one wait for the disk."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, insert, select

from jobs.db import tables
from jobs.db.mappers import to_job
from jobs.domain.errors import IdempotencyMismatch, LedgerError, QueueFull
from jobs.domain.job import Job, NewJob
from jobs.domain.states import JobState
from jobs.lifecycle.idempotency import claim_key, holder
from jobs.queue.enqueue import enqueue
from jobs.settings import Settings

# What became of one request: its job and whether it is new, or why there is none.
Outcome = tuple[Job, bool] | LedgerError
# Returns when what the rows name is stored for good.
Ready = Callable[[], object]

_JOBS = tables.jobs.c


@dataclass(slots=True)
class Rooms:
    """How many more jobs may be let in: in all, and of each tenant."""

    all: int
    tenants: dict[str, int]

    def has(self, tenant: str) -> bool:
        """Say whether one more of the tenant's may be let in."""
        return self.all > 0 and self.tenants[tenant] > 0

    def take(self, tenant: str) -> None:
        """Count one that was let in."""
        self.all -= 1
        self.tenants[tenant] -= 1

    def refusal(self, tenant: str) -> QueueFull:
        """Say whose queue is full."""
        return QueueFull("too many jobs are unfinished", tenant=tenant if self.all > 0 else None)


def accept_jobs(
    connection: Connection,
    news: Sequence[NewJob],
    rooms: Rooms,
    settings: Settings,
    now: datetime,
) -> Mapping[str, Outcome]:
    """Write the jobs that may be, with their events and messages; return outcomes by `NewJob.id`.

    A job whose idempotency key made one before gives that one, or IdempotencyMismatch; QueueFull
    is for those that there is no room for.
    """
    until = now + timedelta(hours=settings.idempotency_h)
    made: dict[str, Job] = {}
    replayed: dict[str, Outcome] = {}
    # Keys in one order, the same in every process: otherwise two could wait for each other.
    for new in sorted(news, key=lambda new: (new.tenant, new.idempotency_key or "")):
        keyed = new.idempotency_key is not None
        if rooms.has(new.tenant) and (not keyed or claim_key(connection, new, now, until)):
            made[new.id] = _to_job(new, now)
            rooms.take(new.tenant)
        else:
            replayed[new.id] = _first_answer(connection, new, made, rooms, now)
    _write(connection, list(made.values()), settings, now)
    return {job_id: (job, True) for job_id, job in made.items()} | replayed


def _to_job(new: NewJob, now: datetime) -> Job:
    return Job(
        id=new.id,
        tenant=new.tenant,
        state=JobState.QUEUED,
        created_at=now,
        options=dict(new.options),
        metadata=dict(new.metadata),
        filename=new.filename,
        input_blob=new.input_blob,
        input_sha256=new.input_sha256,
        input_bytes=new.input_bytes,
        source_url=new.source_url,
        callback_url=new.callback_url,
        batch_id=new.batch_id,
        batch_index=new.batch_index,
        custom_id=new.custom_id,
        retry_of=new.retry_of,
        priority=new.priority,
        deadline_at=moment(now, new.deadline_s),
        begin_by=moment(now, new.begin_within_s),
    )


def moment(now: datetime, seconds: float | None) -> datetime | None:
    """Return the time so many seconds from now, if any."""
    return None if seconds is None else now + timedelta(seconds=seconds)


def _first_answer(
    connection: Connection, new: NewJob, made: Mapping[str, Job], rooms: Rooms, now: datetime
) -> Outcome:
    key = new.idempotency_key
    held = None if key is None else holder(connection, new.tenant, key, now)
    if held is None:
        return rooms.refusal(new.tenant)
    first = made.get(held.job_id) or _load(connection, held.job_id)
    return (first, False) if held.fingerprint == new.fingerprint else IdempotencyMismatch(first)


def _load(connection: Connection, job_id: str) -> Job:
    return to_job(connection.execute(select(tables.jobs).where(_JOBS.id == job_id)).one())


def _write(connection: Connection, jobs: Sequence[Job], settings: Settings, now: datetime) -> None:
    if not jobs:
        return
    wake_at = now + timedelta(seconds=settings.republish_s)
    connection.execute(insert(tables.jobs), [_row(job, wake_at) for job in jobs])
    for (tenant, priority), some in groupby(sorted(jobs, key=_turn), key=_turn):
        enqueue(connection, "open_job", [(job.id,) for job in some], tenant, priority)
    queued = {"sequence": 1, "kind": "job.queued", "data": {}, "at": now}
    connection.execute(insert(tables.events), [{"job_id": job.id, **queued} for job in jobs])


def _turn(job: Job) -> tuple[str, int]:
    return job.tenant, job.priority


def _row(job: Job, wake_at: datetime) -> dict[str, Any]:
    return {
        "id": job.id,
        "tenant": job.tenant,
        "state": job.state,
        "created_at": job.created_at,
        "options": job.options,
        "metadata": job.metadata,
        "filename": job.filename,
        "input_blob": job.input_blob,
        "input_sha256": job.input_sha256,
        "input_bytes": job.input_bytes,
        "source_url": job.source_url,
        "callback_url": job.callback_url,
        "batch_id": job.batch_id,
        "batch_index": job.batch_index,
        "custom_id": job.custom_id,
        "retry_of": job.retry_of,
        "priority": job.priority,
        "deadline_at": job.deadline_at,
        "begin_by": job.begin_by,
        "wake_at": wake_at,
        "pages_succeeded": 0,
        "pages_failed": 0,
        "open_attempts": 0,
        "finish_attempts": 0,
        "last_event": 1,
    }
