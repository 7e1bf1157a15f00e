"""Duties that one process of all has at a time: others would only do the same work beside it."""

from datetime import timedelta

from sqlalchemy import delete

from jobs.db import tables
from jobs.db.clock import Clock
from jobs.db.engine import Database, upsert

HELD_S = 600.0  # after which another process takes over from one that is gone

_DUTIES = tables.duties.c


class Duty:
    """One duty, for one process (`holder`) that would have it."""

    def __init__(self, database: Database, clock: Clock, name: str, holder: str) -> None:
        self._database = database
        self._clock = clock
        self._name = name
        self._holder = holder

    def take(self) -> bool:
        """Take the duty, or keep it for another HELD_S; False while another process has it."""
        now = self._clock()
        values = {"holder": self._holder, "held_until": now + timedelta(seconds=HELD_S)}
        free = (_DUTIES.holder == self._holder) | (_DUTIES.held_until <= now)
        with self._database.write() as connection:
            claim = upsert(connection, tables.duties).values(name=self._name, **values)
            claim = claim.on_conflict_do_update(index_elements=["name"], set_=values, where=free)
            return connection.execute(claim.returning(_DUTIES.name)).first() is not None

    def give_up(self) -> None:
        """Leave the duty to others."""
        mine = (_DUTIES.name == self._name) & (_DUTIES.holder == self._holder)
        with self._database.write() as connection:
            connection.execute(delete(tables.duties).where(mine))
