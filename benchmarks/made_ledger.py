"""Fills a ledger with made rows, as many as years of use leave behind, in a few SQL statements.

Of each 1,000 jobs 10 failed, 5 are partial and `open_share` of all are open, the youngest ones;
each has a name, a page and a delivery, one in ten is of a batch. A hundred jobs in a row are of one
tenant. Jobs are a second apart and kept for a week, so the older ones are due for deletion.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

FIRST: Final = datetime(2029, 1, 1, tzinfo=UTC)
TENANTS: Final = 50  # each with two endpoints
BATCH: Final = 100  # jobs
_TENANT_NUMBER = f"CAST(i / {BATCH} % {TENANTS} AS TEXT)"
_ZEROS = "0" * 26
_NUMBERS: Final = {
    "sqlite": (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
        " INSERT INTO {table} ({columns}) SELECT {values} FROM n WHERE {where}"
    ),
    "postgresql": (
        "INSERT INTO {table} ({columns}) SELECT {values}"
        " FROM generate_series(1, {count}) AS n(i) WHERE {where}"
    ),
}
# What each insert would look after row by row; made at once when all rows are there.
_AFTERWARDS: Final = {
    "sqlite": (
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"
        " AND (type = 'index' OR type = 'trigger' AND name = 'jobs_named')"
    ),
    "postgresql": (
        "SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
        " AND indexname NOT IN (SELECT conname FROM pg_constraint)"
    ),
}
_QUICKLY: Final = (  # for a superuser: no checks of references, and indexes sorted in memory
    "SET LOCAL session_replication_role = replica",
    "SET LOCAL maintenance_work_mem = '512MB'",
    "SET LOCAL synchronous_commit = off",
)
_NAMES: Final = (  # as the trigger `jobs_named` does it (migration 0018)
    (
        "INSERT INTO job_names (job_id, owner, name)"
        " SELECT id, substr('___' || tenant, -3), filename || char(10) || char(10) FROM jobs"
    ),
    "INSERT INTO job_names_index (job_names_index) VALUES ('rebuild')",
)


@dataclass(frozen=True, slots=True)
class _Sql:
    """Spellings that differ between SQLite and PostgreSQL."""

    sqlite: bool

    @property
    def json(self) -> str:
        return "'{}'" if self.sqlite else "CAST('{}' AS JSON)"

    def at(self, seconds: str) -> str:
        """So many seconds after FIRST; an expression of `i`."""
        if not self.sqlite:
            return f"TIMESTAMPTZ '{FIRST.isoformat()}' + ({seconds}) * INTERVAL '1 second'"
        began = int(FIRST.timestamp())
        return f"strftime('%Y-%m-%d %H:%M:%S.000000', {began} + ({seconds}), 'unixepoch')"


def made_id(prefix: str, number: int) -> str:
    """The id of a row, as `fill` makes it."""
    return f"{prefix}_{number:026d}"


def ends_at(jobs: int) -> datetime:
    """The moment at which the last job was made."""
    return FIRST + timedelta(seconds=jobs)


def fill(connection: Connection, jobs: int, open_share: float = 0.01) -> None:
    """Insert made rows and gather the planner's statistics; the tables must be empty.

    Indexes are built afterwards: ten million jobs take minutes then, not hours.
    """
    dialect = connection.dialect.name
    for setting in _QUICKLY if dialect == "postgresql" else ():
        connection.exec_driver_sql(setting)
    later = connection.exec_driver_sql(_AFTERWARDS[dialect]).all()
    for kind, name, _ in later:
        connection.exec_driver_sql(f"DROP {kind} {name}")
    _fill(connection, jobs, open_share)
    for statement in _NAMES if dialect == "sqlite" else ():
        connection.exec_driver_sql(statement)
    for _, _, create in later:
        connection.exec_driver_sql(create)
    connection.exec_driver_sql("ANALYZE")


def _fill(connection: Connection, jobs: int, open_share: float) -> None:
    sql = _Sql(connection.dialect.name == "sqlite")
    first_open = int(jobs * (1 - open_share)) + 1
    tenant = f"'tenant-' || {_TENANT_NUMBER}"
    job, batch = _id("job", "i"), _id("batch", f"i / {BATCH}")
    state = (
        f"CASE WHEN i >= {first_open} THEN CASE i % 2 WHEN 0 THEN 'queued' ELSE 'running' END"
        " WHEN i % 1000 < 10 THEN 'failed' WHEN i % 1000 < 15 THEN 'partial' ELSE 'succeeded' END"
    )
    ended = f"CASE WHEN i < {first_open} THEN {{}} END"
    read = f"CASE WHEN i < {first_open} THEN 1 ELSE 0 END"
    opened = f"CASE WHEN i < {first_open} OR i % 2 = 1 THEN 1 END"
    kept = f"i + {7 * 86_400}"
    of_batch = f"i % {10 * BATCH} < {BATCH}"
    week = {"expires_at": ended.format(sql.at(kept)), "finished_at": ended.format(sql.at("i + 9"))}
    _insert(connection, "batches", jobs, f"{of_batch} AND i % {BATCH} = 0", {
        "id": batch, "tenant": tenant, "created_at": sql.at("i"), "metadata": sql.json,
        "state": "'completed'", "options": sql.json, "archive": "false", "documents": str(BATCH),
        "laid_out": str(BATCH), "open_jobs": "0", "priority": "2", "token": "1", "attempts": "1",
        "finished_at": sql.at("i + 9"), "expires_at": sql.at(kept),
    })  # fmt: skip
    _insert(connection, "jobs", jobs, "true", {
        "id": job, "tenant": tenant, "state": state, "created_at": sql.at("i"),
        "options": sql.json, "metadata": sql.json, "priority": "2",
        "batch_id": f"CASE WHEN {of_batch} AND i >= {BATCH} THEN {batch} END",
        "batch_index": f"CASE WHEN {of_batch} AND i >= {BATCH} THEN i % {BATCH} END",
        "pages_total": opened, "pages_succeeded": read, "pages_failed": "0", "open_attempts": "1",
        "finish_attempts": "0", "last_event": "3", "started_at": sql.at("i + 1"), **week,
        "filename": "'invoice-' || CAST(i AS TEXT) || '.pdf'",
    })  # fmt: skip
    _insert(connection, "pages", jobs, f"{opened} = 1", {
        "job_id": job, "number": "1", "attempts": "1", "token": "1",
        "state": f"CASE WHEN i < {first_open} THEN 'succeeded' ELSE 'queued' END",
        "finished_at": week["finished_at"],
    })  # fmt: skip
    _fill_receivers(connection, jobs, sql, first_open)
    for kind, odd in (("open_job", 0), ("read_page", 1)):
        _insert(connection, "tasks", jobs, f"i >= {first_open} AND i % 2 = {odd}", {
            "kind": f"'{kind}'", "subject": job, "number": str(odd), "turn": tenant, "rank": "2",
            "ready_at": sql.at("i"), "attempts": "0",
        })  # fmt: skip


def _fill_receivers(connection: Connection, jobs: int, sql: _Sql, first_open: int) -> None:
    """Two endpoints for each tenant, and a delivery for each job that has ended."""
    tenant = f"'tenant-' || {_TENANT_NUMBER}"
    endpoint = f"'we-' || {_TENANT_NUMBER} || CASE i % 2 WHEN 0 THEN '-a' ELSE '-b' END"
    job = _id("job", "i")
    _insert(connection, "endpoints", TENANTS * BATCH, f"i % {BATCH} < 2", {
        "id": endpoint, "tenant": tenant, "url": "'https://receiver.example/'",
        "events": sql.json, "secrets": sql.json, "created_at": sql.at("0"), "enabled": "true",
    })  # fmt: skip
    pending = f"i >= {first_open - 100}"
    _insert(connection, "deliveries", jobs, f"i < {first_open}", {
        "id": _id("msg", "i"), "tenant": tenant, "endpoint_id": endpoint, "job_id": job,
        "url": "''", "event": "'job.succeeded'", "payload": "''", "attempts": "1",
        "state": f"CASE WHEN {pending} THEN 'pending' ELSE 'delivered' END",
        "created_at": sql.at("i + 9"),
        "finished_at": f"CASE WHEN NOT {pending} THEN {sql.at('i + 10')} END",
    })  # fmt: skip


def _id(prefix: str, number: str) -> str:
    as_text = f"CAST({number} AS TEXT)"
    return f"'{prefix}_' || substr('{_ZEROS}' || {as_text}, length({as_text}) + 1)"


def _insert(
    connection: Connection, table: str, count: int, where: str, columns: dict[str, str]
) -> None:
    statement = _NUMBERS[connection.dialect.name].format(
        table=table,
        count=count,
        columns=", ".join(columns),
        values=", ".join(columns.values()),
        where=where,
    )
    # The driver of PostgreSQL takes a percent sign for the start of a parameter.
    doubled = statement.replace("%", "%%") if connection.dialect.name != "sqlite" else statement
    connection.exec_driver_sql(doubled)
