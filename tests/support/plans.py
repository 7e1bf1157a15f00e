"""How a database would run what a call of the ledger sends to it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event

from jobs.db.engine import Database

_READS = ("SELECT", "WITH", "UPDATE", "DELETE")


def plan(database: Database, call: Callable[[], object]) -> list[str]:
    """Every access to a table in the statements of `call`: `scan TABLE`, or `INDEX on TABLE`.

    PostgreSQL chooses an index by how much a table holds, so fill it first; it is kept from reading
    the tables whole that hold little all the same. An index that is read from end to end, since no
    condition narrows it, is `all of INDEX on TABLE`.
    """
    with _recorded(database) as statements:
        call()
    with database.write() as connection:
        return [step for each in statements for step in _explain(connection, *each)]


@contextmanager
def _recorded(database: Database) -> Iterator[list[tuple[str, Any]]]:
    statements: list[tuple[str, Any]] = []

    def record(_c: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        if statement.startswith(_READS):
            statements.append((statement, values))

    engine = database._engine
    event.listen(engine, "before_cursor_execute", record)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", record)


def _explain(connection: Connection, statement: str, values: Any) -> list[str]:
    if isinstance(values, list):
        values = values[0]
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        return [step for row in rows if (step := _sqlite_step(row[3]))]
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    found = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values).scalar_one()
    parsed = found if isinstance(found, list) else json.loads(found)
    return list(_postgres_steps(connection, parsed[0]["Plan"]))


def _sqlite_step(detail: str) -> str:
    """One line of SQLite's plan, such as `SEARCH jobs USING INDEX ix_jobs_open (tenant=?)`."""
    words = detail.split()
    if words[0] not in {"SCAN", "SEARCH"} or len(words) < 2 or "CONSTANT" in words:
        return ""
    if "VIRTUAL" in words:
        return f"full text on {words[1]}"
    if "PRIMARY" in words:
        return f"key on {words[1]}"
    if "INDEX" not in words:
        return f"scan {words[1]}"
    index = words[words.index("INDEX") + 1]
    return f"{index} on {words[1]}" if words[0] == "SEARCH" else f"all of {index} on {words[1]}"


def _postgres_steps(connection: Connection, node: dict[str, Any]) -> Iterator[str]:
    kind, name, table = node["Node Type"], node.get("Index Name"), node.get("Relation Name")
    if kind == "Seq Scan":
        yield f"scan {table}"
    elif name is not None:
        table = table or _table_of(connection, name)
        shown = "key" if name.startswith("pk_") else name
        yield f"{shown} on {table}" if "Index Cond" in node else f"all of {shown} on {table}"
    for inner in node.get("Plans", ()):
        yield from _postgres_steps(connection, inner)


def _table_of(connection: Connection, index: str) -> str:
    found = "SELECT tablename FROM pg_indexes WHERE indexname = %s"
    return str(connection.exec_driver_sql(found, (index,)).scalar_one())
