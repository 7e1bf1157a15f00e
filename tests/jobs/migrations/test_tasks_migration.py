"""Revision 0010 gives what is in progress its rows in the table of work, and takes them back."""

from datetime import UTC
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, text

from jobs.db.engine import Database
from jobs.ledger import open_ledger
from jobs.migrations.revision import NewerSchema
from jobs.migrations.upgrade import migrate, roll_back
from jobs.settings import Settings
from tests.support.ledgers import created, drain, running
from tests.support.migrations import migrations

NAMES = "id, tenant, state, created_at, options, metadata, pages_total, pages_succeeded"
COUNTS = "pages_failed, open_attempts, finish_attempts, last_event, priority"
TIMES = "open_until, wake_at, finished_at"
SOON, LATER = "2030-01-01 00:01:00.000000", "2030-01-01 00:05:00.000000"
MADE = "'2030-01-01', '{}', '{}'"
BATCHES = "id, tenant, created_at, metadata, options, archive, laid_out, open_jobs, priority, token"

OLD = f"""
INSERT INTO batches ({BATCHES}, attempts, state, lease_until, wake_at, finished_at) VALUES
  ('batch_held', 't', {MADE}, false, 0, 0, 2, 1, 1, 'preparing', '{LATER}', '{LATER}', NULL),
  ('batch_runs', 't', {MADE}, false, 1, 1, 2, 1, 1, 'running', NULL, NULL, NULL),
  ('batch_done', 't', {MADE}, false, 1, 0, 2, 1, 1, 'completed', NULL, NULL, '{SOON}');
INSERT INTO jobs ({NAMES}, {COUNTS}, {TIMES}) VALUES
  ('job_waits', 't', 'queued', {MADE}, NULL, 0, 0, 0, 0, 1, 1, NULL, '{SOON}', NULL),
  ('job_opens', 't', 'queued', {MADE}, NULL, 0, 0, 1, 0, 1, 3, '{LATER}', '{LATER}', NULL),
  ('job_reads', 'u', 'running', {MADE}, 4, 1, 0, 1, 0, 1, 2, NULL, NULL, NULL),
  ('job_ends', 't', 'running', {MADE}, 1, 1, 0, 1, 0, 1, 2, NULL, '{SOON}', NULL),
  ('job_done', 't', 'succeeded', {MADE}, 1, 1, 0, 1, 1, 1, 2, NULL, NULL, '{SOON}');
INSERT INTO pages (job_id, number, state, attempts, token, lease_until, wake_at, finished_at) VALUES
  ('job_reads', 1, 'succeeded', 1, 1, NULL, NULL, '{SOON}'),
  ('job_reads', 2, 'running', 1, 1, '{LATER}', NULL, NULL),
  ('job_reads', 3, 'queued', 0, 0, NULL, '{SOON}', NULL),
  ('job_reads', 4, 'queued', 1, 1, NULL, '{SOON}', NULL),
  ('job_ends', 1, 'succeeded', 1, 1, NULL, NULL, '{SOON}'),
  ('job_done', 1, 'succeeded', 1, 1, NULL, NULL, '{SOON}');
INSERT INTO endpoints (id, tenant, url, events, secrets, created_at, enabled)
  VALUES ('we_1', 't', 'https://a.example/', '["*"]', '[]', '2030-01-01', true);
INSERT INTO deliveries (id, tenant, endpoint_id, job_id, url, event, payload, created_at, attempts,
  state, next_attempt_at, wake_at) VALUES
  ('msg_due', 't', 'we_1', 'job_done', '', 'e', '', '2030-01-01', 1, 'pending',
   '{LATER}', '{LATER}'),
  ('msg_done', 't', 'we_1', 'job_done', '', 'e', '', '2030-01-01', 1, 'delivered', NULL, NULL);
INSERT INTO outbox (topic, subject, number, tenant, rank)
  VALUES ('open_job', 'job_waits', NULL, 't', 1)
"""

TASKS = {
    ("tend_batch", "batch_held", 0, "t", 0, LATER),
    ("open_job", "job_waits", 0, "t", 1, None),
    ("open_job", "job_opens", 0, "t", 3, LATER),
    ("read_page", "job_reads", 2, "u", 2, LATER),
    ("read_page", "job_reads", 3, "u", 2, None),
    ("read_page", "job_reads", 4, "u", 2, None),
    ("finish_job", "job_ends", 0, "t", 0, None),
    ("deliver", "msg_due", 0, "we_1", 0, LATER),
}
WAITING = {"batch_held", "job_waits", "job_opens", "job_ends", "3", "4", "msg_due"}


def tasks(connection: Connection) -> set[tuple[object, ...]]:
    columns = "kind, subject, number, turn, rank, dispatched_until"
    rows = connection.execute(text(f"SELECT {columns} FROM tasks")).all()
    return {(*row[:-1], None if row[-1] is None else _time(row[-1])) for row in rows}


def _time(value: object) -> str:
    """As it was written: SQLite returns text here, PostgreSQL a time of its own zone."""
    if isinstance(value, str):
        return value
    utc = value.astimezone(UTC)  # type: ignore[attr-defined]
    return str(utc.strftime("%Y-%m-%d %H:%M:%S.%f"))


def waiting(connection: Connection) -> set[str]:
    """What the release before would send a message for, at once or when its time comes."""
    found: set[str] = set()
    names = {"batches": "id", "jobs": "id", "deliveries": "id", "pages": "number"}
    for table, name in names.items():
        rows = connection.execute(text(f"SELECT {name} FROM {table} WHERE wake_at IS NOT NULL"))
        found |= {str(name) for name in rows.scalars()}
    return found


@pytest.fixture
def fresh(database: Database, tmp_path: Path) -> Settings:
    """Settings of a database of this test alone, which is migrated."""
    url = database._engine.url.render_as_string(hide_password=False)
    keys = tmp_path / "webhook-keys"
    settings = Settings(_env_file=None, data_dir=tmp_path, database_url=url, webhook_key_file=keys)
    migrate(settings)
    return settings


def test_jobs_of_this_version_are_carried_back_for_the_one_before_and_over_again(
    fresh: Settings, database: Database
) -> None:
    ledger = open_ledger(fresh)
    queued, read = created(ledger).id, running(ledger, 2)
    roll_back(fresh, "0009")
    with database.read() as connection:
        assert waiting(connection) == {queued, "1", "2"}
    migrate(fresh)
    assert set(drain(ledger)) == {(queued,), (read, 1), (read, 2)}
    ledger.close()


def test_a_revision_that_is_not_known_or_tables_of_a_newer_version_are_left_alone(
    fresh: Settings, database: Database
) -> None:
    with pytest.raises(ValueError, match="no revision '9999'"):
        roll_back(fresh, "9999")
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerSchema, match="newer version"):
        roll_back(fresh, "0009")


def test_running_jobs_are_carried_over_and_back(database: Database) -> None:
    with migrations(database) as (connection, config):
        command.upgrade(config, "0009")
        if not database.is_sqlite:
            connection.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")
        for statement in OLD.split(";\n"):
            connection.exec_driver_sql(statement)
    for _ in range(2):
        with migrations(database) as (connection, config):
            command.upgrade(config, "0010")
            assert tasks(connection) == TASKS
            # Nothing of this release writes these columns.
            for table in ("batches", "jobs", "pages", "deliveries"):
                connection.execute(text(f"UPDATE {table} SET wake_at = NULL"))
        with migrations(database) as (connection, config):
            command.downgrade(config, "0009")
            assert waiting(connection) == WAITING
