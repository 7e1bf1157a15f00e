"""Single migrations, run on a database of their own."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic.config import Config
from sqlalchemy import Connection

from jobs.db.engine import Database
from jobs.migrations.upgrade import SCRIPTS


@contextmanager
def migrations(database: Database) -> Iterator[tuple[Connection, Config]]:
    """What alembic's commands need, in one transaction."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    with database.write() as connection:
        config.attributes["connection"] = connection
        yield connection, config
