"""Writes messages into the outbox, in the transaction of the change that they announce.

Once it has committed, the relay of this process is woken (`Database.on_enqueued`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, insert

from jobs.db import tables
from jobs.db.engine import note_enqueued
from jobs.domain.topics import Topic
from jobs.settings import Settings

STARTED_WORK: Final = 0  # the rank of work in progress; waiting jobs rank by their priority, 1 to 3


def enqueue(
    connection: Connection,
    topic: Topic,
    messages: Sequence[tuple[Any, ...]],
    tenant: str = "",
    rank: int = STARTED_WORK,
) -> None:
    """Add messages, each given by its arguments, to the outbox.

    The relay publishes them by fair queueing between tenants; within one tenant the lowest `rank`
    goes first.
    """
    common = {"topic": topic.value, "tenant": tenant, "rank": rank}
    rows = [
        common | {"subject": subject, "number": number[0] if number else None}
        for subject, *number in messages
    ]
    if rows:
        connection.execute(insert(tables.outbox), rows)
        note_enqueued(connection)


def resend_at(now: datetime, settings: Settings) -> datetime:
    """When a row whose message was lost gets another one: the value of its `wake_at`."""
    return now + timedelta(seconds=settings.republish_s)
