"""The table of work: a row for each step to be done, until the step's own commit removes it.

`dispatched_until` says what a row waits for. NULL: it is ready, and the relay may dispatch it.
A time: a message is on its way, a worker has a lease on the step, or a retry is due then; what is
over its time was lost and becomes ready again (`recover`). So the long queue is here, in SQL; the
broker holds few messages, and losing them costs time only.
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, case, exists, func, select, union_all, update

from jobs.db import tables
from jobs.db.clock import Clock
from jobs.db.engine import Database, note_enqueued
from jobs.domain.topics import ROUTES, Topic
from jobs.queue.adoption import adopt, has_old_messages
from jobs.queue.fair_queue import FairQueue
from jobs.queue.fast_path import choose_fast
from jobs.settings import Settings

RECOVERED_AT_ONCE: Final = 10_000
SHARES: Final = 4  # even shares that a turn may get at once, by its weight
# A step that is dispatched and not begun waits longer each time, up to so many doublings.
LONGEST_BACK_OFF: Final = 5
_TURNS_AT_ONCE: Final = 100  # in one statement; SQLite joins 500 at most

_TASKS = tables.tasks.c
_MESSAGE = (_TASKS.id, _TASKS.kind, _TASKS.subject, _TASKS.number, _TASKS.attempts)
_ORDER = (_TASKS.rank, _TASKS.ready_at)
_READY = _TASKS.dispatched_until.is_(None)
_BACKING_OFF = [topic for topic, route in ROUTES.items() if route.backs_off]
# Whether anything is ready, by topic, in one query: it runs often, and mostly there is nothing.
_ANY = select(*(exists().where(_TASKS.kind == topic, _READY) for topic in Topic))


@dataclass(frozen=True, slots=True)
class Message:
    """A wake-up hint: what to do, and the arguments that name the row.

    A `fast` one asks a reader to open a document and to go on with it.
    """

    id: int
    topic: Topic
    args: tuple[Any, ...]
    fast: bool = False


class TaskTable:
    """Dispatches steps that are ready, and recovers those whose message was lost."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._turns = {topic: FairQueue(settings.tenant_weights) for topic in Topic}

    def take(
        self,
        limit: int,
        capacity: Callable[[Topic], int] | None = None,
        idle_readers: Callable[[], int] | None = None,
    ) -> Sequence[Message]:
        """Mark ready steps as dispatched, by fair queueing, and return a message for each.

        `capacity` returns how many of a topic may be dispatched; without it there is no limit.
        Within a turn the lowest rank goes first, then the oldest. While no page waits, documents
        go to the `idle_readers` (jobs/queue/fast_path.py). Raises what these two raise.
        """
        with self._database.read() as connection:
            found = connection.execute(_ANY).one()
        ready = [topic for topic, some in zip(Topic, found, strict=True) if some]
        places = {
            topic: limit if capacity is None else min(limit, capacity(topic)) for topic in ready
        }
        if not any(place > 0 for place in places.values()):
            return []
        waits = Topic.READ_PAGE in ready or Topic.OPEN_JOB not in ready
        idle = 0 if waits or idle_readers is None else idle_readers()
        taken: list[Row[Any]] = []
        with self._database.write() as connection:
            for topic, place in places.items():
                taken += self._take(connection, topic, min(place, limit - len(taken)))
            fast = choose_fast(connection, taken, idle)
        return [Message(row.id, Topic(row.kind), _args(row), row.id in fast) for row in taken]

    def _take(self, connection: Connection, topic: Topic, most: int) -> Sequence[Row[Any]]:
        if most <= 0:
            return []
        turns = self._turns[topic]
        nearest = turns.nearest(_turns_waiting(connection, topic), most)
        # Of many turns each gets few: to read as many of each as all may get would cost more than
        # to dispatch them.
        share = min(most, SHARES * math.ceil(most / max(1, len(nearest))))
        waiting = _first_of(connection, topic, nearest, share)
        taken = turns.take(waiting, most)
        self._mark(connection, topic, taken)
        return taken

    def _mark(self, connection: Connection, topic: Topic, taken: Sequence[Row[Any]]) -> None:
        if not taken:
            return
        now, back_off_s = self._clock(), self._settings.republish_s
        doublings = LONGEST_BACK_OFF if ROUTES[topic].backs_off else 0
        until = {
            times: now + timedelta(seconds=back_off_s * 2**times) for times in range(doublings + 1)
        }
        marked = update(tables.tasks).where(_TASKS.id.in_([row.id for row in taken]))
        last = until.pop(doublings)
        by_attempts = case(until, value=_TASKS.attempts, else_=last) if until else last
        connection.execute(
            marked.values(dispatched_until=by_attempts, attempts=_TASKS.attempts + 1)
        )

    def put_back(self, ids: Sequence[int]) -> None:
        """Make steps ready again whose messages could not be published."""
        if ids:
            with self._database.write() as connection:
                back = update(tables.tasks).where(_TASKS.id.in_(ids), ~_READY)
                connection.execute(back.values(dispatched_until=None, attempts=_TASKS.attempts - 1))

    def recover(self) -> int:
        """Make steps ready again whose time is over; return how many.

        Their message or their worker was lost, or a retry is due. Those that may wait long inside
        a worker go behind what came meanwhile; the others keep their place.
        """
        now = self._clock()
        over = select(_TASKS.id).where(_TASKS.dispatched_until <= now)
        over = over.order_by(_TASKS.dispatched_until).limit(RECOVERED_AT_ONCE)
        over = over.with_for_update(skip_locked=True)
        again = update(tables.tasks).where(_TASKS.id.in_(over))
        place = case((_TASKS.kind.in_(_BACKING_OFF), now), else_=_TASKS.ready_at)
        with self._database.write() as connection:
            count = connection.execute(again.values(dispatched_until=None, ready_at=place)).rowcount
            if count:
                note_enqueued(connection)
        return count

    def adopt(self) -> int:
        """Add steps that are missing (jobs/queue/adoption.py); return how many."""
        return adopt(self._database)

    def must_adopt(self) -> bool:
        """Whether processes of an earlier release wrote work that has no step yet."""
        return has_old_messages(self._database)


