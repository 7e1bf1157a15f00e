"""Batches: documents that were submitted together, each of which becomes a job.

A batch is accepted in one short transaction. It is expanded into jobs afterwards, some at a time,
by the worker that holds its lease; `laid_out` counts the jobs so far, to resume after a crash.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import timedelta
from operator import attrgetter

from sqlalchemy import ColumnElement, Connection, Update, exists, or_, select, update

from jobs.db import tables
from jobs.db.clock import Clock
from jobs.db.engine import Database
from jobs.db.mappers import fault_columns, to_batch, to_job
from jobs.domain.errors import IdempotencyMismatch, IllegalTransition, NotFound, StaleClaim
from jobs.domain.job import Batch, Fault, Job, NewBatch, NewJob
from jobs.domain.states import BatchState, JobState
from jobs.domain.topics import Topic
from jobs.lifecycle.accept import Capacity, accept_jobs, moment
from jobs.lifecycle.batch_transitions import (
    batch_transition,
    count_jobs,
    end_when_over,
    update_batch,
)
from jobs.lifecycle.idempotency import insert_batch_once
from jobs.lifecycle.transitions import LOST, close_job, job_transition
from jobs.queue.task_rows import add_tasks, end_task, end_unless, hold_task
from jobs.settings import Settings

MAX_LIST = 500
CANCELLED_AT_ONCE = 50
LISTED_AT_ONCE = 200

_BATCHES = tables.batches.c
_JOBS = tables.jobs.c
_INSERTED = tuple(each.name for each in fields(NewBatch) if each.name in _BATCHES)
_read_inserted = attrgetter(*_INSERTED)
_PROCESSED = (BatchState.PREPARING, BatchState.CANCELLING)  # by the control worker


class BatchStore:
    """The batches of every tenant."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock

    def create(self, new: NewBatch) -> tuple[Batch, bool]:
        """Accept a batch; False and the first one when its idempotency key made one already.

        Raises IdempotencyMismatch when that was another request. The key is held as long as the
        batch is kept.
        """
        with self._database.write() as connection:
            row, created = insert_batch_once(connection, self._row(new))
            batch = to_batch(row)
            if created:
                subjects = [(new.id,)]
                add_tasks(connection, Topic.PROCESS_BATCH, subjects, self._clock(), new.tenant)
                return batch, True
            first = _counted(connection, batch)
        if first.fingerprint != new.fingerprint:
            raise IdempotencyMismatch(first)
        return first, False

    def get(self, tenant: str, batch_id: str) -> Batch:
        """Return a tenant's batch with its jobs counted by state; NotFound for another tenant's."""
        with self._database.read() as connection:
            batch = _load(connection, tenant, batch_id)
            return _counted(connection, batch)

    def tenant_of(self, batch_id: str) -> str | None:
        """Return whose batch it is; None where it is gone."""
        with self._database.read() as connection:
            found = select(_BATCHES.tenant).where(_BATCHES.id == batch_id)
            return connection.execute(found).scalar_one_or_none()

    def list(
        self, tenant: str, *, limit: int = 50, before: str | None = None
    ) -> tuple[Sequence[Batch], str | None]:
        """Return a tenant's batches, newest first, and where the next page begins, if any."""
        found = select(tables.batches).where(_BATCHES.tenant == tenant)
        found = found.where(_BATCHES.deleted_at.is_(None))
        if before is not None:
            found = found.where(_BATCHES.id < before)
        limit = min(limit, MAX_LIST)
        with self._database.read() as connection:
            rows = connection.execute(found.order_by(_BATCHES.id.desc()).limit(limit + 1)).all()
            batches = [_counted(connection, to_batch(row)) for row in rows[:limit]]
        return batches, batches[-1].id if len(rows) > limit else None

    def jobs(
        self, batch_id: str, states: Sequence[JobState], after: int, limit: int
    ) -> Sequence[Job]:
        """Return a batch's jobs in these states, in the order of its documents.

        `after` is the index of the last one before; -1 begins.
        """
        found = select(tables.jobs).where(
            _JOBS.batch_id == batch_id, _JOBS.batch_index > after, _JOBS.state.in_(states)
        )
        with self._database.read() as connection:
            rows = connection.execute(found.order_by(_JOBS.batch_index).limit(limit)).all()
        return [to_job(row) for row in rows]

    def all_jobs(self, batch_id: str, states: Sequence[JobState]) -> Iterator[Job]:
        """Yield a batch's jobs in these states, in the order of its documents."""
        last = -1
        while some := self.jobs(batch_id, states, last, LISTED_AT_ONCE):
            yield from some
            last = some[-1].batch_index if some[-1].batch_index is not None else last

    def begin(self, batch_id: str, worker: str) -> Batch | None:
        """Claim a batch that is to be expanded or cancelled; None when it is not available.

        One that used up its attempts is given up.
        """
        now = self._clock()
        until = now + timedelta(seconds=self._lease_s)
        free = or_(_BATCHES.lease_until.is_(None), _BATCHES.lease_until <= now)
        mine = (_BATCHES.id == batch_id) & _BATCHES.state.in_(_PROCESSED) & free
        begin = update(tables.batches).where(mine, self._may_try)
        begin = begin.values(worker=worker, lease_until=until)
        begin = begin.values(token=_BATCHES.token + 1, attempts=_BATCHES.attempts + 1)
        with self._database.write() as connection:
            row = update_batch(connection, begin)
            if row is not None:
                hold_task(connection, Topic.PROCESS_BATCH, batch_id, until)
                return to_batch(row)
            give_up = batch_transition(batch_id, BatchState.CANCELLING, **fault_columns(LOST))
            self._cancelling(connection, give_up.where(mine))
            wanted = exists().where(_BATCHES.id == batch_id, _BATCHES.state.in_(_PROCESSED))
            end_unless(connection, Topic.PROCESS_BATCH, batch_id, wanted)
        return None

    def put_off(self, batch: Batch) -> None:
        """Release a batch for a later time, without counting the attempt: the cause is not its own.

        Nothing happens where it moved on.
        """
        later = self._clock() + timedelta(seconds=self._settings.republish_s)
        back = update(tables.batches).where(_held(batch), _BATCHES.state.in_(_PROCESSED))
        back = back.values(lease_until=None, attempts=_BATCHES.attempts - 1)
        with self._database.write() as connection:
            if update_batch(connection, back) is not None:
                hold_task(connection, Topic.PROCESS_BATCH, batch.id, later)

    def expand(self, batch: Batch, news: Sequence[NewJob]) -> Batch:
        """Create jobs of the batch's next documents. Raises StaleClaim when it moved on."""
        now = self._clock()
        until = now + timedelta(seconds=self._lease_s)
        count = len(news)
        held = _held(batch) & (_BATCHES.state == BatchState.PREPARING)
        claim = update(tables.batches).where(held, _BATCHES.laid_out == batch.laid_out)
        claim = claim.values(lease_until=until, attempts=1)
        claim = claim.values(laid_out=batch.laid_out + count)
        with self._database.write() as connection:
            row = update_batch(connection, claim.values(open_jobs=_BATCHES.open_jobs + count))
            if row is None:
                raise StaleClaim(f"batch {batch.id} moved on")
            hold_task(connection, Topic.PROCESS_BATCH, batch.id, until)
            # They were admitted with their batch: the cap on unfinished jobs was checked then.
            capacity = Capacity(count, {batch.tenant: count})
            accept_jobs(connection, news, capacity, self._settings, now)
        return to_batch(row)

    def expanded(self, batch: Batch) -> None:
        """Run a batch all of whose documents are jobs. Raises StaleClaim when it moved on."""
        run = batch_transition(batch.id, BatchState.RUNNING, documents=batch.laid_out)
        run = run.where(_held(batch)).values(lease_until=None)
        with self._database.write() as connection:
            row = update_batch(connection, run)
            if row is None:
                raise StaleClaim(f"batch {batch.id} moved on")
            end_task(connection, Topic.PROCESS_BATCH, batch.id)
            end_when_over(connection, row, self._clock(), self._settings)

    def fail(self, batch: Batch, fault: Fault) -> None:
        """Give up a batch that cannot be expanded; the jobs that it has already are cancelled."""
        give_up = batch_transition(batch.id, BatchState.CANCELLING, **fault_columns(fault))
        with self._database.write() as connection:
            self._cancelling(connection, give_up.where(_held(batch)))

    def cancel(self, tenant: str, batch_id: str) -> Batch:
        """Stop a batch; what is done is kept. IllegalTransition when it ended otherwise."""
        stop = batch_transition(batch_id, BatchState.CANCELLING).where(_BATCHES.tenant == tenant)
        with self._database.write() as connection:
            self._cancelling(connection, stop)
        batch = self.get(tenant, batch_id)
        if batch.state not in {BatchState.CANCELLING, BatchState.CANCELLED}:
            raise IllegalTransition(f"batch {batch_id} is {batch.state} and cannot be cancelled")
        return batch

    def cancel_some(self, batch: Batch) -> bool:
        """Cancel open jobs of a batch that is being cancelled; False when none is left."""
        now = self._clock()
        open_jobs = select(_JOBS.id).where(
            _JOBS.batch_id == batch.id, _JOBS.state.in_((JobState.QUEUED, JobState.RUNNING))
        )
        with self._database.write() as connection:
            found = open_jobs.order_by(_JOBS.id).limit(CANCELLED_AT_ONCE)
            job_ids = connection.execute(found).scalars().all()
            for job_id in job_ids:
                close_job(
                    connection, job_transition(job_id, JobState.CANCELLED), now, self._settings
                )
            renewed = now + timedelta(seconds=self._lease_s)
            goes_on = _held(batch) & (_BATCHES.state == BatchState.CANCELLING)
            renew = update(tables.batches).where(goes_on)
            if update_batch(connection, renew.values(lease_until=renewed)) is not None:
                hold_task(connection, Topic.PROCESS_BATCH, batch.id, renewed)
        return bool(job_ids)

    @property
    def _lease_s(self) -> float:
        """How long one step may take: some documents read from an archive, or copied."""
        return self._settings.lease_s + self._settings.fetch_timeout_s

    @property
    def _may_try(self) -> ColumnElement[bool]:
        left = _BATCHES.attempts < self._settings.max_attempts
        return or_(left, _BATCHES.state != BatchState.PREPARING)

    def _row(self, new: NewBatch) -> dict[str, object]:
        now = self._clock()
        return dict(zip(_INSERTED, _read_inserted(new), strict=True)) | {
            "state": BatchState.PREPARING,
            "created_at": now,
            "deadline_at": moment(now, new.deadline_s),
            "begin_by": moment(now, new.begin_within_s),
            **dict.fromkeys(("laid_out", "open_jobs", "token", "attempts"), 0),
        }

    def _cancelling(self, connection: Connection, move: Update) -> None:
        now = self._clock()
        row = update_batch(connection, move.values(lease_until=None))
        if row is not None:
            add_tasks(connection, Topic.PROCESS_BATCH, [(row.id,)], now, row.tenant)
            end_when_over(connection, row, now, self._settings)


def _held(batch: Batch) -> ColumnElement[bool]:
    return (_BATCHES.id == batch.id) & (_BATCHES.token == batch.token)


def _load(connection: Connection, tenant: str, batch_id: str) -> Batch:
    mine = (_BATCHES.id == batch_id) & (_BATCHES.tenant == tenant) & _BATCHES.deleted_at.is_(None)
    row = connection.execute(select(tables.batches).where(mine)).one_or_none()
    if row is None:
        raise NotFound(f"no batch {batch_id}")
    return to_batch(row)


def _counted(connection: Connection, batch: Batch) -> Batch:
    return replace(batch, counts=count_jobs(connection, batch.id))
