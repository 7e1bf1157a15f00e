"""Tables for tests, and single migrations that run on a database of their own."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic.config import Config
from sqlalchemy import Connection

from jobs.db.engine import Database
from jobs.migrations.steps import configured
from jobs.migrations.upgrade import migrate
from jobs.settings import Settings


@contextmanager
def migrations(database: Database) -> Iterator[tuple[Connection, Config]]:
    """What alembic's commands need, in one transaction."""
    with database.write() as connection:
        yield connection, configured(connection)


def create_tables(settings: Settings) -> None:
    """As `migrate` does; the file of a new SQLite database is a copy: it saves 0.1 s."""
    file = settings.data_dir / "pagesight.db"
    if settings.database_url is None and not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_bytes(_migrated())
    else:
        migrate(settings)


@functools.cache
def _migrated() -> bytes:
    """An SQLite database with all tables and no rows."""
    with TemporaryDirectory() as folder:
        migrate(Settings(_env_file=None, data_dir=Path(folder)))
        return (Path(folder) / "pagesight.db").read_bytes()
