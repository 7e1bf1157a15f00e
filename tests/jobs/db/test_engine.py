import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from jobs.db import tables
from jobs.db.engine import Database
from jobs.domain.errors import LedgerUnavailable
from jobs.ledger import Ledger, open_ledger
from jobs.settings import Settings
from tests.support.ledger_fixtures import ManualClock
from tests.support.ledgers import at_once, created, new_batch
from tests.support.postgres import running_cluster


class RefusedError(Exception):
    pass


@pytest.fixture
def file(folder: Path, migrated_sqlite: Path) -> Path:
    file = folder / "pagesight.db"
    file.write_bytes(migrated_sqlite.read_bytes())
    return file


@pytest.fixture
def sqlite(file: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{file}")
    yield database
    database.close()


def message(topic: str) -> dict[str, object]:
    return {"topic": topic, "subject": "job_1", "tenant": "", "rank": 0}


def write(database: Database, topic: str, error: Exception | None = None) -> None:
    with database.write() as connection:
        connection.execute(insert(tables.outbox), message(topic))
        if error is not None:
            raise error


def written(file: Path) -> list[str]:
    """What another process sees."""
    with sqlite3.connect(file) as other:
        rows = other.execute("SELECT topic FROM outbox ORDER BY topic").fetchall()
    other.close()
    return [topic for (topic,) in rows]


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)]
)
def test_sqlite_is_durable_and_checks_references(
    sqlite: Database, pragma: str, value: object
) -> None:
    with sqlite.read() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() == value


def test_what_a_writer_did_is_committed_when_it_returns(sqlite: Database, file: Path) -> None:
    def write_and_look(number: int) -> bool:
        write(sqlite, f"topic-{number}")
        return f"topic-{number}" in written(file)

    assert all(at_once(write_and_look, 12))
    assert len(written(file)) == 12


def test_a_writer_that_raises_takes_back_only_its_own(sqlite: Database, file: Path) -> None:
    def work(number: int) -> None:
        if number % 2:
            with pytest.raises(RefusedError):
                write(sqlite, f"{number}", RefusedError())
        else:
            write(sqlite, f"{number}")

    at_once(work, 10)
    assert written(file) == ["0", "2", "4", "6", "8"]


def test_a_reader_sees_no_uncommitted_write(sqlite: Database) -> None:
    with sqlite.write() as writing:
        writing.execute(insert(tables.outbox), message("t"))
        with sqlite.read() as reading:
            assert reading.execute(select(tables.outbox.c.topic)).all() == []


def test_a_commit_that_fails_raises_and_leaves_nothing(sqlite: Database, file: Path) -> None:
    # A reference that is checked at commit, and leads nowhere, is a commit that must fail.
    lost = {"job_id": "job_none", "number": 1, "reading": "{}"}

    def write_both() -> None:
        with sqlite.write() as connection:
            connection.execute(insert(tables.outbox), message("t"))
            connection.execute(insert(tables.page_results), lost)

    with pytest.raises(IntegrityError):
        write_both()
    assert written(file) == []
    write(sqlite, "next")
    assert written(file) == ["next"]


def test_a_database_that_another_process_locks_for_long_is_unavailable(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.db.engine.BUSY_TIMEOUT_S", 0.1)
    database = Database(f"sqlite:///{file}")
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerUnavailable):
        write(database, "t")
    other.execute("ROLLBACK")
    other.close()
    write(database, "t")
    assert written(file) == ["t"]
    database.close()


def test_a_full_disk_is_unavailable_and_heals(sqlite: Database, file: Path) -> None:
    with sqlite.write() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(LedgerUnavailable):
        write(sqlite, "x" * 200_000)
    assert written(file) == []
    with sqlite.read() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 100000")
    write(sqlite, "t")
    assert written(file) == ["t"]


def test_sqlite_in_memory_is_refused() -> None:
    with pytest.raises(LedgerUnavailable, match="file"):
        Database("sqlite://")


def test_a_stopped_postgresql_is_unavailable_and_heals() -> None:
    with running_cluster() as cluster:
        database = Database(cluster.new_database())
        with database.write() as connection:
            tables.metadata.create_all(connection)
        cluster.stop()
        with pytest.raises(LedgerUnavailable):
            write(database, "t")
        cluster.start()
        write(database, "t")
        with database.read() as connection:
            assert connection.execute(select(tables.outbox.c.topic)).scalars().all() == ["t"]
        database.close()


def test_commits_survive_a_crash_of_a_postgresql_with_asynchronous_commit() -> None:
    """The cluster of tests answers commits before they are written, were it not for the ledger."""
    with running_cluster() as cluster:
        database = Database(cluster.new_database())
        with database.write() as connection:
            tables.metadata.create_all(connection)
        write(database, "t")
        cluster.stop("immediate")
        cluster.start()
        with database.read() as connection:
            assert connection.execute(select(tables.outbox.c.topic)).scalars().all() == ["t"]
        database.close()


def test_times_come_back_in_utc(ledger: Ledger, clock: ManualClock) -> None:
    there = timezone(timedelta(hours=9))
    clock.now = datetime(2030, 1, 1, 9, 30, 0, 123456, tzinfo=there)
    job = created(ledger)
    kept = ledger.jobs.load(job.id).created_at
    assert kept == clock.now
    assert kept.utcoffset() == timedelta(0)


def test_naive_times_are_refused(settings: Settings) -> None:
    ledger = open_ledger(settings, clock=lambda: datetime(2030, 1, 1))  # noqa: DTZ001 - the point
    with pytest.raises(Exception, match="zone"):
        ledger.batches.create(new_batch())
    ledger.close()
