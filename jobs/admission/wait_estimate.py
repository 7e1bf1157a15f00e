"""How the queue stands in pages: whose documents wait, in which order, and how fast they are read.

Documents differ: one of 500 pages is not one of a single page. What is not opened yet is counted
with as many pages as the documents of its tenant have on average.
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
RECENT = 1000  # documents that ended last, which say how many pages one has
_FIRST_GUESS = 1.0  # pages of a document where none was ever opened

_JOBS = tables.jobs.c
_PAGES = tables.pages.c
_BATCHES = tables.batches.c

# Where a document stands among its tenant's own: its priority, then its id.
Place = tuple[int, str]
# A document that waits: its tenant, its place, and its pages left where they are known.
Waiter = tuple[str, Place, float | None]


@dataclass(frozen=True, slots=True)
class Line:
    """One tenant's open documents, the next first.

    `ends` says of each how many of the tenant's pages are read once it has ended.
    """

    places: Sequence[Place] = ()
    ends: Sequence[float] = ()

    @property
    def pages(self) -> float:
        """Pages that are left in all."""
        return self.ends[-1] if self.ends else 0.0

    def before(self, place: Place) -> tuple[int, float]:
        """Documents, and their pages, that go before a place."""
        documents = bisect_left(self.places, place)
        return documents, self.ends[documents - 1] if documents else 0.0

    def begun_in(self, pages: float) -> int:
        """How many documents are begun within the first so many pages."""
        return min(len(self.ends), bisect_left(self.ends, pages) + 1) if pages > 0 else 0


_NOBODY = Line()


@dataclass(frozen=True, slots=True)
class Standing:
    """The open documents of each tenant, and the pages a second that were read of late.

    `rates` are by tenant, None for all together; who had no page read is not among them. Tenants
    take turns by their `weights` (1 where none is given), page by page.
    """

    lines: Mapping[str, Line]
    rates: Mapping[str | None, float] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)

    def ahead(self, tenant: str, place: Place) -> tuple[int, float]:
        """Documents begun, and pages read, before the document at a place is begun.

        Of each other tenant as many turns go before it as of its own, and its own first one.
        """
        documents, pages = self.lines.get(tenant, _NOBODY).before(place)
        turns = (pages + 1) / self._weight(tenant)
        for other, line in self.lines.items():
            if other != tenant:
                taken = min(line.pages, turns * self._weight(other))
                documents += line.begun_in(taken)
                pages += taken
        return documents, pages

    def until_ended(self, count: int, tenant: str | None) -> float | None:
        """Pages to be read until `count` documents have ended; None where there are not so many.

        Of one tenant its own pages; of all (None) everybody's, as they take turns.
        """
        if tenant is not None:
            ends = self.lines.get(tenant, _NOBODY).ends
            return ends[count - 1] if count <= len(ends) else None
        turns = sorted(
            end / self._weight(name) for name, line in self.lines.items() for end in line.ends
        )
        if count > len(turns):
            return None
        last = turns[count - 1]
        return sum(min(li.pages, last * self._weight(name)) for name, li in self.lines.items())

    def _weight(self, tenant: str) -> float:
        return self.weights.get(tenant, 1.0)


def read_standing(
    connection: Connection, now: datetime, weights: Mapping[str, float] | None = None
) -> Standing:
    """Return how the queue stands at `now`."""
    waiters = [*_open_documents(connection), *_documents_to_come(connection)]
    waiters.sort(key=lambda waiter: waiter[:2])
    means = _mean_pages(connection)
    lines: dict[str, tuple[list[Place], list[float]]] = defaultdict(lambda: ([], []))
    for tenant, place, left in waiters:
        places, pages = lines[tenant]
        places.append(place)
        pages.append(means.get(tenant, means[None]) if left is None else left)
    return Standing(
        {name: Line(places, list(accumulate(pages))) for name, (places, pages) in lines.items()},
        _read_rates(connection, now),
        weights or {},
    )


def _open_documents(connection: Connection) -> Iterable[Waiter]:
    left = _JOBS.pages_total - _JOBS.pages_succeeded - _JOBS.pages_failed
    found = select(_JOBS.tenant, _JOBS.priority, _JOBS.id, left).where(_JOBS.finished_at.is_(None))
    for tenant, priority, job_id, pages in connection.execute(found):
        yield tenant, (priority, job_id), pages


def _documents_to_come(connection: Connection) -> Iterable[Waiter]:
    """Those of batches that are no jobs yet; they stand where the first of them will."""
    preparing = _BATCHES.wake_at.is_not(None) & (_BATCHES.state == BatchState.PREPARING)
    found = select(tables.batches).where(preparing, _BATCHES.documents.is_not(None))
    for row in connection.execute(found):
        place = (row.priority, part_id("job", row.id, row.laid_out))
        yield from repeat((row.tenant, place, None), row.documents - row.laid_out)


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
    """Pages a second in the last MEASURED_S, or since the first of their documents was begun."""
    since = now - timedelta(seconds=MEASURED_S)
    # A page that was kept from an earlier job, or never begun, took no worker's time.
    read = _PAGES.state.in_((PageState.SUCCEEDED, PageState.FAILED)) & (_PAGES.attempts > 0)
    found = select(_JOBS.tenant, func.count(), func.min(_JOBS.started_at))
    found = found.join_from(tables.pages, tables.jobs, _PAGES.job_id == _JOBS.id)
    found = found.where(_PAGES.finished_at > since, read).group_by(_JOBS.tenant)
    rows = connection.execute(found).all()
    begun: dict[str | None, datetime] = {row[0]: max(row[2], since) for row in rows}
    pages: dict[str | None, int] = {row[0]: row[1] for row in rows}
    if rows:
        begun[None], pages[None] = min(begun.values()), sum(pages.values())
    return {
        whose: count / max((now - begun[whose]).total_seconds(), 1.0)
        for whose, count in pages.items()
    }
