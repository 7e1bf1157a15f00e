"""Deletes orphans: blobs without a job or batch, of a process killed before it wrote the row."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from jobs.db import tables
from jobs.db.engine import Database
from jobs.domain.ids import made_at
from jobs.domain.states import BatchState
from jobs.storage.blob_store import Blobs

# Longer than any upload and any request that may still write the row.
KEPT = timedelta(hours=24)
_AT_ONCE = 500


def delete_orphans(database: Database, blobs: Blobs, now: datetime) -> int:
    """Delete blobs under ids that are older than KEPT and have no row; return how many ids.

    Documents of a batch that is not expanded yet have no rows of their own and are kept.
    """
    gone = 0
    for prefixes in _chunks(_old_prefixes(blobs, now)):
        unknown = list(_unknown(database, prefixes))
        blobs.delete_prefixes(unknown)
        gone += len(unknown)
    return gone


def _old_prefixes(blobs: Blobs, now: datetime) -> Iterator[str]:
    for tenant in blobs.prefixes("tenants/"):
        for kind in ("jobs/", "batches/"):
            for prefix in blobs.prefixes(tenant + kind):
                made = made_at(_id(prefix))
                if made is not None and now - made > KEPT:
                    yield prefix


def _unknown(database: Database, prefixes: Sequence[str]) -> Iterator[str]:
    ids = [_id(prefix) for prefix in prefixes]
    batches = tables.batches.c
    preparing = select(batches.id).where(
        batches.finished_at.is_(None), batches.state == BatchState.PREPARING
    )
    with database.read() as connection:
        # Queried first: a batch that is expanded meanwhile has its rows by the second query.
        preparing_at = {made_at(batch_id) for batch_id in connection.execute(preparing).scalars()}
        known = {
            row_id
            for column in (tables.jobs.c.id, batches.id)
            for row_id in connection.execute(select(column).where(column.in_(ids))).scalars()
        }
    for prefix in prefixes:
        # The documents of a batch have ids of the moment of its own.
        if _id(prefix) not in known and made_at(_id(prefix)) not in preparing_at:
            yield prefix


def _id(prefix: str) -> str:
    return prefix.rstrip("/").rsplit("/", 1)[-1]


def _chunks(prefixes: Iterator[str]) -> Iterator[list[str]]:
    held: list[str] = []
    for prefix in prefixes:
        held.append(prefix)
        if len(held) == _AT_ONCE:
            yield held
            held = []
    if held:
        yield held
