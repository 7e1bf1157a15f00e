"""Revisions of results: corrections of words, each change kept beside the ones before it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from jobs.db import tables
from jobs.db.clock import Clock
from jobs.db.engine import Database
from jobs.domain.corrections import Correction, Revision, as_rows, from_rows, merged
from jobs.domain.errors import NotFound, RevisionConflict

_JOBS = tables.jobs.c
_ROWS = tables.corrections.c
MAX_WORDS = 20_000  # of one revision


class CorrectionStore:
    """The revisions of every job's result. The result itself never changes."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def save(
        self, job_id: str, changes: Sequence[Correction], *, author: str, base: int | None = None
    ) -> Revision:
        """Add a revision: the latest one with these changes.

        `base` is the number of the revision that the changes were made on. Raises
        RevisionConflict where that is no longer the latest, NotFound where the job is gone, and
        ValueError where more words would be corrected than MAX_WORDS.
        """
        now = self._clock()
        with self._database.write() as connection:
            _lock(connection, job_id)
            latest = _read(connection, job_id, None)
            number = latest.number if latest else 0
            if base is not None and base != number:
                raise RevisionConflict(number)
            words = merged(latest.corrections if latest else (), changes)
            if len(words) > MAX_WORDS:
                raise ValueError(f"a result has at most {MAX_WORDS} corrections")
            row = {
                "job_id": job_id,
                "revision": number + 1,
                "created_at": now,
                "author": author,
                "words": as_rows(words),
            }
            connection.execute(insert(tables.corrections).values(row))
        return Revision(job_id, number + 1, now, author, words)

    def get(self, job_id: str, number: int | None = None) -> Revision | None:
        """Return a revision, the latest where no number is given; None where there is none."""
        with self._database.read() as connection:
            return _read(connection, job_id, number)

    def list(self, job_id: str) -> Sequence[Revision]:
        """Return all revisions, the oldest first."""
        found = select(tables.corrections).where(_ROWS.job_id == job_id).order_by(_ROWS.revision)
        with self._database.read() as connection:
            return [_revision(row) for row in connection.execute(found)]


def _lock(connection: Connection, job_id: str) -> None:
    """Let one change at a time number its revision."""
    job = select(_JOBS.id).where(_JOBS.id == job_id).with_for_update()
    if connection.execute(job).one_or_none() is None:
        raise NotFound(f"no job {job_id}")


def _read(connection: Connection, job_id: str, number: int | None) -> Revision | None:
    found = select(tables.corrections).where(_ROWS.job_id == job_id)
    if number is not None:
        found = found.where(_ROWS.revision == number)
    row = connection.execute(found.order_by(_ROWS.revision.desc()).limit(1)).one_or_none()
    return None if row is None else _revision(row)


def _revision(row: Row[Any]) -> Revision:
    return Revision(row.job_id, row.revision, row.created_at, row.author, from_rows(row.words))
