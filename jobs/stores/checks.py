"""Documents with doubtful words: which wait for a person, and which were checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from jobs.db import tables
from jobs.db.check_tables import checks
from jobs.db.clock import Clock
from jobs.db.engine import Database, upsert
from jobs.db.mappers import to_job
from jobs.db.soft_delete import kept_jobs
from jobs.domain.job import Job

_CHECKS = checks.c
_JOBS = tables.jobs.c


@dataclass(frozen=True, slots=True)
class Check:
    """A job whose result waits to be checked, and how many doubtful words it had."""

    job: Job
    doubtful: int


class CheckStore:
    """The documents to be checked; those without a doubtful word have no row."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def waiting(
        self, tenant: str, *, limit: int = 50, before: str | None = None
    ) -> tuple[Sequence[Check], str | None]:
        """Return a tenant's documents that wait, newest first, and where the next page begins."""
        mine = (_CHECKS.tenant == tenant) & _CHECKS.checked_at.is_(None)
        if before is not None:
            mine &= _CHECKS.job_id < before
        joined = tables.jobs.join(checks, _JOBS.id == _CHECKS.job_id)
        found = select(tables.jobs, _CHECKS.doubtful).select_from(joined).where(mine, kept_jobs())
        with self._database.read() as connection:
            rows = connection.execute(found.order_by(_CHECKS.job_id.desc()).limit(limit + 1)).all()
        some = [Check(to_job(row), row.doubtful) for row in rows[:limit]]
        return some, some[-1].job.id if len(rows) > limit else None

    def set_checked(self, job_id: str, *, checked: bool, by: str) -> bool:
        """Take a document off the list, or put it back; False where it has no doubtful word."""
        values: dict[str, Any] = {"checked_at": None, "checked_by": None}
        if checked:
            values = {"checked_at": self._clock(), "checked_by": by}
        with self._database.write() as connection:
            changed = update(checks).where(_CHECKS.job_id == job_id).values(values)
            return connection.execute(changed.returning(_CHECKS.job_id)).first() is not None


def keep_doubtful(connection: Connection, job: Job, doubtful: int) -> None:
    """Put a job that has just ended on the list; nothing where it has no doubtful word."""
    if doubtful:
        row = {"job_id": job.id, "tenant": job.tenant, "doubtful": doubtful}
        connection.execute(upsert(connection, checks).values(row).on_conflict_do_nothing())
