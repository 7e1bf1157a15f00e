"""Backlog figures for metrics and dashboards."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from sqlalchemy import Connection, func, select

from jobs.db import tables
from jobs.db.clock import Clock
from jobs.db.engine import Database
from jobs.domain.states import FINAL_JOB_STATES, JobState, PageState

# Counting ten million jobs takes a second, from an index too. A count is kept for so many times as
# long as it took, so that scrapes keep the database busy for a hundredth of the time at most.
KEPT_TIMES = 100

_JOBS = tables.jobs.c
_PAGES = tables.pages.c
_OPEN = _JOBS.finished_at.is_(None)


@dataclass(frozen=True, slots=True)
class Backlog:
    """Jobs by state, pages that wait for a worker, the age of the oldest open job in seconds."""

    jobs: Mapping[JobState, int]
    pages_waiting: int
    oldest_s: float


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
        oldest_s = 0.0 if since is None else max(0.0, (self._clock() - since).total_seconds())
        return Backlog({state: jobs.get(state, 0) for state in JobState}, pages, oldest_s)

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


def _oldest(connection: Connection) -> datetime | None:
    found = select(func.min(_JOBS.created_at)).where(_OPEN)
    since: datetime | None = connection.execute(found).scalar_one()
    return since
