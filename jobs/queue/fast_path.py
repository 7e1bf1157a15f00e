"""Which documents idle readers open themselves, rather than the control worker.

A page that is read alone would otherwise wait for three messages, one to open its document, one to
read it and one to finish its job, each with commits of its own. Documents that were dispatched
before, are large, or must be fetched or compared with an earlier job take the single steps.

Where readers are idle and nothing waits, the transaction that accepts a document marks its step as
dispatched, and the message follows the commit: the relay's own commit would delay it.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, exists, func, select

from jobs.db import tables
from jobs.domain.job import NewJob
from jobs.domain.topics import Topic

LARGEST_BYTES: Final = 32_000_000

_JOBS = tables.jobs.c
_TASKS = tables.tasks.c
_KINDS = _TASKS.kind.in_((Topic.OPEN_JOB, Topic.READ_PAGE))


def choose_fast(connection: Connection, taken: Sequence[Row[Any]], idle: int) -> frozenset[int]:
    """Return the ids of those steps that readers take, of which `idle` read or have nothing to do.

    Steps of pages in progress are counted, so call it only where none of these is ready.
    """
    opening = [row for row in taken if row.kind == Topic.OPEN_JOB and row.attempts == 0]
    if idle <= 0 or not opening:
        return frozenset()
    idle -= _count_dispatched(connection, _TASKS.kind == Topic.READ_PAGE, idle)
    if idle <= 0:
        return frozenset()
    small = select(_JOBS.id).where(_JOBS.id.in_([row.subject for row in opening]))
    small = small.where(_JOBS.input_blob.is_not(None), _JOBS.retry_of.is_(None))
    small = small.where(_JOBS.input_bytes <= LARGEST_BYTES)
    found = frozenset(connection.execute(small).scalars())
    return frozenset([row.id for row in opening if row.subject in found][:idle])


def choose_at_once(connection: Connection, news: Sequence[NewJob], readers: int) -> frozenset[str]:
    """Return the ids of those new jobs that one of so many `readers` can open at once.

    None while as many steps are on their way or in progress, or others wait: their turn is first.
    """
    if not 0 < len(news) <= readers:
        return frozenset()
    waiting = exists().where(_KINDS, _TASKS.dispatched_until.is_(None))
    if connection.execute(select(waiting)).scalar_one():
        return frozenset()
    idle = readers - _count_dispatched(connection, _KINDS, readers)
    small = [new.id for new in news if _is_small(new)]
    return frozenset(small[: max(0, idle)])


def _is_small(new: NewJob) -> bool:
    fetched = new.input_blob is None or new.retry_of is not None
    return not fetched and (new.input_bytes or 0) <= LARGEST_BYTES


def _count_dispatched(connection: Connection, kinds: ColumnElement[bool], most: int) -> int:
    """Count steps that were dispatched and are not done, `most` at most."""
    found = select(_TASKS.id).where(kinds, _TASKS.dispatched_until.is_not(None)).limit(most)
    return connection.execute(select(func.count()).select_from(found.subquery())).scalar_one()
