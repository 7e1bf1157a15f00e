"""Single migrations, run on a database of their own."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic.config import Config
from sqlalchemy import Connection

from jobs.db.engine import Database
from jobs.migrations.steps import configured


@contextmanager
def migrations(database: Database) -> Iterator[tuple[Connection, Config]]:
    """What alembic's commands need, in one transaction."""
    with database.write() as connection:
        yield connection, configured(connection)
