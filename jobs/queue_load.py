"""How full the queue is and how fast it drains: whether more is let in, and when to come back."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock

from sqlalchemy import ColumnElement, Connection, func, select, true, tuple_

from jobs import tables
from jobs.clock import Clock
from jobs.database import Database
from jobs.errors import QueueFull
from jobs.job import Job
from jobs.settings import Settings
from jobs.states import BatchState, JobState

REMEMBER_S = 1.0
MEASURED_S = 60.0
SHORTEST_S, LONGEST_S = 1, 600
UNKNOWN_S = 30  # when to come back where nothing was finished that could be measured
_KNOWN_TENANTS = 10_000

_JOBS = tables.jobs.c
_BATCHES = tables.batches.c
_READ = (JobState.SUCCEEDED, JobState.PARTIAL, JobState.FAILED)


@dataclass(frozen=True, slots=True)
class Estimate:
    """Documents before this one, and seconds until it is begun; None where nothing was measured."""

    position: int
    wait_s: float | None


class QueueLoad:
    """Counts documents that are not finished, those of batches that are no jobs yet among them.

    Counts are remembered for REMEMBER_S, so a cap may be passed by what comes within it.
    """

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._lock = Lock()
        self._rooms: dict[str | None, tuple[float, int]] = {}

    def room(self, tenant: str | None) -> int:
        """How many more documents a tenant (None: all together) may hand in.

        Counted once in REMEMBER_S, and each time where it seems full.
        """
        now = self._clock().timestamp()
        with self._lock:
            until, room = self._rooms.get(tenant, (0.0, 0))
        if room <= 0 or now >= until:
            room = self._cap(tenant) - self._waiting(tenant)
            with self._lock:
                if len(self._rooms) >= _KNOWN_TENANTS:
                    self._rooms.clear()
                self._rooms[tenant] = (now + REMEMBER_S, room)
        return room

    def has_known_room(self, tenant: str, count: int = 1) -> bool:
        """Whether what is remembered lets so many in; asks nothing, so it never waits."""
        now = self._clock().timestamp()
        with self._lock:
            known = [self._rooms.get(whose, (0.0, 0)) for whose in (None, tenant)]
        return all(room >= count and now < until for until, room in known)

    def took(self, tenant: str, count: int) -> None:
        """Remember that so many were let in."""
        with self._lock:
            for whose in (tenant, None):
                until, room = self._rooms.get(whose, (0.0, 0))
                self._rooms[whose] = (until, room - count)

    def refuse_when_full(self, tenant: str, count: int = 1) -> None:
        """Raise QueueFull where so many more documents of the tenant are too many."""
        for whose in (None, tenant):
            if self.room(whose) < count:
                raise self.full(tenant if whose else None, count)

    def full(self, tenant: str | None, count: int = 1) -> QueueFull:
        """The refusal of `count` documents: of one tenant's, or (None) of anybody's."""
        over = count - self.room(tenant)
        rate = self.drained_per_s(tenant)
        wait_s = UNKNOWN_S if rate is None else math.ceil(over / rate)
        wait_s = max(SHORTEST_S, min(wait_s, LONGEST_S))
        return QueueFull("too many jobs are unfinished", tenant=tenant, retry_after_s=wait_s)

    def drained_per_s(self, tenant: str | None = None) -> float | None:
        """Documents finished a second in the last MEASURED_S; None where none was.

        Where the first of them was begun later than that, since then.
        """
        now = self._clock()
        since = now - timedelta(seconds=MEASURED_S)
        read = (_JOBS.finished_at > since) & _JOBS.state.in_(_READ) & _JOBS.started_at.is_not(None)
        found = select(func.count(), func.min(_JOBS.started_at)).where(read, _of(tenant))
        with self._database.read() as connection:
            count, begun = connection.execute(found).one()
        if not count:
            return None
        elapsed_s: float = (now - max(begun, since)).total_seconds()
        return float(count / max(elapsed_s, 1.0))

    def estimate(self, job: Job) -> Estimate | None:
        """When the job's turn comes; None where it is begun.

        As tenants take turns, of each other tenant as many go before it as of its own, and itself.
        """
        if job.finished_at is not None or job.pages_succeeded + job.pages_failed:
            return None
        mine = tuple_(_JOBS.priority, _JOBS.id) < tuple_(int(job.priority), job.id)
        with self._database.read() as connection:
            own = _count_open(connection, (_JOBS.tenant == job.tenant) & mine)
            others = _open_by_tenant(connection, job.tenant)
        position = own + sum(min(count, own + 1) for count in others)
        rate = self.drained_per_s()
        return Estimate(position, None if rate is None else round(position / rate, 1))

    def _cap(self, tenant: str | None) -> int:
        settings = self._settings
        return settings.max_queued_jobs if tenant is None else settings.max_queued_jobs_per_tenant

    def _waiting(self, tenant: str | None) -> int:
        to_come = func.coalesce(func.sum(_BATCHES.documents - _BATCHES.laid_out), 0)
        mine = true() if tenant is None else _BATCHES.tenant == tenant
        preparing = _BATCHES.wake_at.is_not(None) & (_BATCHES.state == BatchState.PREPARING)
        with self._database.read() as connection:
            unlaid: int = connection.execute(select(to_come).where(preparing, mine)).scalar_one()
            return _count_open(connection, _of(tenant)) + int(unlaid)


def _of(tenant: str | None) -> ColumnElement[bool]:
    return true() if tenant is None else _JOBS.tenant == tenant


def _count_open(connection: Connection, which: ColumnElement[bool]) -> int:
    found = select(func.count()).select_from(tables.jobs).where(_JOBS.finished_at.is_(None), which)
    return connection.execute(found).scalar_one()


def _open_by_tenant(connection: Connection, besides: str) -> Sequence[int]:
    open_jobs = _JOBS.finished_at.is_(None) & (_JOBS.tenant != besides)
    return (
        connection.execute(select(func.count()).where(open_jobs).group_by(_JOBS.tenant))
        .scalars()
        .all()
    )
