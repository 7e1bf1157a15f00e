"""Idempotency keys: the first request under a key creates a job or batch, later ones find it.

A job's key has a row of its own and is held for `idempotency_h`. A batch's key is a column of its
row and is held as long as the batch is kept.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from jobs.db import tables
from jobs.db.engine import upsert
from jobs.domain.job import NewJob


def claim_key(connection: Connection, new: NewJob, now: datetime, until: datetime) -> bool:
    """Take the job's key until `until`; False when another job holds it.

    Of concurrent requests under one key the second waits here for the first to commit.
    """
    values = {"fingerprint": new.fingerprint, "job_id": new.id, "expires_at": until}
    claim = upsert(connection, tables.idempotency_keys).values(
        tenant=new.tenant, key=new.idempotency_key, **values
    )
    claim = claim.on_conflict_do_update(
        index_elements=["tenant", "key"],
        set_=values,
        where=tables.idempotency_keys.c.expires_at <= now,
    )
    return connection.execute(claim.returning(tables.idempotency_keys.c.job_id)).first() is not None


def holder(connection: Connection, tenant: str, key: str, now: datetime) -> Row[str, str] | None:
    """Return (job_id, fingerprint) of the job that holds the key."""
    columns = tables.idempotency_keys.c
    found = select(columns.job_id, columns.fingerprint).where(
        columns.tenant == tenant, columns.key == key, columns.expires_at > now
    )
    return connection.execute(found).one_or_none()


def insert_batch_once(
    connection: Connection, values: Mapping[str, object]
) -> tuple[Row[Any], bool]:
    """Insert a batch and return its row and True; the first one and False where its key is held."""
    batches = tables.batches
    made = upsert(connection, batches).values(values)
    made = made.on_conflict_do_nothing(index_elements=["tenant", "idempotency_key"])
    row = connection.execute(made.returning(batches)).one_or_none()
    if row is not None:
        return row, True
    same_key = batches.c.idempotency_key == values["idempotency_key"]
    first = select(batches).where(batches.c.tenant == values["tenant"], same_key)
    return connection.execute(first).one(), False
