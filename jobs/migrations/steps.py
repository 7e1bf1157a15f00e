"""One migration after the other, on a database that no other process migrates meanwhile."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, TextClause, text

from jobs.db.engine import Database
from jobs.migrations.indexes import changes_indexes_alone, replace_indexes
from jobs.migrations.revision import SCRIPTS

_ADVISORY_LOCK = 70_417_762  # any number, as long as nothing else in the database locks it
_TURN_S = 0.2


@dataclass(frozen=True, slots=True)
class Steps:
    """Runs migrations, each in a `transaction`; on SQLite that is one and the same.

    `autocommit` opens a connection for what PostgreSQL refuses to do in a transaction.
    """

    transaction: Callable[[], AbstractContextManager[Connection]]
    autocommit: Callable[[], AbstractContextManager[Connection]] | None

    def upgrade(self) -> None:
        """Run what is missing."""
        done = self._revision()
        if self.autocommit is None or done is None:  # a new database has no writers to wait
            self._run(command.upgrade, "head")
            return
        for script in reversed(_scripts(after=done)):
            self._step(command.upgrade, script, script.revision)

    def downgrade(self, revision: str) -> None:
        """Undo what ran after `revision`."""
        if self.autocommit is None:
            self._run(command.downgrade, revision)
            return
        done = {script.revision for script in _scripts(after=self._revision())}
        for script in _scripts(after=revision):
            if script.revision not in done:
                self._step(command.downgrade, script, str(script.down_revision))

    def _step(self, run: Callable[[Config, str], None], script: Script, to: str) -> None:
        if self.autocommit is not None and changes_indexes_alone(script.module):
            with self.autocommit() as connection:
                replace_indexes(connection, script.module, back=run is command.downgrade)
            run = command.stamp
        self._run(run, to)

    def _run(self, run: Callable[[Config, str], None], to: str) -> None:
        with self.transaction() as connection:
            run(configured(connection), to)

    def _revision(self) -> str | None:
        with self.transaction() as connection:
            return MigrationContext.configure(connection).get_current_revision()


@contextmanager
def migrating_alone(database: Database) -> Iterator[Steps]:
    """Wait until no other process migrates, and keep others from it."""
    if database.is_sqlite:
        with database.write() as connection:  # this alone keeps the others out
            yield Steps(lambda: nullcontext(connection), None)
        return
    with database.autocommit() as holder:
        # Asked again and again: whoever waits in the database itself is waited for by the
        # building of an index, for ever.
        while not holder.execute(_lock("pg_try_advisory_lock")).scalar_one():
            time.sleep(_TURN_S)
        try:
            yield Steps(database.write, database.autocommit)
        finally:
            holder.execute(_lock("pg_advisory_unlock"))


def configured(connection: Connection) -> Config:
    """Alembic's configuration, for the connection and its transaction (env.py)."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _scripts(after: str | None) -> Sequence[Script]:
    """The migrations after a revision, the newest first."""
    return list(ScriptDirectory(str(SCRIPTS)).iterate_revisions("head", after or "base"))


def _lock(function: str) -> TextClause:
    return text(f"SELECT {function}({_ADVISORY_LOCK})")
