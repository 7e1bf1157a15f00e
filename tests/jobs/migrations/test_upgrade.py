import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from jobs.db.engine import Database
from jobs.db.tables import metadata
from jobs.ledger import Ledger
from jobs.migrations.upgrade import migrate, roll_back
from jobs.settings import Settings
from tests.support.migrations import migrations
from tests.support.postgres import Cluster
from tests.support.workplace import await_true

NEW_JOB = """
INSERT INTO jobs (id, tenant, state, created_at, options, metadata, pages_succeeded, pages_failed,
  open_attempts, finish_attempts, last_event, priority)
VALUES (:id, 't', 'queued', '2030-01-01', '{}', '{}', 0, 0, 0, 0, 1, 2)
"""


def test_the_migrations_make_the_tables_of_the_code(ledger: Ledger) -> None:
    assert_is_current(ledger.database)


def test_migrating_again_changes_nothing(settings: Settings, ledger: Ledger) -> None:
    key = ledger.keys.create("tenant-a", ["admin"], "a")[0]
    migrate(settings)
    assert ledger.keys.list() == [key]


def _migrate_at_once(settings: Settings) -> list[int | None]:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=migrate, args=(settings,)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return [process.exitcode for process in processes]


def test_processes_that_start_together_migrate_sqlite_once(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path)
    assert _migrate_at_once(settings) == [0, 0]
    assert _tables(settings) == set(metadata.tables) | {"alembic_version"}


def test_processes_that_start_together_migrate_postgresql_once(cluster: Cluster) -> None:
    settings = Settings(_env_file=None, database_url=cluster.new_database())
    assert _migrate_at_once(settings) == [0, 0]
    assert _tables(settings) == set(metadata.tables) | {"alembic_version"}


def at_revision(settings: Settings, revision: str) -> Database:
    database = Database(settings.sqlalchemy_url)
    with migrations(database) as (_, config):
        command.upgrade(config, revision)
    return database


def test_others_write_while_indexes_of_postgresql_are_built(cluster: Cluster) -> None:
    """A build waits for the transactions that are open, and no writer waits for the build."""
    settings = Settings(_env_file=None, database_url=cluster.new_database())
    database = at_revision(settings, "0010")
    add = text(NEW_JOB)
    with ThreadPoolExecutor(1) as pool:
        with database.write() as early:
            early.execute(add, {"id": "job_1"})
            upgrading = pool.submit(migrate, settings)
            await_true(lambda: is_building(database), "an index to be built")
            with database.write() as late:
                late.execute(text("SET LOCAL lock_timeout = '5s'"))
                late.execute(add, {"id": "job_2"})
        upgrading.result(60)
    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM jobs")).scalar_one() == 2
    assert_is_current(database)
    database.close()


def is_building(database: Database) -> bool:
    query = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%'"
    with database.read() as connection:
        return bool(connection.execute(text(query + " AND state = 'active'")).scalar_one())


def test_a_build_that_was_broken_off_is_done_again(cluster: Cluster) -> None:
    settings = Settings(_env_file=None, database_url=cluster.new_database())
    database = at_revision(settings, "0010")
    with database.write() as connection:  # the name is taken, as by an index that is invalid
        connection.execute(text("CREATE INDEX ix_jobs_state ON jobs (tenant)"))
    migrate(settings)
    assert_is_current(database)
    roll_back(settings, "0010")
    migrate(settings)
    assert_is_current(database)
    database.close()


def assert_is_current(database: Database) -> None:
    with database.read() as connection:
        opts = {"compare_type": True, "include_name": _is_ours}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, metadata) == []


def _is_ours(name: str | None, *_: object) -> bool:
    """Not of an index that one of the databases keeps itself: of texts, or of names."""
    return not (name or "").startswith(("page_words", "job_names", "ix_jobs_names"))


def _tables(settings: Settings) -> set[str]:
    database = Database(settings.sqlalchemy_url)
    with database.read() as connection:
        names = set(connection.dialect.get_table_names(connection))
    database.close()
    return set(filter(_is_ours, names))
