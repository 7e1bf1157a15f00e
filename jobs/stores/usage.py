"""What a tenant used, by day: counted from its jobs, and kept when they are deleted."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, delete, func, select

from jobs.db import tables
from jobs.db.clock import Clock
from jobs.db.engine import Database, upsert
from jobs.db.statistics_tables import deleted_usage

KEPT_DAYS = 3 * 366

_JOBS = tables.jobs.c
_DELETED = deleted_usage.c
Key = TypeVar("Key")
Counts = tuple[int, int, int]  # jobs, pages read, pages failed


@dataclass(frozen=True, slots=True)
class DayUsage:
    """Jobs that ended on a day (UTC), and the pages that they read or failed to read."""

    day: date
    jobs: int
    pages_read: int
    pages_failed: int


class UsageStore:
    """Counts of ended jobs, whether they still exist or not."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def by_day(self, tenant: str, days: int) -> Sequence[DayUsage]:
        """Return the days of the last so many that a job of the tenant ended on, oldest first."""
        since = _midnight(self._clock()) - timedelta(days=days - 1)
        with self._database.read() as connection:
            counts = _sum(
                [*self._kept(connection, tenant, since), *_gone(connection, tenant, since)]
            )
        return [DayUsage(day, *counts[day]) for day in sorted(counts)]

    def purge(self) -> int:
        """Delete the counts of days longer ago than KEPT_DAYS; return how many rows."""
        last = self._clock().date() - timedelta(days=KEPT_DAYS)
        with self._database.write() as connection:
            return connection.execute(delete(deleted_usage).where(_DELETED.day < last)).rowcount

    def _kept(
        self, connection: Connection, tenant: str, since: datetime
    ) -> Iterable[tuple[date, Counts]]:
        day = self._day()
        sums = (func.count(), func.sum(_JOBS.pages_succeeded), func.sum(_JOBS.pages_failed))
        found = select(day, *sums).where(_JOBS.tenant == tenant, _JOBS.finished_at >= since)
        for when, jobs, read, failed in connection.execute(found.group_by(day)):
            yield date.fromisoformat(str(when)), (jobs, read or 0, failed or 0)

    def _day(self) -> ColumnElement[Any]:
        """The day in UTC; SQLite keeps times in it, PostgreSQL has to be asked for it."""
        if self._database.is_sqlite:
            return func.date(_JOBS.finished_at)
        return func.date(func.timezone("UTC", _JOBS.finished_at))


def keep_usage(connection: Connection, jobs: Iterable[Row[*tuple[Any, ...]]]) -> None:
    """Count jobs that this transaction has deleted.

    Counting here and not when a job ends keeps all writers of a tenant off one row.
    """
    ended = [job for job in jobs if job.finished_at is not None]
    found = _sum(
        ((job.tenant, job.finished_at.date()), (1, job.pages_succeeded, job.pages_failed))
        for job in ended
    )
    for (tenant, day), (count, read, failed) in sorted(found.items()):
        row = {"jobs": count, "pages_read": read, "pages_failed": failed}
        added = upsert(connection, deleted_usage).values(tenant=tenant, day=day, **row)
        more = {name: _DELETED[name] + number for name, number in row.items()}
        connection.execute(added.on_conflict_do_update(index_elements=["tenant", "day"], set_=more))


def _gone(connection: Connection, tenant: str, since: datetime) -> Iterable[tuple[date, Counts]]:
    mine = (_DELETED.tenant == tenant) & (_DELETED.day >= since.date())
    for row in connection.execute(select(deleted_usage).where(mine)):
        yield row.day, (row.jobs, row.pages_read, row.pages_failed)


def _sum(rows: Iterable[tuple[Key, Counts]]) -> Mapping[Key, Counts]:
    counts: dict[Key, Counts] = defaultdict(lambda: (0, 0, 0))
    for key, (jobs, read, failed) in rows:
        had = counts[key]
        counts[key] = (had[0] + jobs, had[1] + read, had[2] + failed)
    return counts


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
