"""Batches: documents that were handed in together, each of which becomes a job.

A batch is accepted in one short transaction. Its documents are laid out as jobs afterwards, some
at a time, by whoever holds its lease; `laid_out` says where to go on after a crash.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, Update, or_, select, update

from jobs.db import tables
from jobs.db.clock import Clock
from jobs.db.engine import Database, upsert
from jobs.db.mappers import fault_columns, to_batch, to_job
from jobs.domain.errors import IdempotencyMismatch, IllegalMove, NotFound, StaleClaim
from jobs.domain.job import Batch, Fault, Job, NewBatch, NewJob
from jobs.domain.states import BatchState, JobState
from jobs.lifecycle.accept import Rooms, accept_jobs, moment
from jobs.lifecycle.batch_transitions import count_jobs, end_when_over, moved_batch, moving_batch
from jobs.lifecycle.transitions import LOST, close_job, moving_job
from jobs.queue.enqueue import enqueue
from jobs.settings import Settings

MAX_LIST = 500
CANCELLED_AT_ONCE = 50
LISTED_AT_ONCE = 200

_BATCHES = tables.batches.c
_JOBS = tables.jobs.c


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
            made = upsert(connection, tables.batches).values(self._row(new))
            made = made.on_conflict_do_nothing(index_elements=["tenant", "idempotency_key"])
            row = connection.execute(made.returning(tables.batches)).one_or_none()
            if row is not None:
                enqueue(connection, "tend_batch", [(new.id,)])
                return to_batch(row), True
            first = _counted(connection, _keyed(connection, new))
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
        """Take up a batch that is to be laid out or cancelled; None when it is not to be had.

        One that was begun in vain too often is given up.
        """
        now = self._clock()
        until = now + timedelta(seconds=self._lease_s)
        free = or_(_BATCHES.lease_until.is_(None), _BATCHES.lease_until <= now)
        mine = (_BATCHES.id == batch_id) & _BATCHES.wake_at.is_not(None) & free
        begin = update(tables.batches).where(mine, self._may_try)
        begin = begin.values(worker=worker, lease_until=until, wake_at=until)
        begin = begin.values(token=_BATCHES.token + 1, attempts=_BATCHES.attempts + 1)
        with self._database.write() as connection:
            row = moved_batch(connection, begin)
            if row is None:
                give_up = moving_batch(batch_id, BatchState.CANCELLING, **fault_columns(LOST))
                self._cancelling(connection, give_up.where(mine))
        return None if row is None else to_batch(row)

    def lay_out(self, batch: Batch, news: Sequence[NewJob]) -> Batch:
        """Make jobs of the batch's next documents. Raises StaleClaim when it moved on."""
        now = self._clock()
        until = now + timedelta(seconds=self._lease_s)
        count = len(news)
        held = _held(batch) & (_BATCHES.state == BatchState.PREPARING)
        claim = update(tables.batches).where(held, _BATCHES.laid_out == batch.laid_out)
        claim = claim.values(lease_until=until, wake_at=until, attempts=1)
        claim = claim.values(laid_out=batch.laid_out + count)
        with self._database.write() as connection:
            row = moved_batch(connection, claim.values(open_jobs=_BATCHES.open_jobs + count))
            if row is None:
                raise StaleClaim(f"batch {batch.id} moved on")
            # Each was let in with its batch: the cap on unfinished jobs was asked then.
            rooms = Rooms(count, {batch.tenant: count})
            accept_jobs(connection, news, rooms, self._settings, now)
        return to_batch(row)

    def laid_out(self, batch: Batch) -> None:
        """Let a batch run all of whose documents are jobs. Raises StaleClaim when it moved on."""
        run = moving_batch(batch.id, BatchState.RUNNING, documents=batch.laid_out)
        run = run.where(_held(batch)).values(wake_at=None, lease_until=None)
        with self._database.write() as connection:
            row = moved_batch(connection, run)
            if row is None:
                raise StaleClaim(f"batch {batch.id} moved on")
            self._send(connection, end_when_over(connection, row, self._clock(), self._settings))

    def fail(self, batch: Batch, fault: Fault) -> None:
        """Give a batch up that cannot be laid out; what became a job already is cancelled."""
        give_up = moving_batch(batch.id, BatchState.CANCELLING, **fault_columns(fault))
        with self._database.write() as connection:
            self._cancelling(connection, give_up.where(_held(batch)))

    def cancel(self, tenant: str, batch_id: str) -> Batch:
        """Stop a batch; what is done is kept. IllegalMove when it ended otherwise."""
        stop = moving_batch(batch_id, BatchState.CANCELLING).where(_BATCHES.tenant == tenant)
        with self._database.write() as connection:
            self._cancelling(connection, stop)
        batch = self.get(tenant, batch_id)
        if batch.state not in {BatchState.CANCELLING, BatchState.CANCELLED}:
            raise IllegalMove(f"batch {batch_id} is {batch.state} and cannot be cancelled")
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
                close_job(connection, moving_job(job_id, JobState.CANCELLED), now, self._settings)
            renewed = now + timedelta(seconds=self._lease_s)
            goes_on = _held(batch) & (_BATCHES.state == BatchState.CANCELLING)
            renew = update(tables.batches).where(goes_on)
            connection.execute(renew.values(lease_until=renewed, wake_at=renewed))
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
        return {
            "id": new.id,
            "tenant": new.tenant,
            "created_at": now,
            "metadata": dict(new.metadata),
            "state": BatchState.PREPARING,
            "options": dict(new.options),
            "archive": new.archive,
            "documents": new.documents,
            "laid_out": 0,
            "open_jobs": 0,
            "priority": new.priority,
            "callback_url": new.callback_url,
            "retry_of": new.retry_of,
            "idempotency_key": new.idempotency_key,
            "fingerprint": new.fingerprint,
            "token": 0,
            "attempts": 0,
            "wake_at": now + timedelta(seconds=self._settings.republish_s),
            "deadline_at": moment(now, new.deadline_s),
            "begin_by": moment(now, new.begin_within_s),
        }

    def _cancelling(self, connection: Connection, move: Update) -> None:
        now = self._clock()
        wake_at = now + timedelta(seconds=self._settings.republish_s)
        row = moved_batch(connection, move.values(lease_until=None, wake_at=wake_at))
        if row is not None:
            self._send(connection, end_when_over(connection, row, now, self._settings))
            if row.open_jobs:
                enqueue(connection, "tend_batch", [(row.id,)])

    @staticmethod
    def _send(connection: Connection, delivery_ids: Sequence[str]) -> None:
        enqueue(connection, "deliver", [(delivery_id,) for delivery_id in delivery_ids])


def _held(batch: Batch) -> ColumnElement[bool]:
    return (_BATCHES.id == batch.id) & (_BATCHES.token == batch.token)


def _load(connection: Connection, tenant: str, batch_id: str) -> Batch:
    mine = (_BATCHES.id == batch_id) & (_BATCHES.tenant == tenant) & _BATCHES.deleted_at.is_(None)
    row = connection.execute(select(tables.batches).where(mine)).one_or_none()
    if row is None:
        raise NotFound(f"no batch {batch_id}")
    return to_batch(row)


def _keyed(connection: Connection, new: NewBatch) -> Batch:
    key = (_BATCHES.tenant == new.tenant) & (_BATCHES.idempotency_key == new.idempotency_key)
    return to_batch(connection.execute(select(tables.batches).where(key)).one())


def _counted(connection: Connection, batch: Batch) -> Batch:
    return replace(batch, counts=count_jobs(connection, batch.id))
