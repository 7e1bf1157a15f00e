import multiprocessing
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from jobs.db.engine import Database
from jobs.db.tables import metadata
from jobs.ledger import Ledger
from jobs.migrations.upgrade import migrate
from jobs.settings import Settings
from tests.support.postgres import Cluster


def test_the_migrations_make_the_tables_of_the_code(ledger: Ledger) -> None:
    with ledger.database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


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


def _tables(settings: Settings) -> set[str]:
    database = Database(settings.sqlalchemy_url)
    with database.read() as connection:
        names = set(connection.dialect.get_table_names(connection))
    database.close()
    return names
