"""The database: one engine, short read and write transactions, errors translated once."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from jobs.domain.errors import LedgerUnavailable

BUSY_TIMEOUT_S = 10
_WAL_RETRY_S = 0.01
_ENQUEUED = "pagesight.enqueued"
_ENDED = "pagesight.ended"
CONNECT_TIMEOUT_S = 5
# A host that is cut off says nothing. Without these a connection to it waits for a quarter of an
# hour, and one from it keeps the rows locked that its transaction had touched.
SILENCE_S = 15
_NOTICE_SILENCE = {
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": SILENCE_S * 1000,  # milliseconds
}
_SESSION = (
    f"SET idle_in_transaction_session_timeout = '{SILENCE_S}s'",
    f"SET tcp_user_timeout = '{SILENCE_S}s'",
    "SET tcp_keepalives_idle = '5s'",
    "SET tcp_keepalives_interval = '5s'",
    "SET tcp_keepalives_count = 2",
    # A server may be configured to confirm a commit before it is written, and lose it in a crash.
    (
        "SELECT set_config('synchronous_commit', 'on', false)"
        " WHERE current_setting('synchronous_commit') = 'off'"
    ),
)


@dataclass(frozen=True, slots=True)
class Pool:
    """Connections that a process keeps open, and how many more it may open under load."""

    size: int = 10
    overflow: int = 30


class Database:
    """An engine for SQLite or PostgreSQL.

    SQLite's writers begin with `BEGIN IMMEDIATE`, so that writers of other processes are waited
    for at the start of a transaction and never in its middle, where SQLite would refuse at once.
    """

    def __init__(self, url: str | URL, pool: Pool | None = None) -> None:
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        open_engine = _sqlite_engine if self.is_sqlite else _postgres_engine
        self._engine = open_engine(url, pool or Pool())
        self._writer = self._engine.execution_options(pagesight_write=True)
        # SQLite has one writer at a time and polls for its turn; threads of one process need not.
        self._turn = Lock() if self.is_sqlite else nullcontext()
        self.on_enqueued: Callable[[], None] = lambda: None
        self.on_ended: Callable[[Sequence[str]], None] = lambda _: None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with _translated(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that commits when the block ends and rolls back when it raises.

        Calls `on_enqueued` after a commit that made steps ready, `on_ended` after one that ended
        jobs.
        """
        with _translated(), self._turn, self._writer.begin() as connection:
            for left_over in (_ENQUEUED, _ENDED):  # of a transaction that was rolled back
                connection.info.pop(left_over, None)
            yield connection
            enqueued = connection.info.pop(_ENQUEUED, False)
            ended = connection.info.pop(_ENDED, ())
        if enqueued:
            self.on_enqueued()
        if ended:
            self.on_ended(ended)

    @contextmanager
    def autocommit(self) -> Iterator[Connection]:
        """A connection without a transaction: each statement commits by itself."""
        with _translated(), self._engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    def now(self) -> datetime:
        """Return the database's own time, in UTC."""
        with self.read() as connection:
            told = connection.execute(select(func.current_timestamp())).scalar_one()
        zoned: datetime = told if told.tzinfo else told.replace(tzinfo=UTC)
        return zoned.astimezone(UTC)

    def close(self) -> None:
        """Close the pooled connections."""
        self._engine.dispose()


def note_enqueued(connection: Connection) -> None:
    """Have `Database.on_enqueued` called once this transaction has committed."""
    connection.info[_ENQUEUED] = True


def note_ended(connection: Connection, job_id: str) -> None:
    """Have `Database.on_ended` called with this job's id once this transaction has committed."""
    connection.info.setdefault(_ENDED, []).append(job_id)


def upsert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an insert that can say what to do about a row that is there already."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        raise LedgerUnavailable(f"the ledger's database does not answer: {error}") from error


def _postgres_engine(url: str | URL, pool: Pool) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,  # errors are logged, and parameters are callers' data
        pool_size=pool.size,
        max_overflow=pool.overflow,
        pool_timeout=CONNECT_TIMEOUT_S,
        pool_pre_ping=True,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_S, **_NOTICE_SILENCE},
    )
    event.listen(engine, "connect", _prepare_postgres)
    return engine


def _prepare_postgres(connection: Any, _record: object) -> None:
    """Let the server give up a client that is cut off, as the client gives up the server."""
    with connection.cursor() as cursor:
        cursor.execute("; ".join(_SESSION))
    connection.commit()


def _sqlite_engine(url: str | URL, pool: Pool) -> Engine:
    file = make_url(url).database
    if file is None or file == ":memory:":
        raise LedgerUnavailable(f"the ledger must be a file: {url!r} names none")
    try:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LedgerUnavailable(f"no database can be kept at {file}: {error.strerror}") from error
    engine = create_engine(
        url,
        hide_parameters=True,  # errors are logged, and parameters are callers' data
        pool_size=pool.size,
        max_overflow=pool.overflow,
        connect_args={"timeout": BUSY_TIMEOUT_S},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own transactions begin deferred and late; with None we begin them ourselves.
    connection.isolation_level = None
    _use_wal(connection)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log.

    SQLite's own busy timeout does not cover two processes that switch a new file at once: one
    fails at once because it is locked.
    """
    give_up_at = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > give_up_at:
                raise
            time.sleep(_WAL_RETRY_S)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("pagesight_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
