"""Brings the database's tables up to date, from code."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from jobs.db.engine import Database
from jobs.migrations.revision import SCRIPTS, NewerSchema, Schema, known_revisions, schema_of
from jobs.settings import Settings
from jobs.webhooks.endpoint_store import secret_keys
from jobs.webhooks.key_rotation import seal_plain

_TOO_NEW = (
    "the database was migrated by a newer version that no longer works beside this one: "
    "install that version, or restore the database as it was before"
)
_NOT_MINE = (
    "the database was migrated by a newer version: "
    "roll it back with `pagesight migrate --to` of that version"
)
_ADVISORY_LOCK = 70_417_761  # any number, as long as nothing else in the database locks it

log = logging.getLogger(__name__)


def migrate(settings: Settings) -> None:
    """Upgrade to the newest version; of several processes one works and the others wait.

    Tables of a newer version stay as they are. Raises NewerSchema where this one cannot use them.
    """
    with _locked(settings) as (connection, config):
        found = schema_of(connection)
        if found is Schema.TOO_NEW:
            raise NewerSchema(_TOO_NEW)
        if found is Schema.NEWER:
            log.warning("the database's tables are of a newer version and stay as they are")
            return
        command.upgrade(config, "head")
        seal_plain(connection, secret_keys(settings))


def roll_back(settings: Settings, revision: str) -> None:
    """Undo the migrations after `revision`, for the version that it was the newest of.

    What is in progress is carried back. Raises NewerSchema where the tables are not of this
    version or an older one, and ValueError for a revision that this version does not know.
    """
    if revision not in known_revisions():
        raise ValueError(f"there is no revision {revision!r}")
    with _locked(settings) as (connection, config):
        if schema_of(connection) in {Schema.NEWER, Schema.TOO_NEW}:
            raise NewerSchema(_NOT_MINE)
        command.downgrade(config, revision)


@contextmanager
def _locked(settings: Settings) -> Iterator[tuple[Connection, Config]]:
    """A transaction that keeps other processes from migrating meanwhile."""
    database = Database(settings.sqlalchemy_url)
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    try:
        with database.write() as connection:  # on SQLite this alone keeps the others out
            if not database.is_sqlite:
                lock = text("SELECT pg_advisory_xact_lock(:number)")
                connection.execute(lock, {"number": _ADVISORY_LOCK})
            config.attributes["connection"] = connection
            yield connection, config
    finally:
        database.close()
