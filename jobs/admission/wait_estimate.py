"""The queue in pages: how much waits for whom, what goes before a document, the reading rate.

Documents differ: one of 500 pages is not one of a single page. A document that is not opened yet
counts as many pages as its tenant's documents have on average. The database counts and adds; what
comes here is a row for each tenant, however long the queue is.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush

from sqlalchemy import ColumnElement, Connection, case, func, literal, select, tuple_, union_all

from jobs.db import tables
from jobs.domain.ids import part_id
from jobs.domain.states import BatchState, PageState

MEASURED_S = 60.0
RECENT = 1000  # documents that ended last: the sample for the mean number of pages
_FIRST_GUESS = 1.0  # pages of a document where none was ever opened
_ROUNDING = 1e-9

_JOBS = tables.jobs.c
_PAGES = tables.pages.c
_BATCHES = tables.batches.c
_OPEN = _JOBS.finished_at.is_(None)
_LEFT = _JOBS.pages_total - _JOBS.pages_succeeded - _JOBS.pages_failed

# A document's position among its tenant's own: its priority, then its id.
Position = tuple[int, str]


@dataclass(frozen=True, slots=True)
class TenantQueue:
    """One tenant's open documents, and the pages that are left of them."""

    documents: int = 0
    pages: float = 0.0

    def started_in(self, pages: float) -> int:
        """How many documents start within the first so many pages, were all of the same length."""
        if not self.pages or pages <= 0:
            return 0
        return min(self.documents, math.ceil(pages * self.documents / self.pages - _ROUNDING))

    def ended_at(self, number: int) -> float:
        """The pages that are read once so many documents have ended."""
        return self.pages * number / self.documents

    def plus(self, documents: int, mean: float) -> "TenantQueue":
        """This queue with more documents of the mean length."""
        return TenantQueue(self.documents + documents, self.pages + documents * mean)


@dataclass(frozen=True, slots=True)
class Unexpanded:
    """Documents of a batch that are not jobs yet, all at the position of the first of them."""

    tenant: str
    position: Position
    documents: int


_EMPTY = TenantQueue()


@dataclass(frozen=True, slots=True)
class QueueSnapshot:
    """The open documents of each tenant, and the pages a second read recently.

    `rates` and `means` (pages of a document) are by tenant, None for all together; a tenant without
    any is missing. Tenants take turns by their `weights` (1 where none is given), page by page.
    """

    queues: Mapping[str, TenantQueue]
    rates: Mapping[str | None, float] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    means: Mapping[str | None, float] = field(default_factory=dict)
    unexpanded: Sequence[Unexpanded] = ()

    def mean(self, tenant: str) -> float:
        """Pages of a document that is not opened yet."""
        return self.means.get(tenant, self.means.get(None, _FIRST_GUESS))

    def ahead(self, tenant: str, own: TenantQueue) -> tuple[int, float]:
        """Documents started, and pages read, before a document of which `own` goes before.

        Of each other tenant as many turns go before it as of its own, and its own first one.
        """
        documents, pages = own.documents, own.pages
        turns = (pages + 1) / self._weight(tenant)
        for other, queue in self.queues.items():
            if other != tenant:
                taken = min(queue.pages, turns * self._weight(other))
                documents += queue.started_in(taken)
                pages += taken
        return documents, pages

    def until_ended(self, count: int) -> float | None:
        """Pages to be read until `count` documents have ended; None where there are not so many."""
        ends = [
            (queue.ended_at(1) / self._weight(tenant), 1, tenant)
            for tenant, queue in self.queues.items()
            if queue.documents
        ]
        heapify(ends)
        for _ in range(count):
            if not ends:
                return None
            turns, number, tenant = heappop(ends)
            queue = self.queues[tenant]
            if number < queue.documents:
                following = queue.ended_at(number + 1) / self._weight(tenant)
                heappush(ends, (following, number + 1, tenant))
        return sum(
            min(queue.pages, turns * self._weight(name)) for name, queue in self.queues.items()
        )

    def _weight(self, tenant: str) -> float:
        return self.weights.get(tenant, 1.0)


def read_snapshot(
    connection: Connection, now: datetime, weights: Mapping[str, float] | None = None
) -> QueueSnapshot:
    """Return the queue as it is at `now`."""
    means = _mean_pages(connection)
    queues = _open_documents(connection, means)
    unexpanded = list(_documents_not_expanded(connection))
    for each in unexpanded:
        mean = means.get(each.tenant, means[None])
        queues[each.tenant] = queues.get(each.tenant, _EMPTY).plus(each.documents, mean)
    return QueueSnapshot(queues, _read_rates(connection, now), weights or {}, means, unexpanded)


