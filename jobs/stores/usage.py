"""What a tenant used, by day, of the jobs that are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select

from jobs.db import tables
from jobs.db.clock import Clock
from jobs.db.engine import Database

_JOBS = tables.jobs.c


@dataclass(frozen=True, slots=True)
class DayUsage:
    """Jobs that ended on a day (UTC), and the pages that they read or failed to read."""

    day: date
    jobs: int
    pages_read: int
    pages_failed: int


class UsageStore:
    """Counts of ended jobs; those that retention deleted are not counted any more."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def by_day(self, tenant: str, days: int) -> Sequence[DayUsage]:
        """Return the days of the last so many that a job of the tenant ended on, oldest first."""
        since = _midnight(self._clock()) - timedelta(days=days - 1)
        day = self._day()
        sums = (func.count(), func.sum(_JOBS.pages_succeeded), func.sum(_JOBS.pages_failed))
        found = select(day, *sums).where(_JOBS.tenant == tenant, _JOBS.finished_at >= since)
        with self._database.read() as connection:
            rows = connection.execute(found.group_by(day).order_by(day)).all()
        return [
            DayUsage(date.fromisoformat(str(when)), jobs, read or 0, failed or 0)
            for when, jobs, read, failed in rows
        ]

    def _day(self) -> ColumnElement[Any]:
        """The day in UTC; SQLite keeps times in it, PostgreSQL has to be asked for it."""
        if self._database.is_sqlite:
            return func.date(_JOBS.finished_at)
        return func.date(func.timezone("UTC", _JOBS.finished_at))


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
