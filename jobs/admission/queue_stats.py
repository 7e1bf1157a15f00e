"""Backlog figures for metrics and dashboards."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from jobs.db import tables
from jobs.db.engine import Database
from jobs.domain.states import JobState, PageState

_JOBS = tables.jobs.c
_PAGES = tables.pages.c


@dataclass(frozen=True, slots=True)
class Backlog:
    """Jobs by state, pages that wait for a worker, the age of the oldest open job in seconds."""

    jobs: Mapping[JobState, int]
    pages_waiting: int
    oldest_s: float


def read_backlog(database: Database, now: datetime) -> Backlog:
    """Return the backlog at `now`, of all tenants together."""
    by_state = select(_JOBS.state, func.count()).group_by(_JOBS.state)
    waiting = select(func.count()).select_from(tables.pages)
    oldest = select(func.min(_JOBS.created_at)).where(_JOBS.finished_at.is_(None))
    with database.read() as connection:
        counts = {JobState(state): count for state, count in connection.execute(by_state)}
        pages = connection.execute(waiting.where(_PAGES.state == PageState.QUEUED)).scalar_one()
        since = connection.execute(oldest).scalar_one()
    oldest_s = 0.0 if since is None else max(0.0, (now - since).total_seconds())
    return Backlog({state: counts.get(state, 0) for state in JobState}, pages, oldest_s)
