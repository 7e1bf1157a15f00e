"""A snapshot of the queue in pages: which documents wait, in which order, and the reading rate.

Documents differ: one of 500 pages is not one of a single page. A document that is not opened yet
counts as many pages as its tenant's documents have on average.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate, chain, repeat

from sqlalchemy import Connection, func, select

from jobs.db import tables
from jobs.domain.ids import part_id
from jobs.domain.states import BatchState, PageState

MEASURED_S = 60.0
RECENT = 1000  # documents that ended last: the sample for the mean number of pages
_FIRST_GUESS = 1.0  # pages of a document where none was ever opened

_JOBS = tables.jobs.c
_PAGES = tables.pages.c
_BATCHES = tables.batches.c

# A document's position among its tenant's own: its priority, then its id.
Position = tuple[int, str]
# A document that waits: its tenant, its position, and its pages left where they are known.
WaitingDocument = tuple[str, Position, float | None]


@dataclass(frozen=True, slots=True)
class TenantQueue:
    """One tenant's open documents, the next first.

    `ends` says of each how many of the tenant's pages are read once it has ended.
    """

    positions: Sequence[Position] = ()
    ends: Sequence[float] = ()

    @property
    def pages(self) -> float:
        """Pages that are left in all."""
        return self.ends[-1] if self.ends else 0.0

    def before(self, position: Position) -> tuple[int, float]:
        """Documents, and their pages, that go before a position."""
        documents = bisect_left(self.positions, position)
        return documents, self.ends[documents - 1] if documents else 0.0

    def started_in(self, pages: float) -> int:
        """How many documents start within the first so many pages."""
        return min(len(self.ends), bisect_left(self.ends, pages) + 1) if pages > 0 else 0


_EMPTY = TenantQueue()


@dataclass(frozen=True, slots=True)
class QueueSnapshot:
    """The open documents of each tenant, and the pages a second read recently.

    `rates` are by tenant, None for all together; a tenant without any is missing. Tenants
    take turns by their `weights` (1 where none is given), page by page.
    """

    queues: Mapping[str, TenantQueue]
    rates: Mapping[str | None, float] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)

    def ahead(self, tenant: str, position: Position) -> tuple[int, float]:
        """Documents started, and pages read, before the document at a position starts.

        Of each other tenant as many turns go before it as of its own, and its own first one.
        """
        documents, pages = self.queues.get(tenant, _EMPTY).before(position)
        turns = (pages + 1) / self._weight(tenant)
        for other, queue in self.queues.items():
            if other != tenant:
                taken = min(queue.pages, turns * self._weight(other))
                documents += queue.started_in(taken)
                pages += taken
        return documents, pages

    def until_ended(self, count: int, tenant: str | None) -> float | None:
        """Pages to be read until `count` documents have ended; None where there are not so many.

        Of one tenant its own pages; of all (None) everybody's, as they take turns.
        """
        if tenant is not None:
            ends = self.queues.get(tenant, _EMPTY).ends
            return ends[count - 1] if count <= len(ends) else None
        turns = sorted(
            end / self._weight(name) for name, queue in self.queues.items() for end in queue.ends
        )
        if count > len(turns):
            return None
        last = turns[count - 1]
        return sum(
            min(queue.pages, last * self._weight(name)) for name, queue in self.queues.items()
        )

    def _weight(self, tenant: str) -> float:
        return self.weights.get(tenant, 1.0)


def read_snapshot(
    connection: Connection, now: datetime, weights: Mapping[str, float] | None = None
) -> QueueSnapshot:
    """Return the queue as it is at `now`."""
    waiting = [*_open_documents(connection), *_documents_not_expanded(connection)]
    waiting.sort(key=lambda each: each[:2])
    means = _mean_pages(connection)
    queues: dict[str, tuple[list[Position], list[float]]] = defaultdict(lambda: ([], []))
    for tenant, position, left in waiting:
        positions, pages = queues[tenant]
        positions.append(position)
        pages.append(means.get(tenant, means[None]) if left is None else left)
    return QueueSnapshot(
        {
            name: TenantQueue(positions, list(accumulate(pages)))
            for name, (positions, pages) in queues.items()
        },
        _read_rates(connection, now),
        weights or {},
    )


def _open_documents(connection: Connection) -> Iterable[WaitingDocument]:
    left = _JOBS.pages_total - _JOBS.pages_succeeded - _JOBS.pages_failed
    found = select(_JOBS.tenant, _JOBS.priority, _JOBS.id, left).where(_JOBS.finished_at.is_(None))
    for tenant, priority, job_id, pages in connection.execute(found):
        yield tenant, (priority, job_id), pages


def _documents_not_expanded(connection: Connection) -> Iterable[WaitingDocument]:
    """Those of batches that are not jobs yet, all at the position of the first of them."""
    preparing = _BATCHES.finished_at.is_(None) & (_BATCHES.state == BatchState.PREPARING)
    found = select(tables.batches).where(preparing, _BATCHES.documents.is_not(None))
    for row in connection.execute(found):
        position = (row.priority, part_id("job", row.id, row.laid_out))
        yield from repeat((row.tenant, position, None), row.documents - row.laid_out)


def _mean_pages(connection: Connection) -> Mapping[str | None, float]:
    """Pages of a document by tenant, and of everybody's (None)."""
    opened = select(_JOBS.tenant, _JOBS.pages_total).where(_JOBS.pages_total.is_not(None))
    ended = opened.where(_JOBS.finished_at.is_not(None)).order_by(_JOBS.finished_at.desc())
    now_open = opened.where(_JOBS.finished_at.is_(None))
    sums: dict[str | None, tuple[int, int]] = {}
    rows = chain(connection.execute(ended.limit(RECENT)), connection.execute(now_open))
    for tenant, pages in rows:
        for whose in (tenant, None):
            count, total = sums.get(whose, (0, 0))
            sums[whose] = (count + 1, total + pages)
    return {None: _FIRST_GUESS} | {whose: total / count for whose, (count, total) in sums.items()}


def _read_rates(connection: Connection, now: datetime) -> Mapping[str | None, float]:
    """Pages a second in the last MEASURED_S, or since the first of their documents started."""
    since = now - timedelta(seconds=MEASURED_S)
    # A page that was kept from an earlier job, or never started, used no worker's time.
    read = _PAGES.state.in_((PageState.SUCCEEDED, PageState.FAILED)) & (_PAGES.attempts > 0)
    found = select(_JOBS.tenant, func.count(), func.min(_JOBS.started_at))
    found = found.join_from(tables.pages, tables.jobs, _PAGES.job_id == _JOBS.id)
    found = found.where(_PAGES.finished_at > since, read).group_by(_JOBS.tenant)
    rows = connection.execute(found).all()
    started: dict[str | None, datetime] = {row[0]: max(row[2], since) for row in rows}
    pages: dict[str | None, int] = {row[0]: row[1] for row in rows}
    if rows:
        started[None], pages[None] = min(started.values()), sum(pages.values())
    return {
        whose: count / max((now - started[whose]).total_seconds(), 1.0)
        for whose, count in pages.items()
    }
