"""The event log of jobs."""

from collections.abc import Sequence

from sqlalchemy import select

from jobs.db import tables
from jobs.db.engine import Database
from jobs.db.mappers import to_event
from jobs.domain.job import JobEvent

_EVENTS = tables.events.c


class EventStore:
    """The event log of every job; other stores write it with the change that an event reports."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def since(self, job_id: str, sequence: int, limit: int) -> Sequence[JobEvent]:
        """Return a job's events after `sequence`, oldest first."""
        found = select(tables.events).where(_EVENTS.job_id == job_id, _EVENTS.sequence > sequence)
        with self._database.read() as connection:
            rows = connection.execute(found.order_by(_EVENTS.sequence).limit(limit)).all()
        return [to_event(row) for row in rows]
