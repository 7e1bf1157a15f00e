"""The outbox: messages that were committed with what they announce, until they are published."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, or_, select, tuple_, update

from jobs import tables
from jobs.clock import Clock
from jobs.database import Database
from jobs.moves import send
from jobs.settings import Settings
from jobs.topics import MOST_TOGETHER, QUEUES, TOPICS, Topic
from jobs.waiting import Waiting, waits

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

    def take(self, limit: int, hold_s: float) -> Sequence[Message]:
        """Return messages nobody holds, oldest first, and hold them for `hold_s`."""
        now = self._clock()
        free = select(tables.outbox).where(
            or_(_OUTBOX.held_until.is_(None), _OUTBOX.held_until <= now)
        )
        free = free.order_by(_OUTBOX.id).limit(limit)
        with self._database.read() as connection:  # asked often, and mostly there is nothing
            if connection.execute(free.limit(1)).first() is None:
                return []
        with self._database.write() as connection:
            rows = connection.execute(free.with_for_update(skip_locked=True)).all()
            held = update(tables.outbox).where(_OUTBOX.id.in_([row.id for row in rows]))
            connection.execute(held.values(held_until=now + timedelta(seconds=hold_s)))
        return [Message(row.id, row.topic, tuple(row.args)) for row in rows]

    def put_back(self, ids: Sequence[int]) -> None:
        """Let go of messages that could not be published."""
        if ids:
            with self._database.write() as connection:
                held = update(tables.outbox).where(_OUTBOX.id.in_(ids))
                connection.execute(held.values(held_until=None))

    def done(self, ids: Sequence[int]) -> None:
        """Forget messages that were published."""
        if ids:
            with self._database.write() as connection:
                connection.execute(delete(tables.outbox).where(_OUTBOX.id.in_(ids)))

    def requeue_lapsed(self, depth: Callable[[Topic], int]) -> int:
        """Put messages for rows that waited too long in the outbox again; return how many.

        `depth` tells how many messages the broker holds in a topic's queue. Of a queue's waiting
        rows only as many are sent anew as neither the broker nor the outbox can have a message
        for, so a long queue is not doubled. Raises what `depth` raises.
        """
        return sum(self._requeue(queue, depth) for queue in dict.fromkeys(QUEUES.values()))

    def _requeue(self, queue: str, depth: Callable[[Topic], int]) -> int:
        now = self._clock()
        waiting = [waits(topic, now) for topic in TOPICS if QUEUES[topic] == queue]
        most_together = max(MOST_TOGETHER[wait.topic] for wait in waiting)
        in_broker = depth(waiting[0].topic) * most_together
        put = 0
        with self._database.write() as connection:
            rows = sum(_count(connection, wait) for wait in waiting)
            room = rows - in_broker - self._unpublished(connection, waiting)
            for wait in waiting:
                put += self._send_again(connection, wait, now, room - put)
        return put

    def _unpublished(self, connection: Connection, waiting: Sequence[Waiting]) -> int:
        topics = [wait.topic for wait in waiting]
        count = select(func.count()).select_from(tables.outbox).where(_OUTBOX.topic.in_(topics))
        return connection.execute(count).scalar_one()

    def _send_again(self, connection: Connection, wait: Waiting, now: datetime, room: int) -> int:
        if room <= 0:
            return 0
        lapsed = select(*wait.key).where(wait.ready, wait.wake_at <= now)
        lapsed = lapsed.order_by(wait.wake_at, *wait.key).limit(min(room, REQUEUED_AT_ONCE))
        keys = [tuple(row) for row in connection.execute(lapsed.with_for_update(skip_locked=True))]
        if keys:
            wake_at = now + timedelta(seconds=self._settings.republish_s)
            pushed = update(wait.table).where(tuple_(*wait.key).in_(keys))
            connection.execute(pushed.values(wake_at=wake_at))
            send(connection, wait.topic, keys)
        return len(keys)


def _count(connection: Connection, wait: Waiting) -> int:
    count = select(func.count()).select_from(wait.table)
    return connection.execute(count.where(wait.ready)).scalar_one()
