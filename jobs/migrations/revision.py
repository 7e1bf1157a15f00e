"""Whether the database's tables are those of this version."""

from functools import cache

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from jobs.db.engine import Database
from jobs.migrations.upgrade import SCRIPTS


def is_current(database: Database) -> bool:
    """Say whether the newest migration is the last one that ran."""
    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_revision() == _newest()


@cache
def _newest() -> str | None:
    return ScriptDirectory(str(SCRIPTS)).get_current_head()
