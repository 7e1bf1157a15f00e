"""Writes accepted jobs: many in one transaction, so that they share one wait for the disk."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from operator import attrgetter

from sqlalchemy import Connection, select

from jobs.db import tables
from jobs.db.engine import note_enqueued
from jobs.db.mappers import to_job
from jobs.db.row_insert import RowInsert
from jobs.domain.errors import IdempotencyMismatch, LedgerError, QueueFull
from jobs.domain.events import JobEventKind
from jobs.domain.job import Job, NewJob
from jobs.domain.states import JobState
from jobs.domain.topics import Topic
from jobs.lifecycle.idempotency import claim_key, holder
from jobs.settings import Settings

# The outcome of one request: its job and whether it is new, or why there is none.
Outcome = tuple[Job, bool] | LedgerError
# Returns once the blobs that the rows name survive a power loss.
Ready = Callable[[], object]

_JOBS = tables.jobs.c
# A new field of both `NewJob` and `Job` with a column of its name is stored without a change here.
_SAME = tuple(sorted({each.name for each in fields(NewJob)} & {each.name for each in fields(Job)}))
_read_same = attrgetter(*_SAME)
_INSERTED = (*_SAME, "deadline_at", "begin_by")
_read_inserted = attrgetter(*_INSERTED)
_COUNTERS = ("pages_succeeded", "pages_failed", "open_attempts", "finish_attempts")
_NEW_JOB = {"state": JobState.QUEUED, "last_event": 1, **dict.fromkeys(_COUNTERS, 0)}
_NEW_STEP = {"kind": Topic.OPEN_JOB.value, "number": 0}
_NEW_EVENT = {"sequence": 1, "kind": JobEventKind.JOB_QUEUED.value, "data": {}}
_insert_jobs = RowInsert(tables.jobs, _INSERTED, (*_NEW_JOB, "created_at"))
# A new job has no step yet, so nothing can be there already.
_insert_steps = RowInsert(
    tables.tasks,
    ("subject", "turn", "rank"),
    (*_NEW_STEP, "ready_at", "dispatched_until", "attempts"),
)
_insert_events = RowInsert(tables.events, ("job_id",), (*_NEW_EVENT, "at"))


@dataclass(slots=True)
class Capacity:
    """How many more jobs are admitted: in all, and of each tenant."""

    all: int
    tenants: dict[str, int]

    def has(self, tenant: str) -> bool:
        """Whether one more job of the tenant is admitted."""
        return self.all > 0 and self.tenants[tenant] > 0

    def take(self, tenant: str) -> None:
        """Count an admitted job."""
        self.all -= 1
        self.tenants[tenant] -= 1

    def refusal(self, tenant: str) -> QueueFull:
        """The error that says whose queue is full."""
        return QueueFull("too many jobs are unfinished", tenant=tenant if self.all > 0 else None)


def accept_jobs(
    connection: Connection,
    news: Sequence[NewJob],
    capacity: Capacity,
    settings: Settings,
    now: datetime,
    at_once: Container[str] = (),
) -> Mapping[str, Outcome]:
    """Write the admitted jobs with their events and first steps; return outcomes by `NewJob.id`.

    The steps of those `at_once` are written as dispatched: their messages follow the commit.

    A job whose idempotency key created one before gives that one, or IdempotencyMismatch; QueueFull
    is for those beyond the capacity.
    """
    until = now + timedelta(hours=settings.idempotency_h)
    made: dict[str, Job] = {}
    replayed: dict[str, Outcome] = {}
    # Keys in one order, the same in every process: otherwise two could wait for each other.
    for new in sorted(news, key=lambda new: (new.tenant, new.idempotency_key or "")):
        keyed = new.idempotency_key is not None
        if capacity.has(new.tenant) and (not keyed or claim_key(connection, new, now, until)):
            made[new.id] = _to_job(new, now)
            capacity.take(new.tenant)
        else:
            replayed[new.id] = _first_answer(connection, new, made, capacity, now)
    _write(connection, [job for key, job in made.items() if key not in at_once], now)
    until = now + timedelta(seconds=settings.republish_s)
    _write(connection, [job for key, job in made.items() if key in at_once], now, until)
    return {job_id: (job, True) for job_id, job in made.items()} | replayed


def _to_job(new: NewJob, now: datetime) -> Job:
    return Job(
        **dict(zip(_SAME, _read_same(new), strict=True)),
        state=JobState.QUEUED,
        created_at=now,
        deadline_at=moment(now, new.deadline_s),
        begin_by=moment(now, new.begin_within_s),
    )


def moment(now: datetime, seconds: float | None) -> datetime | None:
    """Return the time so many seconds from now, if any."""
    return None if seconds is None else now + timedelta(seconds=seconds)


def _first_answer(
    connection: Connection, new: NewJob, made: Mapping[str, Job], capacity: Capacity, now: datetime
) -> Outcome:
    key = new.idempotency_key
    held = None if key is None else holder(connection, new.tenant, key, now)
    if held is None:
        return capacity.refusal(new.tenant)
    first = made.get(held.job_id) or _load(connection, held.job_id)
    return (first, False) if held.fingerprint == new.fingerprint else IdempotencyMismatch(first)


def _load(connection: Connection, job_id: str) -> Job:
    return to_job(connection.execute(select(tables.jobs).where(_JOBS.id == job_id)).one())


def _write(
    connection: Connection, jobs: Sequence[Job], now: datetime, dispatched: datetime | None = None
) -> None:
    if not jobs:
        return
    jobs = sorted(jobs, key=_turn)
    rows = [_read_inserted(job) for job in jobs]
    _insert_jobs(connection, rows, _NEW_JOB | {"created_at": now})
    attempts = 0 if dispatched is None else 1
    step = _NEW_STEP | {"ready_at": now, "dispatched_until": dispatched, "attempts": attempts}
    _insert_steps(connection, [(job.id, job.tenant, job.priority) for job in jobs], step)
    _insert_events(connection, [(job.id,) for job in jobs], _NEW_EVENT | {"at": now})
    if dispatched is None:
        note_enqueued(connection)


def _turn(job: Job) -> tuple[str, int]:
    return job.tenant, job.priority
