"""The outbox: messages that are committed with the change they announce, until they are published.

The long queue is here, in SQL. The broker holds a few messages of each topic, which are taken from
here by fair queueing between tenants.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    tuple_,
    update,
)

from jobs.db import tables
from jobs.db.clock import Clock
from jobs.db.column_types import UtcDateTime
from jobs.db.engine import Database
from jobs.domain.topics import ROUTES, Topic
from jobs.queue.enqueue import enqueue, resend_at
from jobs.queue.fair_queue import FairQueue
from jobs.queue.redelivery import Waiting, waits
from jobs.settings import Settings

REQUEUED_AT_ONCE = 1000

_OUTBOX = tables.outbox.c


@dataclass(frozen=True, slots=True)
class Message:
    """A wake-up hint: what to do, and the arguments that name the row."""

    id: int
    topic: Topic
    args: tuple[Any, ...]


class Outbox:
    """Messages between the commit that wrote them and the broker."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._turns = {topic: FairQueue(settings.tenant_weights) for topic in Topic}

    def take(
        self, limit: int, hold_s: float, capacity: Callable[[Topic], int] | None = None
    ) -> Sequence[Message]:
        """Return free messages by fair queueing between tenants, and hold them for `hold_s`.

        `capacity` returns how many of a topic the broker may hold; without it there is no limit.
        Of a tenant's messages the lowest rank goes first, then the oldest. Raises what `capacity`
        raises.
        """
        now = self._clock()
        with self._database.read() as connection:  # called often, and mostly there is nothing
            found = connection.execute(_ANY, {"now": now}).one()
        waiting = [topic for topic, some in zip(Topic, found, strict=True) if some]
        places = {
            topic: limit if capacity is None else min(limit, capacity(topic)) for topic in waiting
        }
        if not any(place > 0 for place in places.values()):
            return []
        with self._database.write() as connection:
            taken: list[Row[Any]] = []
            for topic, place in places.items():
                taken += self._take(connection, topic, min(place, limit - len(taken)), now)
            held = update(tables.outbox).where(_OUTBOX.id.in_([row.id for row in taken]))
            connection.execute(held.values(held_until=now + timedelta(seconds=hold_s)))
        return [Message(row.id, Topic(row.topic), _args(row)) for row in taken]

    def _take(
        self, connection: Connection, topic: Topic, most: int, now: datetime
    ) -> Sequence[Row[Any]]:
        # Messages that another relay holds are on their way to the broker and count there.
        on_way = select(func.count()).where(_OUTBOX.topic == topic, _OUTBOX.held_until > now)
        most -= connection.execute(on_way).scalar_one()
        if most <= 0:
            return []
        turns = self._turns[topic]
        own = select(tables.outbox).order_by(_OUTBOX.rank, _OUTBOX.id).limit(most)
        own = own.with_for_update(skip_locked=True)
        nearest = turns.nearest(_tenants(connection, topic), most)
        waiting = {
            tenant: connection.execute(own.where(_free(topic, now), _OUTBOX.tenant == tenant)).all()
            for tenant in nearest
        }
        return turns.take(waiting, most)

    def put_back(self, ids: Sequence[int]) -> None:
        """Release messages that could not be published."""
        if ids:
            with self._database.write() as connection:
                held = update(tables.outbox).where(_OUTBOX.id.in_(ids))
                connection.execute(held.values(held_until=None))

    def done(self, ids: Sequence[int]) -> None:
        """Delete messages that were published."""
        if ids:
            with self._database.write() as connection:
                connection.execute(delete(tables.outbox).where(_OUTBOX.id.in_(ids)))

    def requeue_lapsed(self, depth: Callable[[Topic], int]) -> int:
        """Enqueue messages again for rows that waited too long; return how many.

        `depth` returns how many messages the broker holds in a topic's queue. Of a queue's waiting
        rows only as many get a message as neither the broker nor the outbox can have one for, so
        a long queue is not duplicated. Raises what `depth` raises.
        """
        return sum(
            self._requeue(queue, depth)
            for queue in dict.fromkeys(route.queue for route in ROUTES.values())
        )

    def _requeue(self, queue: str, depth: Callable[[Topic], int]) -> int:
        now = self._clock()
        waiting = [waits(topic, now) for topic in Topic if ROUTES[topic].queue == queue]
        rows_per_message = max(ROUTES[wait.topic].rows_per_message for wait in waiting)
        in_broker = depth(waiting[0].topic) * rows_per_message
        put = 0
        with self._database.write() as connection:
            rows = sum(_count(connection, wait) for wait in waiting)
            capacity = rows - in_broker - self._unpublished(connection, waiting)
            for wait in waiting:
                put += self._send_again(connection, wait, now, capacity - put)
        return put

    def _unpublished(self, connection: Connection, waiting: Sequence[Waiting]) -> int:
        topics = [wait.topic for wait in waiting]
        count = select(func.count()).select_from(tables.outbox).where(_OUTBOX.topic.in_(topics))
        return connection.execute(count).scalar_one()

    def _send_again(
        self, connection: Connection, wait: Waiting, now: datetime, capacity: int
    ) -> int:
        if capacity <= 0:
            return 0
        lapsed = wait.lapsed(now).limit(min(capacity, REQUEUED_AT_ONCE))
        locked = lapsed.with_for_update(skip_locked=True, of=wait.table)
        rows = [tuple(row) for row in connection.execute(locked)]
        if rows:
            resend = resend_at(now, self._settings)
            pushed = update(wait.table).where(tuple_(*wait.key).in_([row[:-2] for row in rows]))
            connection.execute(pushed.values(wake_at=resend))
        of_turn = itemgetter(-2, -1)
        for turn, some in groupby(sorted(rows, key=of_turn), key=of_turn):
            enqueue(connection, wait.topic, [row[:-2] for row in some], *turn)
        return len(rows)


def _args(row: Row[Any]) -> tuple[Any, ...]:
    return (row.subject,) if row.number is None else (row.subject, row.number)


def _free(topic: Topic, now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    unheld = or_(_OUTBOX.held_until.is_(None), _OUTBOX.held_until <= now)
    return (_OUTBOX.topic == topic) & unheld


# Whether there are messages, by topic, in one query: built each time, and run topic by topic, it
# was half of the relay's work in a burst.
_NOW = bindparam("now", type_=UtcDateTime())
_ANY = select(*(exists().where(_free(topic, _NOW)) for topic in Topic))


def _tenants(connection: Connection, topic: Topic) -> Sequence[str]:
    """Tenants with messages, by a loose index scan rather than by reading each message."""
    least = select(func.min(_OUTBOX.tenant).label("tenant")).where(_OUTBOX.topic == topic)
    found = least.cte(recursive=True)
    after = select(func.min(_OUTBOX.tenant)).where(
        _OUTBOX.topic == topic, _OUTBOX.tenant > found.c.tenant
    )
    found = found.union_all(select(after.scalar_subquery()).where(found.c.tenant.is_not(None)))
    named = select(found.c.tenant).where(found.c.tenant.is_not(None))
    return connection.execute(named).scalars().all()


def _count(connection: Connection, wait: Waiting) -> int:
    count = select(func.count()).select_from(wait.table)
    return connection.execute(count.where(wait.ready)).scalar_one()