def read_before(
    connection: Connection, snapshot: QueueSnapshot, tenant: str, position: Position
) -> TenantQueue:
    """Return the tenant's own documents that go before a position."""
    mean = snapshot.mean(tenant)
    before = tuple_(_JOBS.priority, _JOBS.id) < tuple_(*map(literal, position))
    found = select(func.count(), func.sum(_left(mean))).where(_OPEN, _JOBS.tenant == tenant, before)
    documents, pages = connection.execute(found).one()
    own = TenantQueue(documents, float(pages or 0))
    for each in snapshot.unexpanded:
        if each.tenant == tenant and each.position < position:
            own = own.plus(each.documents, mean)
    return own


def read_until_ended(
    connection: Connection, snapshot: QueueSnapshot, tenant: str, count: int
) -> float | None:
    """Pages of a tenant's first `count` documents; None where there are not so many."""
    mean = snapshot.mean(tenant)
    order = (_JOBS.priority, _JOBS.id)
    first = select(_left(mean).label("pages")).where(_OPEN, _JOBS.tenant == tenant)
    some = first.order_by(*order).limit(count).subquery()
    documents, pages = connection.execute(select(func.count(), func.sum(some.c.pages))).one()
    more = sum(each.documents for each in snapshot.unexpanded if each.tenant == tenant)
    if documents + more < count:
        return None
    return float(pages or 0) + float((count - documents) * mean)


def _left(mean: float) -> ColumnElement[float]:
    return func.coalesce(_LEFT, mean)


def _open_documents(
    connection: Connection, means: Mapping[str | None, float]
) -> dict[str, TenantQueue]:
    unopened = func.sum(case((_JOBS.pages_total.is_(None), 1), else_=0))
    found = select(_JOBS.tenant, func.count(), func.coalesce(func.sum(_LEFT), 0), unopened)
    rows = connection.execute(found.where(_OPEN).group_by(_JOBS.tenant))
    return {
        tenant: TenantQueue(count, float(pages + new * means.get(tenant, means[None])))
        for tenant, count, pages, new in rows
    }


def _documents_not_expanded(connection: Connection) -> Iterator[Unexpanded]:
    preparing = _BATCHES.finished_at.is_(None) & (_BATCHES.state == BatchState.PREPARING)
    found = select(tables.batches).where(preparing, _BATCHES.documents.is_not(None))
    for row in connection.execute(found):
        position = (row.priority, part_id("job", row.id, row.laid_out))
        yield Unexpanded(row.tenant, position, row.documents - row.laid_out)


def _mean_pages(connection: Connection) -> Mapping[str | None, float]:
    """Pages of a document by tenant, and of everybody's (None)."""
    opened = select(_JOBS.tenant, _JOBS.pages_total).where(_JOBS.pages_total.is_not(None))
    ended = opened.where(_JOBS.finished_at.is_not(None)).order_by(_JOBS.finished_at.desc())
    recent = ended.limit(RECENT).subquery()
    sample = union_all(select(recent), opened.where(_OPEN)).subquery()
    found = select(sample.c.tenant, func.count(), func.sum(sample.c.pages_total))
    rows = connection.execute(found.group_by(sample.c.tenant)).all()
    means: dict[str | None, float] = {tenant: total / count for tenant, count, total in rows}
    documents = sum(row[1] for row in rows)
    means[None] = sum(row[2] for row in rows) / documents if documents else _FIRST_GUESS
    return means


def _read_rates(connection: Connection, now: datetime) -> Mapping[str | None, float]:
    """Pages a second in the last MEASURED_S, or since the first of their documents started."""
    since = now - timedelta(seconds=MEASURED_S)
    # A page that was kept from an earlier job, or never started, used no worker's time.
    read = _PAGES.state.in_((PageState.SUCCEEDED, PageState.FAILED)) & (_PAGES.attempts > 0)
    # Looked up page by page: SQLite would begin a join with all jobs, since they are in the order
    # of their tenants already.
    of_job = [
        select(column).where(_JOBS.id == _PAGES.job_id).scalar_subquery().label(column.name)
        for column in (_JOBS.tenant, _JOBS.started_at)
    ]
    recent = select(*of_job).where(_PAGES.finished_at > since, read).subquery()
    found = select(recent.c.tenant, func.count(), func.min(recent.c.started_at))
    rows = connection.execute(found.group_by(recent.c.tenant)).all()
    started: dict[str | None, datetime] = {row[0]: max(row[2], since) for row in rows}
    pages: dict[str | None, int] = {row[0]: row[1] for row in rows}
    if rows:
        started[None], pages[None] = min(started.values()), sum(pages.values())
    return {
        whose: count / max((now - started[whose]).total_seconds(), 1.0)
        for whose, count in pages.items()
    }