def messages_of(connection: Connection, job_ids: Collection[str]) -> Sequence[Message]:
    """Return the messages of documents that readers open, whose steps are written as dispatched."""
    if not job_ids:
        return []
    mine = (_TASKS.kind == Topic.OPEN_JOB) & _TASKS.subject.in_(job_ids) & ~_READY
    rows = connection.execute(select(*_MESSAGE).where(mine)).all()
    return [Message(row.id, Topic.OPEN_JOB, (row.subject,), fast=True) for row in rows]


def _args(row: Row[Any]) -> tuple[Any, ...]:
    return (row.subject, row.number) if row.number else (row.subject,)


def _first_of(
    connection: Connection, topic: Topic, turns: Sequence[str], share: int
) -> Mapping[str, Sequence[Row[Any]]]:
    """Lock and return the first steps of each turn, asking for many turns at once.

    Each answer of a busy PostgreSQL takes milliseconds, however little it has to look for.
    """
    own: Select[Any] = select(*_MESSAGE, _TASKS.turn, *_ORDER).where(_TASKS.kind == topic, _READY)
    own = own.order_by(*_ORDER, _TASKS.id).limit(share).with_for_update(skip_locked=True)
    waiting: dict[str, list[Row[Any]]] = {turn: [] for turn in turns}
    for at in range(0, len(turns), _TURNS_AT_ONCE):
        some = turns[at : at + _TURNS_AT_ONCE]
        each = [select(own.where(_TASKS.turn == turn).subquery("first")) for turn in some]
        for row in connection.execute(union_all(*each)):
            waiting[row.turn].append(row)
    for rows in waiting.values():
        rows.sort(key=lambda row: (row.rank, row.ready_at, row.id))
    return waiting


def _turns_waiting(connection: Connection, topic: Topic) -> Sequence[str]:
    """Who has steps that are ready, by a loose index scan rather than by reading each step."""
    ready = (_TASKS.kind == topic) & _READY
    found = select(func.min(_TASKS.turn).label("turn")).where(ready).cte(recursive=True)
    after = select(func.min(_TASKS.turn)).where(ready, _TASKS.turn > found.c.turn)
    found = found.union_all(select(after.scalar_subquery()).where(found.c.turn.is_not(None)))
    named = select(found.c.turn).where(found.c.turn.is_not(None))
    return connection.execute(named).scalars().all()
