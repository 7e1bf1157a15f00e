"""How full the queue is and how fast it drains: whether to admit more, and when to try again."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from sqlalchemy import ColumnElement, Connection, func, select, true

from jobs.admission.wait_estimate import (
    QueueSnapshot,
    read_before,
    read_snapshot,
    read_until_ended,
)
from jobs.db import tables
from jobs.db.clock import Clock
from jobs.db.engine import Database
from jobs.domain.errors import QueueFull
from jobs.domain.job import Job
from jobs.domain.states import BatchState
from jobs.settings import Settings

CACHED_S = 1.0
SNAPSHOT_S = 2.0  # adding up 50,000 open documents takes the database some 20 ms
SHORTEST_S, LONGEST_S = 1, 600
UNKNOWN_S = 30  # when to try again where no page was read recently
_CACHED_TENANTS = 10_000

_JOBS = tables.jobs.c
_BATCHES = tables.batches.c


@dataclass(frozen=True, slots=True)
class Estimate:
    """Documents that start before this one, and pages that are read before it.

    `wait_s` is how long that takes in seconds; None where no page was read recently.
    """

    position: int
    pages: int
    wait_s: float | None


class QueueLoad:
    """Counts unfinished documents, those of batches that are not jobs yet included.

    Counts are cached for CACHED_S, so a cap may be exceeded by what arrives within it.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        clock: Clock,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._monotonic = monotonic  # for caches: the shared clock may query the database
        self._lock = Lock()
        self._cached: dict[str | None, tuple[float, int]] = {}
        self._counting = Lock()
        self._taken: tuple[float, QueueSnapshot] | None = None

    def capacity(self, tenant: str | None) -> int:
        """How many more documents a tenant (None: all together) may submit.

        Counted once in CACHED_S, and each time where it seems full.
        """
        now = self._monotonic()
        with self._lock:
            until, left = self._cached.get(tenant, (0.0, 0))
        if left <= 0 or now >= until:
            left = self._cap(tenant) - self._waiting(tenant)
            with self._lock:
                if len(self._cached) >= _CACHED_TENANTS:
                    self._cached.clear()
                self._cached[tenant] = (now + CACHED_S, left)
        return left

    def has_cached_capacity(self, tenant: str, count: int = 1) -> bool:
        """Whether the cached counts admit so many; runs no query, so it never waits."""
        now = self._monotonic()
        with self._lock:
            known = [self._cached.get(whose, (0.0, 0)) for whose in (None, tenant)]
        return all(left >= count and now < until for until, left in known)

    def consume(self, tenant: str, count: int) -> None:
        """Subtract documents that were admitted from the cached capacity."""
        with self._lock:
            for whose in (tenant, None):
                until, left = self._cached.get(whose, (0.0, 0))
                self._cached[whose] = (until, left - count)

    def refuse_when_full(self, tenant: str, count: int = 1) -> None:
        """Raise QueueFull where so many more documents of the tenant are too many."""
        for whose in (None, tenant):
            if self.capacity(whose) < count:
                raise self.full(tenant if whose else None, count)

    def full(self, tenant: str | None, count: int = 1) -> QueueFull:
        """The refusal of `count` documents: of one tenant's, or (None) of anybody's.

        It says when there is capacity again at the rate at which pages were read recently.
        """
        snapshot = self._snapshot()
        missing = max(1, count - self.capacity(tenant))
        pages = self._pages_until_ended(snapshot, tenant, missing)
        rate = snapshot.rates.get(tenant)
        wait_s: float = UNKNOWN_S
        if pages is None:
            wait_s = LONGEST_S
        elif rate is not None:
            wait_s = math.ceil(pages / rate)
        retry_s = int(max(SHORTEST_S, min(wait_s, LONGEST_S)))
        return QueueFull("too many jobs are unfinished", tenant=tenant, retry_after_s=retry_s)

    def estimate(self, job: Job) -> Estimate | None:
        """When the job's turn comes; None once it has started."""
        if job.finished_at is not None or job.pages_succeeded + job.pages_failed:
            return None
        snapshot = self._snapshot()
        with self._database.read() as connection:
            own = read_before(connection, snapshot, job.tenant, (int(job.priority), job.id))
        documents, pages = snapshot.ahead(job.tenant, own)
        rate = snapshot.rates.get(None)
        wait_s = None if rate is None else round(pages / rate, 1)
        return Estimate(documents, round(pages), wait_s)

    def _pages_until_ended(
        self, snapshot: QueueSnapshot, tenant: str | None, count: int
    ) -> float | None:
        """Of one tenant its own pages; of all (None) everybody's, as they take turns."""
        if tenant is None:
            return snapshot.until_ended(count)
        with self._database.read() as connection:
            return read_until_ended(connection, snapshot, tenant, count)

    def _snapshot(self) -> QueueSnapshot:
        """The queue, cached for SNAPSHOT_S."""
        with self._counting:
            now = self._clock()
            if self._taken is None or now.timestamp() >= self._taken[0]:
                with self._database.read() as connection:
                    snapshot = read_snapshot(connection, now, self._settings.tenant_weights)
                self._taken = (now.timestamp() + SNAPSHOT_S, snapshot)
            return self._taken[1]

    def _cap(self, tenant: str | None) -> int:
        settings = self._settings
        return settings.max_queued_jobs if tenant is None else settings.max_queued_jobs_per_tenant

    def _waiting(self, tenant: str | None) -> int:
        not_expanded = func.coalesce(func.sum(_BATCHES.documents - _BATCHES.laid_out), 0)
        mine = true() if tenant is None else _BATCHES.tenant == tenant
        preparing = _BATCHES.finished_at.is_(None) & (_BATCHES.state == BatchState.PREPARING)
        with self._database.read() as connection:
            unexpanded: int = connection.execute(
                select(not_expanded).where(preparing, mine)
            ).scalar_one()
            return _count_open(connection, _of(tenant)) + int(unexpanded)


def _of(tenant: str | None) -> ColumnElement[bool]:
    return true() if tenant is None else _JOBS.tenant == tenant


def _count_open(connection: Connection, which: ColumnElement[bool]) -> int:
    found = select(func.count()).select_from(tables.jobs).where(_JOBS.finished_at.is_(None), which)
    return connection.execute(found).scalar_one()
