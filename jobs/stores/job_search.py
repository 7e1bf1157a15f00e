"""Jobs by a part of their names or the beginning of their id, found by an index.

The names are the file's, the URL and the custom id. The newest jobs of a tenant are looked at one
by one, where what is in many names is found at once. What is rarer is looked up by its trigrams: in
SQLite in the full-text index `job_names_index`, in PostgreSQL in `ix_jobs_names` (migration 0018).
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Row,
    Select,
    String,
    Text,
    column,
    func,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import ARRAY

from jobs.db import tables

NEWEST: Final = 10_000  # jobs that are looked at one by one
SHORTEST: Final = 3  # characters that the index can find: one trigram
_ID: Final = re.compile(r"job_[0-9a-z]+")
_ID_LENGTH: Final = 30

_JOBS = tables.jobs.c
_NAMES: Final = (_JOBS.filename, _JOBS.source_url, _JOBS.custom_id)
_NAMED: Final = table("job_names", column("id"), column("job_id", String))
_INDEX: Final = table("job_names_index", column("rowid"), column("job_names_index", String))


def search_jobs(
    connection: Connection, found: Select[Any], tenant: str, search: str, limit: int
) -> Sequence[Row[Any]]:
    """Return the first rows of `found`, an ordered select of a tenant's jobs, that match.

    A search of fewer than SHORTEST characters looks at the NEWEST jobs alone.
    """
    ids = found.with_only_columns(_JOBS.id)
    oldest = connection.execute(ids.offset(NEWEST).limit(1)).scalar_one_or_none()
    newest = found if oldest is None else found.where(_JOBS.id > oldest)
    rows = connection.execute(newest.where(_matches(search)).limit(limit)).all()
    if oldest is None or len(rows) == limit or len(search) < SHORTEST:
        return rows
    matching = _indexed(connection, tenant, search)
    indexed = found.where(_JOBS.id.in_(select(matching.c.id)))
    return connection.execute(indexed.limit(limit)).all()


def _matches(search: str) -> ColumnElement[bool]:
    named = _named(search)
    ids = _id_range(search)
    return named if ids is None else named | ids


def _named(search: str) -> ColumnElement[bool]:
    return or_(*(name.icontains(search, autoescape=True) for name in _NAMES))


def _id_range(search: str) -> ColumnElement[bool] | None:
    """Ids that begin so; None where none can."""
    prefix = search.lower()
    if not _ID.fullmatch(prefix):
        return None
    return _JOBS.id.between(prefix, prefix.ljust(_ID_LENGTH, "z"))


def _indexed(connection: Connection, tenant: str, search: str) -> CTE:
    """The ids of all jobs that match; on SQLite those of few other tenants as well."""
    sqlite = connection.dialect.name == "sqlite"
    found = _by_trigrams(tenant, search) if sqlite else _by_arrays(tenant, search)
    ids = _id_range(search)
    if ids is not None:
        return found.union(select(_JOBS.id).where(_JOBS.tenant == tenant, ids)).cte("matching")
    return found.cte("matching").prefix_with("MATERIALIZED", dialect="postgresql")


def _by_trigrams(tenant: str, search: str) -> Select[Any]:
    owner = f"___{tenant}"[-SHORTEST:]
    query = f"owner : {_quoted(owner)} AND name : {_quoted(search)}"
    names = select(_NAMED.c.job_id.label("id")).join(_INDEX, _INDEX.c.rowid == _NAMED.c.id)
    return names.where(_INDEX.c.job_names_index.op("MATCH")(query))


def _by_arrays(tenant: str, search: str) -> Select[Any]:
    """Trigrams in any order, then the very text."""
    grams = func.pagesight_grams(*_NAMES, type_=ARRAY(Text))
    wanted = func.pagesight_grams(search, type_=ARRAY(Text))
    wanted_rows = (_JOBS.tenant == tenant) & grams.contains(wanted) & _named(search)
    return select(_JOBS.id).where(wanted_rows)


def _quoted(text: str) -> str:
    """A string of FTS5's query language."""
    return '"' + text.replace('"', '""') + '"'
