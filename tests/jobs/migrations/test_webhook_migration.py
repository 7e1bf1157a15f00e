"""Revision 0002 makes the table of deliveries anew on SQLite; nothing may be lost by that."""

from alembic import command
from sqlalchemy import text

from jobs.db.engine import Database
from tests.support.migrations import migrations

OLD = """
INSERT INTO jobs (id, tenant, state, created_at, options, metadata, pages_succeeded, pages_failed,
  open_attempts, last_event) VALUES ('job_1', 't', 'failed', '2030-01-01', '{}', '{}', 0, 0, 0, 1);
INSERT INTO endpoints (id, tenant, url, events, secrets, created_at, enabled)
  VALUES ('we_1', 't', 'https://a.example/', '["job.failed"]', '[]', '2030-01-01', true);
INSERT INTO deliveries (id, tenant, endpoint_id, job_id, url, event, payload, state, attempts,
  created_at) VALUES ('msg_1', 't', 'we_1', 'job_1', 'https://a.example/', 'job.failed', '{}',
  'delivered', 2, '2030-01-01');
INSERT INTO attempts (delivery_id, number, at, duration_ms, status, response)
  VALUES ('msg_1', 1, '2030-01-01', 3.5, 500, 'no'), ('msg_1', 2, '2030-01-01', 2.5, 200, 'ok')
"""


def test_deliveries_and_attempts_survive_the_change_and_its_undoing(database: Database) -> None:
    with migrations(database) as (connection, config):
        command.upgrade(config, "0001")
        for statement in OLD.split(";"):
            connection.execute(text(statement))
    for step, revision in ((command.upgrade, "0002"), (command.downgrade, "0001")):
        with migrations(database) as (connection, config):
            step(config, revision)
        with database.read() as connection:
            attempts = connection.execute(text("SELECT status FROM attempts ORDER BY number"))
            assert attempts.scalars().all() == [500, 200]
            delivery = connection.execute(text("SELECT id, job_id FROM deliveries")).one()
            assert tuple(delivery) == ("msg_1", "job_1")
    with database.write() as connection:
        connection.execute(text("DELETE FROM jobs"))
    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM attempts")).scalar_one() == 0
