"""Which rows wait for a message of each topic."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, or_

from jobs import tables
from jobs.states import JobState
from jobs.topics import Topic

_JOBS = tables.jobs.c
_PAGES = tables.pages.c
_DELIVERIES = tables.deliveries.c


@dataclass(frozen=True, slots=True)
class Waiting:
    """The rows of `table` that wait for `topic`; their `key` makes the message's arguments."""

    topic: Topic
    table: Table
    key: tuple[Column[Any], ...]
    ready: ColumnElement[bool]

    @property
    def wake_at(self) -> Column[datetime]:
        """When a row has waited too long."""
        return self.table.c.wake_at


def waits(topic: Topic, now: datetime) -> Waiting:
    """Return what waits for a topic at `now`; rows that a worker has in hand do not."""
    if topic == "read_page":
        key = (_PAGES.job_id, _PAGES.number)
        return Waiting(topic, tables.pages, key, _PAGES.wake_at.is_not(None))
    if topic == "deliver":
        due = _DELIVERIES.wake_at.is_not(None) & (_DELIVERIES.next_attempt_at <= now)
        return Waiting(topic, tables.deliveries, (_DELIVERIES.id,), due)
    if topic == "open_job":
        free = or_(_JOBS.open_until.is_(None), _JOBS.open_until <= now)
        ready = _JOBS.wake_at.is_not(None) & (_JOBS.state == JobState.QUEUED) & free
        return Waiting(topic, tables.jobs, (_JOBS.id,), ready)
    ready = _JOBS.wake_at.is_not(None) & (_JOBS.state == JobState.RUNNING)
    return Waiting(topic, tables.jobs, (_JOBS.id,), ready)
