"""The index of texts: filled when a job ends, searched by tenant, deleted with the job."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, String, column, func, select, table

from jobs.db import tables
from jobs.db.engine import Database
from jobs.db.mappers import to_job
from jobs.db.soft_delete import kept_jobs
from jobs.domain.job import Job
from jobs.domain.states import JobState
from jobs.domain.text_search import PageMatch, SearchWord, match_of
from jobs.lifecycle.page_texts import CONFIGURATION, add_page_texts, owner_word

PAGES_AT_ONCE: Final = 50  # in one transaction: other writers wait for it
MATCHES: Final = 3  # pages of a job that are shown

_JOBS = tables.jobs.c
_TEXTS = tables.page_texts.c
# SQLite's full-text index, whose rows are those of `page_texts`.
_WORDS: Final = table("page_words", column("rowid"), column("page_words", String))


class PageTextStore:
    """The texts of every tenant's results; with `enabled` False nothing is added."""

    def __init__(self, database: Database, *, enabled: bool) -> None:
        self._database = database
        self.enabled = enabled

    def add(self, job: Job, pages: Sequence[tuple[int, str]]) -> None:
        """Index pages of a job by number and text, at most PAGES_AT_ONCE in a transaction."""
        if self.enabled:
            for at in range(0, len(pages), PAGES_AT_ONCE):
                with self._database.write() as connection:
                    some = pages[at : at + PAGES_AT_ONCE]
                    add_page_texts(connection, job.tenant, job.id, some)

    def find(
        self,
        tenant: str,
        words: Sequence[SearchWord],
        *,
        limit: int,
        state: JobState | None = None,
        batch_id: str | None = None,
        before: str | None = None,
    ) -> tuple[Sequence[Job], Mapping[str, Sequence[PageMatch]], str | None]:
        """Return the ended jobs with a page that has all words, newest first.

        With them come the first matching pages of each, and where the next jobs begin, if any.
        """
        wanted = (_JOBS.tenant == tenant) & _JOBS.result_blob.is_not(None) & kept_jobs()
        if state is not None:
            wanted &= _JOBS.state == state
        if batch_id is not None:
            wanted &= _JOBS.batch_id == batch_id
        if before is not None:
            wanted &= _JOBS.id < before
        pages = self._pages(tenant, words)
        ids = pages.with_only_columns(_TEXTS.job_id).join(tables.jobs, _JOBS.id == _TEXTS.job_id)
        ids = ids.where(wanted).distinct().order_by(_TEXTS.job_id.desc()).limit(limit + 1)
        with self._database.read() as connection:
            found = connection.execute(ids).scalars().all()
            shown = found[:limit]
            jobs = select(tables.jobs).where(_JOBS.id.in_(shown)).order_by(_JOBS.id.desc())
            rows = connection.execute(jobs).all()
            texts = connection.execute(_first_of_each(pages, shown)).all()
        matches: dict[str, list[PageMatch]] = {job_id: [] for job_id in shown}
        for row in texts:
            matches[row.job_id].append(match_of(row.number, row.text, words))
        return [to_job(row) for row in rows], matches, shown[-1] if len(found) > limit else None

    def _pages(self, tenant: str, words: Sequence[SearchWord]) -> Select[Any]:
        """The pages of a tenant that have all words."""
        found = select(_TEXTS.id)
        if self._database.is_sqlite:
            found = found.select_from(tables.page_texts)
            found = found.join(_WORDS, _WORDS.c.rowid == _TEXTS.id)
            return found.where(_WORDS.c.page_words.op("MATCH")(_sqlite_query(tenant, words)))
        return found.where(_postgres_match(tenant, words))


def _first_of_each(pages: Select[Any], job_ids: Sequence[str]) -> Select[Any]:
    """The first matching pages of these jobs; only their texts are read."""
    place = func.row_number().over(partition_by=_TEXTS.job_id, order_by=_TEXTS.number)
    placed = pages.add_columns(place.label("place")).where(_TEXTS.job_id.in_(job_ids)).subquery()
    first = select(placed.c.id).where(placed.c.place <= MATCHES)
    shown = select(_TEXTS.job_id, _TEXTS.number, _TEXTS.text).where(_TEXTS.id.in_(first))
    return shown.order_by(_TEXTS.job_id, _TEXTS.number)


def _sqlite_query(tenant: str, words: Sequence[SearchWord]) -> str:
    """A query of FTS5. Words are letters and digits alone, so nothing in them needs care."""
    each = " AND ".join(f'"{word.text}"{"*" if word.prefix else ""}' for word in words)
    return f'owner : "{owner_word(tenant)}" AND text : ({each})'


def _postgres_match(tenant: str, words: Sequence[SearchWord]) -> ColumnElement[bool]:
    each = [f"'{word.text}'{':*' if word.prefix else ''}" for word in words]
    query = func.to_tsquery(CONFIGURATION, " & ".join([f"'{owner_word(tenant)}'", *each]))
    return _TEXTS.words.op("@@", is_comparison=True)(query)
