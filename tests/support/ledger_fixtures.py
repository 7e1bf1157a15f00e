"""Ledgers on both databases, and a clock that tests move."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import text

from jobs.db.engine import Database
from jobs.db.tables import metadata
from jobs.ledger import Ledger, open_ledger
from jobs.migrations.upgrade import migrate
from jobs.settings import Settings
from jobs.storage.blob_store import Blobs, open_blobs
from tests.support.postgres import Cluster, running_cluster
from tests.support.redis import RedisServer, running_redis

AUDIT = "audit_events"


@dataclass
class ManualClock:
    """Stands still until it is moved."""

    now: datetime = field(default=datetime(2030, 1, 1, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **duration: float) -> None:
        self.now += timedelta(**duration)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder, in memory where the machine offers that, so that syncing costs nothing."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        yield Path(name)


@pytest.fixture(scope="session")
def migrated_postgres(cluster: Cluster) -> str:
    url = cluster.new_database()
    migrate(Settings(_env_file=None, database_url=url))
    return url


@pytest.fixture(scope="session")
def postgres(migrated_postgres: str) -> Iterator[Database]:
    """What empties the database of PostgreSQL for each test, over one connection."""
    database = Database(migrated_postgres)
    yield database
    database.close()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = Settings(_env_file=None, data_dir=tmp_path_factory.mktemp("sqlite"))
    migrate(settings)
    return settings.data_dir / "pagesight.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, folder: Path) -> Settings:
    """Settings with an empty, migrated database of each kind."""
    url = None
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), folder / "pagesight.db")
    else:
        url = request.getfixturevalue("migrated_postgres")
        empty_database(request.getfixturevalue("postgres"))
    keys = folder / "webhook-keys"
    return Settings(_env_file=None, data_dir=folder, database_url=url, webhook_key_file=keys)


@pytest.fixture
def ledger(settings: Settings, clock: ManualClock) -> Iterator[Ledger]:
    """An empty ledger whose time is `clock`."""
    ledger = open_ledger(settings, clock)
    yield ledger
    ledger.close()


def empty_database(database: Database) -> None:
    """Delete all rows, which is quicker than to truncate so many tables that hold so little.

    The audit's rows cannot be deleted, only truncated.
    """
    names = [table.name for table in reversed(metadata.sorted_tables) if table.name != AUDIT]
    with database.write() as connection:
        connection.execute(text("; ".join(f"DELETE FROM {name}" for name in names)))
        if connection.execute(text(f"SELECT count(*) FROM {AUDIT}")).scalar_one():
            connection.execute(text(f"TRUNCATE {AUDIT}"))


@pytest.fixture
def blobs(folder: Path) -> Blobs:
    return open_blobs(f"file://{folder / 'blobs'}")
