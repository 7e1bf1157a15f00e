"""Backlog figures for metrics and dashboards."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import Connection, func, select

from jobs.db import tables
from jobs.db.clock import Clock
from jobs.db.engine import Database
from jobs.domain.states import FINAL_JOB_STATES, JobState, PageState
from jobs.domain.topics import Topic

# Counting ten million jobs takes a second, from an index too. A count is kept for so many times as
# long as it took, so that scrapes keep the database busy for a hundredth of the time at most.
KEPT_TIMES = 100
RECENT_S = 60.0

_JOBS = tables.jobs.c
_PAGES = tables.pages.c
_TASKS = tables.tasks.c
_OPEN = _JOBS.finished_at.is_(None)


@dataclass(frozen=True, slots=True)
class StepQueue:
    """Steps of one kind that are ready: how many, and the age of the oldest in seconds."""

    ready: int = 0
    oldest_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Backlog:
    """Jobs by state, pages that wait for a worker, the age of the oldest open job in seconds.

    `steps` are those of the table of work, by kind; `pages_read` counts the last RECENT_S seconds.
    """

    jobs: Mapping[JobState, int]
    pages_waiting: int
    oldest_s: float
    steps: Mapping[Topic, StepQueue]
    pages_read: int


class BacklogReader:
    """Reads the backlog of all tenants together; the count of jobs that ended may be kept."""

    def __init__(
        self, database: Database, clock: Clock, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._clock = clock
        self._monotonic = monotonic
        self._lock = Lock()
        self._final: Mapping[JobState, int] = {}
        self._count_at = float("-inf")

    def read(self) -> Backlog:
        """Return the backlog now."""
        with self._database.read() as connection:
            jobs = {**self._ended(connection), **_count_open(connection)}
            pages, since = _pages_waiting(connection), _oldest(connection)
            steps = _steps(connection, self._clock())
            read = _pages_read(connection, self._clock() - timedelta(seconds=RECENT_S))
        oldest_s = 0.0 if since is None else max(0.0, (self._clock() - since).total_seconds())
        counts = {state: jobs.get(state, 0) for state in JobState}
        return Backlog(counts, pages, oldest_s, steps, read)

    def _ended(self, connection: Connection) -> Mapping[JobState, int]:
        with self._lock:
            began = self._monotonic()
            if began >= self._count_at:
                self._final = {state: _count(connection, state) for state in FINAL_JOB_STATES}
                took_s = self._monotonic() - began
                self._count_at = began + KEPT_TIMES * took_s
            return self._final


def _count(connection: Connection, state: JobState) -> int:
    """Count one state at a time: a grouped count would read the table rather than the index."""
    found = select(func.count()).select_from(tables.jobs).where(_JOBS.state == state)
    return connection.execute(found).scalar_one()


def _count_open(connection: Connection) -> Mapping[JobState, int]:
    return {state: _count(connection, state) for state in set(JobState) - FINAL_JOB_STATES}


def _pages_waiting(connection: Connection) -> int:
    waiting = _PAGES.finished_at.is_(None) & (_PAGES.state == PageState.QUEUED)
    found = select(func.count()).select_from(tables.pages).where(waiting)
    return connection.execute(found).scalar_one()


def _pages_read(connection: Connection, since: datetime) -> int:
    read = (_PAGES.finished_at > since) & (_PAGES.state == PageState.SUCCEEDED)
    found = select(func.count()).select_from(tables.pages).where(read)
    return connection.execute(found).scalar_one()


def _steps(connection: Connection, now: datetime) -> Mapping[Topic, StepQueue]:
    return {topic: _step_queue(connection, topic, now) for topic in Topic}


def _step_queue(connection: Connection, topic: Topic, now: datetime) -> StepQueue:
    """One kind at a time, as jobs are counted."""
    ready = (_TASKS.kind == topic) & _TASKS.dispatched_until.is_(None)
    found = select(func.count(), func.min(_TASKS.ready_at)).where(ready)
    count, oldest = connection.execute(found).one()
    age_s = 0.0 if oldest is None else max(0.0, (now - oldest).total_seconds())
    return StepQueue(count, age_s)


def _oldest(connection: Connection) -> datetime | None:
    found = select(func.min(_JOBS.created_at)).where(_OPEN)
    since: datetime | None = connection.execute(found).scalar_one()
    return since
