"""Whether this version can work with the database's tables.

Versions are upgraded one process after the other, so old and new ones share a database: a migration
first adds, and what older versions use is removed in a later release. A migration that removes it
names the oldest revision whose code still works in its own id, as `0012_needs_0011`, and so do all
that follow it.
"""

import re
from enum import Enum
from functools import cache
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from jobs.db.engine import Database
from jobs.domain.errors import LedgerUnavailable

SCRIPTS = Path(__file__).parent
_NEEDS = re.compile(r"_needs_(\w+)$")


class NewerSchema(Exception):  # noqa: N818 - says what is the matter
    """The database was migrated by a version that this one cannot work beside."""


class Schema(Enum):
    """How the database's tables relate to this version of the code."""

    CURRENT = "current"
    NEWER = "newer"  # migrated by a newer version, and fit for this one
    TOO_NEW = "too new"
    OLDER = "older"


def find_schema(database: Database) -> Schema:
    """Compare the last migration that ran with those that this version knows."""
    with database.read() as connection:
        return schema_of(connection)


def is_usable(database: Database) -> bool:
    """Whether the tables are those of this version, or of a newer one that it can work beside."""
    return find_schema(database) in {Schema.CURRENT, Schema.NEWER}


def schema_of(connection: Connection) -> Schema:
    """As `find_schema`, in a transaction that is open already.

    Raises LedgerUnavailable where the tables do not say of which version they are.
    """
    heads = MigrationContext.configure(connection).get_current_heads()
    if len(heads) > 1 or (not heads and inspect(connection).has_table("jobs")):
        named = " and ".join(sorted(heads)) or "no version"
        raise LedgerUnavailable(f"its table alembic_version names {named}: restore a backup")
    found = heads[0] if heads else None
    known = known_revisions()
    if found == known[0]:
        return Schema.CURRENT
    if found is None or found in known:
        return Schema.OLDER
    needs = _NEEDS.search(found)
    return Schema.NEWER if needs is None or needs[1] in known else Schema.TOO_NEW


@cache
def known_revisions() -> tuple[str, ...]:
    """The revisions of this version, the newest first."""
    return tuple(each.revision for each in ScriptDirectory(str(SCRIPTS)).walk_revisions())
