"""Soft delete: conditions that hide deleted rows until they are purged."""

from sqlalchemy import ColumnElement, Select, or_, select

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


def kept_deliveries() -> ColumnElement[bool]:
    """Whether a delivery is about no deleted batch and none of its jobs."""
    jobs = select(_JOBS.id).where(_JOBS.batch_id.in_(deleted_batches()))
    batch = or_(_DELIVERIES.batch_id.is_(None), _DELIVERIES.batch_id.not_in(deleted_batches()))
    return batch & or_(_DELIVERIES.job_id.is_(None), _DELIVERIES.job_id.not_in(jobs))
