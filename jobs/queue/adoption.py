"""Adds steps that are missing from the table of work.

Processes of the release before the table write no rows there, and may run beside these for the
length of an upgrade: a job that they accepted, or a page that they released, would have no step.
What waits is known from the states of jobs, pages, batches and deliveries, so a missing row is one
that a join finds; nothing else depends on the table being complete.
"""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, Select, delete, exists, func, literal, select
from sqlalchemy.sql.elements import KeyedColumnElement

from jobs.db import tables
from jobs.db.engine import Database, note_enqueued, upsert
from jobs.domain.states import BatchState, DeliveryState, JobState, PageState
from jobs.domain.topics import Topic
from jobs.queue.task_rows import STARTED_WORK

ADOPTED_AT_ONCE: Final = 10_000

_JOBS = tables.jobs.c
_PAGES = tables.pages.c
_BATCHES = tables.batches.c
_DELIVERIES = tables.deliveries.c
_OUTBOX = tables.outbox.c
_TASKS = tables.tasks.c
_NO_NUMBER = literal(0, Integer)
_STARTED = literal(STARTED_WORK)
_COLUMNS = ("kind", "subject", "number", "turn", "rank", "ready_at", "dispatched_until", "attempts")


def adopt(database: Database) -> int:
    """Add up to ADOPTED_AT_ONCE missing steps of each kind; return how many."""
    with database.read() as connection:
        last = connection.execute(select(func.max(_OUTBOX.id))).scalar_one()
        rows = [row for found in _missing() for row in connection.execute(found).all()]
    if not rows and last is None:
        return 0
    with database.write() as connection:
        if rows:
            add = upsert(connection, tables.tasks).on_conflict_do_nothing()
            connection.execute(add, [dict(zip(_COLUMNS, row, strict=True)) for row in rows])
            note_enqueued(connection)
        connection.execute(delete(tables.outbox).where(_OUTBOX.id <= (last or 0)))
    return len(rows)


def has_old_messages(database: Database) -> bool:
    """Whether a process of the release before has left messages."""
    with database.read() as connection:
        return connection.execute(select(exists().select_from(tables.outbox))).scalar_one()


def _missing() -> Iterator[Select[Any]]:
    unopened = (_JOBS.state == JobState.QUEUED) & _JOBS.finished_at.is_(None)
    job = (_JOBS.tenant, _JOBS.priority, _JOBS.created_at, _JOBS.open_until)
    yield _select(Topic.OPEN_JOB, _JOBS.id, job).where(unopened)
    ended = _JOBS.pages_succeeded + _JOBS.pages_failed
    read = (_JOBS.state == JobState.RUNNING) & _JOBS.finished_at.is_(None)
    last = (_JOBS.tenant, _STARTED, _JOBS.created_at, _JOBS.open_until)
    yield _select(Topic.FINISH_JOB, _JOBS.id, last).where(read, ended == _JOBS.pages_total)
    page = (_JOBS.tenant, _JOBS.priority, _JOBS.created_at, _PAGES.lease_until)
    found = _select(Topic.READ_PAGE, _PAGES.job_id, page, _PAGES.number)
    found = found.join_from(tables.pages, tables.jobs, _JOBS.id == _PAGES.job_id)
    unread = _PAGES.state.in_((PageState.QUEUED, PageState.RUNNING))
    yield found.where(_PAGES.finished_at.is_(None), unread)
    states = (BatchState.PREPARING, BatchState.CANCELLING)
    unended = _BATCHES.finished_at.is_(None) & _BATCHES.state.in_(states)
    batch = (_BATCHES.tenant, _STARTED, _BATCHES.created_at, _BATCHES.lease_until)
    yield _select(Topic.PROCESS_BATCH, _BATCHES.id, batch).where(unended)
    unsent = (_DELIVERIES.state == DeliveryState.PENDING) & _DELIVERIES.finished_at.is_(None)
    sending = (_DELIVERIES.endpoint_id, _STARTED, _DELIVERIES.created_at)
    due = _DELIVERIES.next_attempt_at
    yield _select(Topic.DELIVER, _DELIVERIES.id, (*sending, due)).where(unsent)


def _select(
    topic: Topic,
    subject: KeyedColumnElement[Any],
    values: tuple[ColumnElement[Any], ...],
    number: ColumnElement[int] = _NO_NUMBER,
) -> Select[Any]:
    """The columns of a step for each subject that has none: turn, rank, ready_at and so on."""
    has = exists().where(_TASKS.subject == subject, _TASKS.kind == topic, _TASKS.number == number)
    found = select(literal(topic.value), subject, number, *values, literal(0))
    return found.where(~has).limit(ADOPTED_AT_ONCE)
