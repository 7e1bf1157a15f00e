"""Brings the database's tables up to date, from code."""

import logging

from jobs.db.engine import Database
from jobs.migrations.revision import NewerSchema, Schema, known_revisions, schema_of
from jobs.migrations.steps import migrating_alone
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

log = logging.getLogger(__name__)


def migrate(settings: Settings) -> None:
    """Upgrade to the newest version; of several processes one works and the others wait.

    Tables of a newer version stay as they are. Raises NewerSchema where this one cannot use them.
    """
    database = Database(settings.sqlalchemy_url)
    try:
        with migrating_alone(database) as steps:
            with steps.transaction() as connection:
                found = schema_of(connection)
            if found is Schema.TOO_NEW:
                raise NewerSchema(_TOO_NEW)
            if found is Schema.NEWER:
                log.warning("the database's tables are of a newer version and stay as they are")
                return
            steps.upgrade()
            with steps.transaction() as connection:
                seal_plain(connection, secret_keys(settings))
    finally:
        database.close()


def roll_back(settings: Settings, revision: str) -> None:
    """Undo the migrations after `revision`, for the version that it was the newest of.

    What is in progress is carried back. Raises NewerSchema where the tables are not of this
    version or an older one, and ValueError for a revision that this version does not know.
    """
    if revision not in known_revisions():
        raise ValueError(f"there is no revision {revision!r}")
    database = Database(settings.sqlalchemy_url)
    try:
        with migrating_alone(database) as steps:
            with steps.transaction() as connection:
                found = schema_of(connection)
            if found in {Schema.NEWER, Schema.TOO_NEW}:
                raise NewerSchema(_NOT_MINE)
            steps.downgrade(revision)
    finally:
        database.close()
