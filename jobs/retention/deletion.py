"""Deletes jobs and batches for good: blobs first, then rows, so that it can be repeated.

A batch may have 10,000 documents: deleting it only marks its row, which hides it and its jobs at
once (a soft delete). `purge` then removes marked and expired rows, some at a time.
"""

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    Row,
    Select,
    Update,
    delete,
    exists,
    or_,
    select,
    update,
)

from jobs.db import tables
from jobs.db.clock import Clock
from jobs.db.engine import Database
from jobs.db.soft_delete import deleted_batches, kept_jobs
from jobs.domain.errors import IllegalTransition, NotFound
from jobs.domain.ids import part_id
from jobs.domain.states import FINAL_BATCH_STATES, FINAL_JOB_STATES, DeliveryState
from jobs.lifecycle.batch_transitions import update_batch
from jobs.security.audit_log import OPERATOR, write_audit
from jobs.storage.blob_keys import batch_prefix, job_prefix
from jobs.storage.blob_store import Blobs
from jobs.stores.usage import keep_usage
from jobs.webhooks.delivery_rows import end_deliveries

# What one transaction deletes: other writers wait for it.
JOBS_AT_ONCE = 100
PAGES_AT_ONCE = 500
BATCHES_AT_ONCE = 10

_JOBS = tables.jobs.c
_BATCHES = tables.batches.c
_DELIVERIES = tables.deliveries.c


class Deletion:
    """Deletes on request, and purges what was marked or has expired."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def job(self, tenant: str, job_id: str, blobs: Blobs, *, by: str = OPERATOR) -> None:
        """Delete a final job and all that belongs to it; IllegalTransition while it is open."""
        mine = (_JOBS.id == job_id) & (_JOBS.tenant == tenant) & kept_jobs()
        with self._database.read() as connection:
            row = connection.execute(select(tables.jobs).where(mine)).one_or_none()
        if row is None:
            raise NotFound(f"no job {job_id}")
        if row.state not in FINAL_JOB_STATES:
            raise IllegalTransition(f"job {job_id} is {row.state}; cancel it before deleting it")
        blobs.delete_prefix(job_prefix(tenant, job_id))
        with self._database.write() as connection:
            _delete(connection, _JOBS.id == job_id)
            write_audit(connection, self._clock(), "job.deleted", job_id, by=by, tenant=tenant)

    def batch(self, tenant: str, batch_id: str, *, by: str = OPERATOR) -> None:
        """Soft-delete a batch that has ended, with its jobs; IllegalTransition while it is active.

        Its pending deliveries are not sent. `purge` does the rest.
        """
        now = self._clock()
        mine = (_BATCHES.id == batch_id) & (_BATCHES.tenant == tenant)
        mine &= _BATCHES.deleted_at.is_(None)
        mark = update(tables.batches).where(mine, _BATCHES.state.in_(FINAL_BATCH_STATES))
        with self._database.write() as connection:
            # Its key is free from now on: the same request creates another batch.
            if update_batch(connection, mark.values(deleted_at=now, idempotency_key=None)) is None:
                _refuse(connection, select(tables.batches).where(mine), batch_id)
            of_jobs = select(_JOBS.id).where(_JOBS.batch_id == batch_id)
            affected = or_(_DELIVERIES.batch_id == batch_id, _DELIVERIES.job_id.in_(of_jobs))
            end_deliveries(connection, affected, DeliveryState.FAILED, now)
            write_audit(connection, now, "batch.deleted", batch_id, by=by, tenant=tenant)

    def purge(self, blobs: Blobs, limit_s: float) -> int:
        """Delete what is marked, then what has expired; return how many rows were deleted.

        Runs for about `limit_s`; the rest is left to the next call.
        """
        ends = time.monotonic() + limit_s
        deleted = 0
        while some := self._purge_jobs(blobs) or self._purge_batch(blobs):
            deleted += some
            if time.monotonic() >= ends:
                break
        return deleted

    def _purge_jobs(self, blobs: Blobs) -> int:
        rows = self._jobs_due()
        if rows:
            blobs.delete_prefixes([job_prefix(row.tenant, row.id) for row in rows])
            with self._database.write() as connection:
                _delete(connection, _JOBS.id.in_([row.id for row in rows]))
        return len(rows)

    def _jobs_due(self) -> Sequence[Any]:
        """Jobs to delete in one transaction: those of a deleted batch, or the longest expired."""
        job = select(_JOBS.id, _JOBS.tenant, _JOBS.pages_total).limit(JOBS_AT_ONCE)
        expired = job.where(_JOBS.expires_at <= self._clock()).order_by(_JOBS.expires_at)
        with self._database.read() as connection:
            # Named one by one: a join of all jobs with no deleted batch may read them all.
            deleted = connection.execute(deleted_batches().limit(BATCHES_AT_ONCE)).scalars().all()
            marked = job.where(_JOBS.batch_id.in_(deleted))
            rows = connection.execute(marked).all() if deleted else []
            rows = rows or connection.execute(expired).all()
        pages = 0
        for count, row in enumerate(rows):
            pages += row.pages_total or 0
            if count and pages > PAGES_AT_ONCE:
                return rows[:count]
        return rows

    def _empty_batch(self) -> Row[Any] | None:
        """A batch to delete whose jobs are deleted; the next ones wait until theirs are."""
        some = select(tables.batches).limit(BATCHES_AT_ONCE)
        deleted = some.where(_BATCHES.deleted_at.is_not(None))
        expired = some.where(_BATCHES.expires_at <= self._clock()).order_by(_BATCHES.expires_at)
        with self._database.read() as connection:
            due = [row for found in (deleted, expired) for row in connection.execute(found).all()]
            return next((row for row in due if not _has_jobs(connection, row.id)), None)

    def _purge_batch(self, blobs: Blobs) -> int:
        """Delete a batch whose jobs are deleted; 0 where there is none."""
        row = self._empty_batch()
        if row is None:
            return 0
        # Of one that was cancelled early: documents that were stored and became no jobs.
        last = row.documents or 0
        first = max(row.laid_out, last - JOBS_AT_ONCE)
        unused = (part_id("job", row.id, index) for index in range(first, last))
        blobs.delete_prefixes([job_prefix(row.tenant, job_id) for job_id in unused])
        this = _BATCHES.id == row.id
        if first > row.laid_out:
            left = {"documents": first, "deleted_at": row.deleted_at or self._clock()}
            change: Update | Delete = update(tables.batches).where(this).values(left)
        else:
            blobs.delete_prefix(batch_prefix(row.tenant, row.id))
            change = delete(tables.batches).where(this)
        with self._database.write() as connection:
            connection.execute(change)
        return 1


def _delete(connection: Connection, which: ColumnElement[bool]) -> None:
    """Delete jobs, and keep what their tenants used."""
    used = (_JOBS.tenant, _JOBS.finished_at, _JOBS.pages_succeeded, _JOBS.pages_failed)
    gone = delete(tables.jobs).where(which).returning(*used)
    keep_usage(connection, connection.execute(gone).all())


def _has_jobs(connection: Connection, batch_id: str) -> bool:
    return bool(connection.execute(select(exists().where(_JOBS.batch_id == batch_id))).scalar())


def _refuse(connection: Connection, found: Select[Any], batch_id: str) -> None:
    row = connection.execute(found).one_or_none()
    if row is None:
        raise NotFound(f"no batch {batch_id}")
    raise IllegalTransition(f"batch {batch_id} is {row.state}; cancel it before deleting it")
