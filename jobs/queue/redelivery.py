"""Which rows wait for a message of each topic."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Select, Table, func, literal, or_, select

from jobs.db import tables
from jobs.domain.states import JobState
from jobs.domain.topics import Topic

_JOBS = tables.jobs.c
_PAGES = tables.pages.c
_BATCHES = tables.batches.c
_DELIVERIES = tables.deliveries.c
_OUTBOX = tables.outbox.c
_NOBODY = literal("")
_FIRST = literal(0)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The rows of `table` that wait for `topic`; their `key` makes the message's arguments.

    `tenant` and `rank` decide its turn. A sweep is shared between the values of `share`, so that
    many rows of one do not delay those of another.
    """

    topic: Topic
    table: Table
    key: tuple[Column[Any], ...]
    ready: ColumnElement[bool]
    tenant: ColumnElement[str] = _NOBODY
    rank: ColumnElement[int] = _FIRST
    share: Column[Any] | None = None

    @property
    def wake_at(self) -> Column[datetime]:
        """When a row has waited too long."""
        return self.table.c.wake_at

    @property
    def enqueued(self) -> ColumnElement[bool]:
        """Whether a message for the row is still in the outbox."""
        same_row = [_OUTBOX.topic == self.topic, _OUTBOX.subject == self.key[0]]
        same_row += [_OUTBOX.number == number for number in self.key[1:]]
        return select(_OUTBOX.id).where(*same_row).exists()

    def lapsed(self, now: datetime) -> Select[Any]:
        """The rows whose message must be lost: key, tenant, rank; the longest wait first."""
        lost = self.ready & (self.wake_at <= now) & ~self.enqueued
        found = select(*self.key, self.tenant.label("tenant"), self.rank.label("rank"))
        if self.share is None:
            return found.where(lost).order_by(self.wake_at, *self.key)
        place = func.row_number().over(partition_by=self.share, order_by=self.wake_at)
        places = select(*self.key, place.label("place")).where(lost).subquery()
        same = [places.c[column.name] == column for column in self.key]
        return found.join(places, *same).order_by(places.c.place, self.wake_at)


def waits(topic: Topic, now: datetime) -> Waiting:
    """Return what waits for a topic at `now`, without rows that a worker is processing."""
    return _WAITING[topic](now)


def _batches(now: datetime) -> Waiting:
    free = or_(_BATCHES.lease_until.is_(None), _BATCHES.lease_until <= now)
    ready = _BATCHES.wake_at.is_not(None) & free
    return Waiting(Topic.PROCESS_BATCH, tables.batches, (_BATCHES.id,), ready)


def _unfinished_jobs(now: datetime) -> Waiting:
    ready = _jobs_in(JobState.RUNNING, now)
    return Waiting(Topic.FINISH_JOB, tables.jobs, (_JOBS.id,), ready)


def _unopened_jobs(now: datetime) -> Waiting:
    ready = _jobs_in(JobState.QUEUED, now)
    key = (_JOBS.id,)
    return Waiting(Topic.OPEN_JOB, tables.jobs, key, ready, _JOBS.tenant, _JOBS.priority)


def _jobs_in(state: JobState, now: datetime) -> ColumnElement[bool]:
    free = or_(_JOBS.open_until.is_(None), _JOBS.open_until <= now)
    return _JOBS.wake_at.is_not(None) & (_JOBS.state == state) & free


def _pages(_now: datetime) -> Waiting:
    job = _JOBS.id == _PAGES.job_id
    return Waiting(
        Topic.READ_PAGE,
        tables.pages,
        (_PAGES.job_id, _PAGES.number),
        _PAGES.wake_at.is_not(None),
        select(_JOBS.tenant).where(job).scalar_subquery(),
        select(_JOBS.priority).where(job).scalar_subquery(),
    )


def _deliveries(now: datetime) -> Waiting:
    due = _DELIVERIES.wake_at.is_not(None) & (_DELIVERIES.next_attempt_at <= now)
    share = _DELIVERIES.endpoint_id
    return Waiting(Topic.DELIVER, tables.deliveries, (_DELIVERIES.id,), due, share=share)


_WAITING: Final[dict[Topic, Callable[[datetime], Waiting]]] = {
    Topic.PROCESS_BATCH: _batches,
    Topic.FINISH_JOB: _unfinished_jobs,
    Topic.OPEN_JOB: _unopened_jobs,
    Topic.READ_PAGE: _pages,
    Topic.DELIVER: _deliveries,
}
