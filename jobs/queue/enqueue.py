"""Writes messages into the outbox, in the transaction of the change that they announce."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, insert

from jobs.db import tables
from jobs.domain.topics import Topic

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
    common = {"topic": topic, "tenant": tenant, "rank": rank}
    rows = [
        common | {"subject": subject, "number": number[0] if number else None}
        for subject, *number in messages
    ]
    if rows:
        connection.execute(insert(tables.outbox), rows)
