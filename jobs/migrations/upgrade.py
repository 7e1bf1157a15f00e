"""Brings the database's tables up to date, from code."""

import logging

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from jobs.db.engine import Database
from jobs.migrations.revision import SCRIPTS, NewerSchema, Schema, schema_of
from jobs.settings import Settings
from jobs.webhooks.endpoint_store import secret_keys
from jobs.webhooks.key_rotation import seal_plain

_TOO_NEW = (
    "the database was migrated by a newer version that no longer works beside this one: "
    "install that version, or restore the database as it was before"
)
_ADVISORY_LOCK = 70_417_761  # any number, as long as nothing else in the database locks it

log = logging.getLogger(__name__)


def migrate(settings: Settings) -> None:
    """Upgrade to the newest version; of several processes one works and the others wait.

    Tables of a newer version stay as they are. Raises NewerSchema where this one cannot use them.
    """
    database = Database(settings.sqlalchemy_url)
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    try:
        with database.write() as connection:  # on SQLite this alone keeps the others out
            if not database.is_sqlite:
                lock = text("SELECT pg_advisory_xact_lock(:number)")
                connection.execute(lock, {"number": _ADVISORY_LOCK})
            found = schema_of(connection)
            if found is Schema.TOO_NEW:
                raise NewerSchema(_TOO_NEW)
            if found is Schema.NEWER:
                log.warning("the database's tables are of a newer version and stay as they are")
                return
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            seal_plain(connection, secret_keys(settings))
    finally:
        database.close()
