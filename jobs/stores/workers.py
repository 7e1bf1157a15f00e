"""Reports of live workers: their state and capabilities."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Row, delete, insert, select, update

from jobs.db import tables
from jobs.db.clock import Clock
from jobs.db.engine import Database
from jobs.db.mappers import row_mapper
from jobs.queue.publish_window import Readers

_WORKERS = tables.workers.c
OPENS: Final = "opens_documents"  # a capability of workers that have the fast path
_FORMER_ROLES = {"courier": "control"}  # in reports of workers of an earlier version


@dataclass(frozen=True, slots=True)
class WorkerReport:
    """The state that a worker process reports; `reason` says why it is not ready."""

    id: str
    host: str
    pid: int
    role: str
    ready: bool
    reason: str | None
    capabilities: Mapping[str, object]


class WorkerStore:
    """The last report of every worker."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def beat(self, report: WorkerReport) -> None:
        """Keep a worker's report and the time it came."""
        values = asdict(report) | {"seen_at": self._clock()}
        with self._database.write() as connection:
            known = update(tables.workers).where(_WORKERS.id == report.id).values(values)
            if connection.execute(known).rowcount == 0:
                connection.execute(insert(tables.workers), values)

    def live(self, max_age_s: float = 30) -> Sequence[WorkerReport]:
        """Return the reports that are at most `max_age_s` old."""
        recent = _WORKERS.seen_at >= self._clock() - timedelta(seconds=max_age_s)
        found = select(tables.workers).where(recent).order_by(_WORKERS.id)
        with self._database.read() as connection:
            return [_to_report(row) for row in connection.execute(found)]

    def readers(self) -> Readers:
        """Count the pages that the live workers read at once."""
        live = [each.capabilities for each in self.live() if each.ready]
        reading = [(each["threads"], OPENS in each) for each in live if "threads" in each]
        threads = sum(count for count, _ in reading if isinstance(count, int))
        # A worker of the release before would take the message and could do nothing with it.
        return Readers(threads, threads if all(opens for _, opens in reading) else 0)

    def forget(self, worker_id: str) -> None:
        """Drop a worker that stopped."""
        with self._database.write() as connection:
            connection.execute(delete(tables.workers).where(_WORKERS.id == worker_id))


_report = row_mapper(WorkerReport, tables.workers)


def _to_report(row: Row[Any]) -> WorkerReport:
    return _report(row, role=_FORMER_ROLES.get(row.role, row.role))
