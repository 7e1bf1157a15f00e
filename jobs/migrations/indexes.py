"""Builds indexes on PostgreSQL while others write: a table of millions takes minutes.

A migration that changes indexes alone names them in `OLD_INDEXES` and `NEW_INDEXES`. They are built
outside of any transaction, as `CREATE INDEX CONCURRENTLY` demands, and its revision is stamped
after that. What a broken build left behind is invalid, and dropped before it is built again.
"""

from collections.abc import Sequence
from types import ModuleType
from typing import NamedTuple

from sqlalchemy import Connection, text


class IndexSpec(NamedTuple):
    """An index by name; `where` says which rows it holds, if not all, `method` of which kind."""

    name: str
    table: str
    columns: Sequence[str]
    where: str | None
    method: str = "btree"


def changes_indexes_alone(migration: ModuleType) -> bool:
    """Whether the migration can be done by `replace_indexes`."""
    return hasattr(migration, "NEW_INDEXES")


def replace_indexes(connection: Connection, migration: ModuleType, *, back: bool) -> None:
    """Do what the migration says, or with `back` undo it, on a connection in autocommit mode."""
    old = [IndexSpec(*each) for each in migration.OLD_INDEXES]
    new = [IndexSpec(*each) for each in migration.NEW_INDEXES]
    if back:
        old, new = new, old
    for each in new:
        _drop(connection, each.name)
        connection.execute(text(_create(each)))
    for name in {each.name for each in old} - {each.name for each in new}:
        _drop(connection, name)


def _drop(connection: Connection, name: str) -> None:
    connection.execute(text(f"DROP INDEX CONCURRENTLY IF EXISTS {name}"))


def _create(index: IndexSpec) -> str:
    rows = "" if index.where is None else f" WHERE {index.where}"
    columns = ", ".join(index.columns)
    place = f"{index.table} USING {index.method}"
    return f"CREATE INDEX CONCURRENTLY {index.name} ON {place} ({columns}){rows}"
