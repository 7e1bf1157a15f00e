"""Soft delete: conditions that hide deleted rows until they are purged."""

from sqlalchemy import ColumnElement, Connection, Select, or_, select, true

from jobs.db import tables

_BATCHES = tables.batches.c
_JOBS = tables.jobs.c
_DELIVERIES = tables.deliveries.c


def deleted_batches() -> Select[tuple[str]]:
    """The ids of batches that were deleted, a few at most, from an index that holds no others."""
    return select(_BATCHES.id).where(_BATCHES.deleted_at.is_not(None))


def kept_jobs() -> ColumnElement[bool]:
    """Whether a job is of no deleted batch."""
    return or_(_JOBS.batch_id.is_(None), _JOBS.batch_id.not_in(deleted_batches()))


def kept_deliveries(connection: Connection) -> ColumnElement[bool]:
    """Whether a delivery is about no deleted batch and none of its jobs.

    The deleted batches are read first. Mostly there is none, and no database is tempted to join
    all jobs with nothing.
    """
    deleted = connection.execute(deleted_batches()).scalars().all()
    if not deleted:
        return true()
    jobs = select(_JOBS.id).where(_JOBS.batch_id.in_(deleted))
    batch = or_(_DELIVERIES.batch_id.is_(None), _DELIVERIES.batch_id.not_in(deleted))
    return batch & or_(_DELIVERIES.job_id.is_(None), _DELIVERIES.job_id.not_in(jobs))
