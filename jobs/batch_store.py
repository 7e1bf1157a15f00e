"""Batches: jobs that were handed in together."""

from collections.abc import Mapping

from sqlalchemy import func, insert, select

from jobs import tables
from jobs.clock import Clock
from jobs.database import Database
from jobs.errors import NotFound
from jobs.ids import new_id
from jobs.job import Batch
from jobs.states import JobState

_BATCHES = tables.batches.c
_JOBS = tables.jobs.c


class BatchStore:
    """The batches of every tenant."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create(self, tenant: str, metadata: Mapping[str, object]) -> Batch:
        """Write an empty batch; jobs join it by `NewJob.batch_id`."""
        batch = Batch(new_id("batch"), tenant, self._clock(), dict(metadata), {})
        values = {
            "id": batch.id,
            "tenant": tenant,
            "created_at": batch.created_at,
            "metadata": batch.metadata,
        }
        with self._database.write() as connection:
            connection.execute(insert(tables.batches), values)
        return batch

    def get(self, tenant: str, batch_id: str) -> Batch:
        """Return a tenant's batch with its jobs counted by state; NotFound for another tenant's."""
        found = select(tables.batches).where(_BATCHES.id == batch_id, _BATCHES.tenant == tenant)
        counted = select(_JOBS.state, func.count().label("jobs")).where(_JOBS.batch_id == batch_id)
        with self._database.read() as connection:
            row = connection.execute(found).one_or_none()
            if row is None:
                raise NotFound(f"no batch {batch_id}")
            counts = connection.execute(counted.group_by(_JOBS.state)).all()
        by_state: dict[JobState, int] = {count.state: count.jobs for count in counts}
        return Batch(row.id, row.tenant, row.created_at, row.metadata, by_state)
