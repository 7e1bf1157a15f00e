"""Which documents idle readers open themselves, rather than the control worker.

A page that is read alone would otherwise wait for three messages, one to open its document, one to
read it and one to finish its job, each with commits of its own. Documents that were dispatched
before, are large, or must be fetched or compared with an earlier job take the single steps.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from jobs.db import tables
from jobs.domain.topics import Topic

LARGEST_BYTES: Final = 32_000_000

_JOBS = tables.jobs.c
_TASKS = tables.tasks.c


def choose_fast(connection: Connection, taken: Sequence[Row[Any]], idle: int) -> frozenset[int]:
    """Return the ids of those steps that readers take, of which `idle` read or have nothing to do.

    Steps of pages in progress are counted, so call it only where none of these is ready.
    """
    opening = [row for row in taken if row.kind == Topic.OPEN_JOB and row.attempts == 0]
    if idle <= 0 or not opening:
        return frozenset()
    busy = (_TASKS.kind == Topic.READ_PAGE) & _TASKS.dispatched_until.is_not(None)
    pages = select(_TASKS.id).where(busy).limit(idle).subquery()
    idle -= connection.execute(select(func.count()).select_from(pages)).scalar_one()
    if idle <= 0:
        return frozenset()
    small = select(_JOBS.id).where(_JOBS.id.in_([row.subject for row in opening]))
    small = small.where(_JOBS.input_blob.is_not(None), _JOBS.retry_of.is_(None))
    small = small.where(_JOBS.input_bytes <= LARGEST_BYTES)
    found = frozenset(connection.execute(small).scalars())
    return frozenset([row.id for row in opening if row.subject in found][:idle])
