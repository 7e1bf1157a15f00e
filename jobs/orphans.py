"""Blobs that no job knows: left by a process that was killed between a blob and its row."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from jobs import tables
from jobs.blobs import Blobs
from jobs.database import Database
from jobs.ids import made_at

# Longer than any upload and any request that may still write the row.
KEPT = timedelta(hours=24)
_AT_ONCE = 500


def delete_orphans(database: Database, blobs: Blobs, now: datetime) -> int:
    """Delete what lies under job ids that are older than KEPT and have no row; return how many."""
    gone = 0
    for prefixes in _chunks(_old_prefixes(blobs, now)):
        for prefix in _unknown(database, prefixes):
            blobs.delete_prefix(prefix)
            gone += 1
    return gone


def _old_prefixes(blobs: Blobs, now: datetime) -> Iterator[str]:
    for tenant in blobs.prefixes("tenants/"):
        for prefix in blobs.prefixes(f"{tenant}jobs/"):
            made = made_at(_job_id(prefix))
            if made is not None and now - made > KEPT:
                yield prefix


def _unknown(database: Database, prefixes: Sequence[str]) -> Iterator[str]:
    ids = [_job_id(prefix) for prefix in prefixes]
    with database.read() as connection:
        found = connection.execute(select(tables.jobs.c.id).where(tables.jobs.c.id.in_(ids)))
        known = set(found.scalars())
    yield from (prefix for prefix in prefixes if _job_id(prefix) not in known)


def _job_id(prefix: str) -> str:
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
