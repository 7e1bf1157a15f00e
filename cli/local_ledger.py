"""The ledger of this machine's settings, for commands that an operator runs beside the service."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.engine import make_url

from cli.settings import load_settings
from jobs.db.engine import Database
from jobs.domain.errors import LedgerUnavailable
from jobs.ledger import Ledger, open_ledger
from jobs.settings import Settings

_VERSION_TABLE = "alembic_version"  # the first table that a migration creates


class NotMigrated(Exception):  # noqa: N818 - says what is the matter
    """The database has no tables yet; the message says how to create them."""


@contextmanager
def local_ledger() -> Iterator[Ledger]:
    """Open the ledger for the length of a `with`.

    Raises NotMigrated before the first `pagesight serve` or `migrate`, and LedgerUnavailable where
    the database does not answer.
    """
    settings = load_settings()
    require_tables(settings)
    ledger = open_ledger(settings)
    try:
        yield ledger
    finally:
        ledger.close()


def require_tables(settings: Settings) -> None:
    """Raise NotMigrated where the database has never been migrated; creates no file."""
    if _is_missing_file(settings):
        raise NotMigrated(_advice(f"there is no database in {settings.data_dir} yet"))
    database = Database(settings.sqlalchemy_url)
    try:
        with database.read() as connection:
            migrated = inspect(connection).has_table(_VERSION_TABLE)
    finally:
        database.close()
    if not migrated:
        raise NotMigrated(_advice("the database has no tables yet"))


def require_tables_if_it_answers(settings: Settings) -> None:
    """As `require_tables`, but a database that is away is left to the readiness check."""
    with suppress(LedgerUnavailable):
        require_tables(settings)


def _is_missing_file(settings: Settings) -> bool:
    url = make_url(settings.sqlalchemy_url)
    return url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file()


def _advice(problem: str) -> str:
    return (
        f"{problem}: run `pagesight migrate`, or start the whole service with `pagesight serve`. "
        "PAGESIGHT_DATA_DIR and PAGESIGHT_DATABASE_URL say where the database is"
    )
