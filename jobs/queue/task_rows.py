"""Rows of the table of work, written in the transaction of the change that makes or ends a step.

Once steps that are ready have been committed, the relay of this process is woken
(`Database.on_enqueued`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Update, delete, update

from jobs.db import tables
from jobs.db.engine import note_enqueued, upsert
from jobs.domain.topics import Topic

STARTED_WORK: Final = 0  # the rank of work in progress; waiting jobs rank by their priority, 1 to 3
_AT_ONCE = 1000

_TASKS = tables.tasks.c


def add_tasks(
    connection: Connection,
    topic: Topic,
    subjects: Sequence[tuple[Any, ...]],
    now: datetime,
    turn: str,
    rank: int = STARTED_WORK,
    held_until: datetime | None = None,
    attempts: int = 0,
) -> None:
    """Add steps that are ready, each named by its subject: an id, and the number of a page.

    The relay dispatches them by fair queueing between values of `turn`; within one the lowest
    `rank` goes first, then the oldest. A step that exists already becomes ready again. With
    `held_until` a worker has a lease on them instead, or a message follows this transaction; either
    is over then. `attempts` counts the messages.
    """
    if not subjects:
        return
    common: dict[str, Any] = {
        "kind": topic.value,
        "turn": turn,
        "rank": rank,
        "ready_at": now,
        "attempts": attempts,
        "dispatched_until": held_until,
    }
    rows = [
        common | {"subject": subject, "number": number[0] if number else 0}
        for subject, *number in subjects
    ]
    add = upsert(connection, tables.tasks).on_conflict_do_update(
        index_elements=["subject", "kind", "number"],
        set_={"dispatched_until": held_until, "ready_at": now, "attempts": attempts},
    )
    connection.execute(add, rows)
    if held_until is None:
        note_enqueued(connection)


def hold_task(
    connection: Connection, topic: Topic, subject: str, until: datetime, number: int = 0
) -> None:
    """Keep a step from being dispatched until a worker's lease on it ends, or a retry is due."""
    hold = _task(topic, subject, number).values(dispatched_until=until, attempts=0)
    connection.execute(hold)


def release_task(
    connection: Connection, topic: Topic, subject: str, now: datetime, number: int = 0
) -> None:
    """Make a step ready again, before those that were not started yet."""
    values = {"dispatched_until": None, "ready_at": now, "rank": STARTED_WORK}
    connection.execute(_task(topic, subject, number).values(values))
    note_enqueued(connection)


def end_task(connection: Connection, topic: Topic, subject: str, number: int = 0) -> None:
    """Remove a step that this transaction does, or makes needless."""
    mine = (_TASKS.subject == subject) & (_TASKS.kind == topic) & (_TASKS.number == number)
    connection.execute(delete(tables.tasks).where(mine))


def end_tasks_of(connection: Connection, topic: Topic, subjects: Sequence[str]) -> None:
    """Remove the steps of many subjects."""
    for some in _chunks(subjects):
        mine = (_TASKS.kind == topic) & _TASKS.subject.in_(some)
        connection.execute(delete(tables.tasks).where(mine))


def end_all_tasks(connection: Connection, subject: str) -> None:
    """Remove every step of a job or batch that has ended."""
    connection.execute(delete(tables.tasks).where(_TASKS.subject == subject))


def end_unless(
    connection: Connection,
    topic: Topic,
    subject: str,
    wanted: ColumnElement[bool],
    number: int = 0,
) -> None:
    """Remove a step that nobody needs any more: its subject was deleted, or has moved on.

    For a worker that could not begin the step, so that a row without a purpose goes after one
    message.
    """
    mine = (_TASKS.subject == subject) & (_TASKS.kind == topic) & (_TASKS.number == number)
    connection.execute(delete(tables.tasks).where(mine, ~wanted))


def _task(topic: Topic, subject: str, number: int) -> Update:
    mine = (_TASKS.subject == subject) & (_TASKS.kind == topic) & (_TASKS.number == number)
    return update(tables.tasks).where(mine)


def _chunks(subjects: Sequence[str]) -> Sequence[Sequence[str]]:
    return [subjects[at : at + _AT_ONCE] for at in range(0, len(subjects), _AT_ONCE)]
