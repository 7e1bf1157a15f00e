"""Brings the database's tables up to date, from code."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from jobs.db.engine import Database
from jobs.settings import Settings
from jobs.webhooks.endpoint_store import secret_keys
from jobs.webhooks.key_rotation import seal_plain

SCRIPTS = Path(__file__).parent
_ADVISORY_LOCK = 70_417_761  # any number, as long as nothing else in the database locks it


def migrate(settings: Settings) -> None:
    """Upgrade to the newest version; of several processes one works and the others wait."""
    database = Database(settings.sqlalchemy_url)
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    try:
        with database.write() as connection:  # on SQLite this alone keeps the others out
            if not database.is_sqlite:
                lock = text("SELECT pg_advisory_xact_lock(:number)")
                connection.execute(lock, {"number": _ADVISORY_LOCK})
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            seal_plain(connection, secret_keys(settings))
    finally:
        database.close()
