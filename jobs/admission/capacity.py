"""How full the queue is and how fast it drains: whether more is let in, and when to come back."""

import math
from dataclasses import dataclass
from threading import Lock

from sqlalchemy import ColumnElement, Connection, func, select, true

from jobs.admission.wait_estimate import Standing, read_standing
from jobs.db import tables
from jobs.db.clock import Clock
from jobs.db.engine import Database
from jobs.domain.errors import QueueFull
from jobs.domain.job import Job
from jobs.domain.states import BatchState
from jobs.settings import Settings

REMEMBER_S = 1.0
STANDING_S = 2.0  # counting 50,000 open documents takes 0.14 s of a processor
SHORTEST_S, LONGEST_S = 1, 600
UNKNOWN_S = 30  # when to come back where no page was read of late
_KNOWN_TENANTS = 10_000

_JOBS = tables.jobs.c
_BATCHES = tables.batches.c


@dataclass(frozen=True, slots=True)
class Estimate:
    """Documents that are begun before this one, and pages that are read before it.

    `wait_s` is how long that takes in seconds; None where no page was read of late.
    """

    position: int
    pages: int
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
        self._counting = Lock()
        self._stood: tuple[float, Standing] | None = None

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
        """The refusal of `count` documents: of one tenant's, or (None) of anybody's.

        It says when there is room again at the rate at which pages were read of late.
        """
        standing = self._standing()
        pages = standing.until_ended(max(1, count - self.room(tenant)), tenant)
        rate = standing.rates.get(tenant)
        wait_s: float = UNKNOWN_S
        if pages is None:
            wait_s = LONGEST_S
        elif rate is not None:
            wait_s = math.ceil(pages / rate)
        told_s = int(max(SHORTEST_S, min(wait_s, LONGEST_S)))
        return QueueFull("too many jobs are unfinished", tenant=tenant, retry_after_s=told_s)

    def pages_per_s(self, tenant: str | None = None) -> float | None:
        """Pages read a second of late, of a tenant or of all; None where none was."""
        return self._standing().rates.get(tenant)

    def estimate(self, job: Job) -> Estimate | None:
        """When the job's turn comes; None where it is begun."""
        if job.finished_at is not None or job.pages_succeeded + job.pages_failed:
            return None
        standing = self._standing()
        documents, pages = standing.ahead(job.tenant, (int(job.priority), job.id))
        rate = standing.rates.get(None)
        wait_s = None if rate is None else round(pages / rate, 1)
        return Estimate(documents, round(pages), wait_s)

    def _standing(self) -> Standing:
        """How the queue stands, remembered for STANDING_S."""
        with self._counting:
            now = self._clock()
            if self._stood is None or now.timestamp() >= self._stood[0]:
                with self._database.read() as connection:
                    standing = read_standing(connection, now, self._settings.tenant_weights)
                self._stood = (now.timestamp() + STANDING_S, standing)
            return self._stood[1]

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
