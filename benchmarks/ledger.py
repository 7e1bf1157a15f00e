"""How long the ledger's queries take when it holds millions of jobs.

`python -m benchmarks.ledger` makes 2,000,000 jobs in an SQLite database in a temporary folder, or
in the empty database of `--database`, and prints the median and the slowest of several calls. It
exits 1 where one takes longer than its limit.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median

from sqlalchemy import create_engine

from benchmarks.made_ledger import ends_at, fill, made_id
from jobs.admission.capacity import QueueLoad
from jobs.admission.queue_stats import BacklogReader
from jobs.domain.delivery import DeliveryFilter
from jobs.domain.ids import new_id
from jobs.domain.job import NewJob
from jobs.domain.states import DeliveryState, JobState
from jobs.ledger import Ledger, open_ledger
from jobs.migrations.upgrade import migrate
from jobs.settings import Settings
from jobs.storage.blob_store import open_blobs

TENANT = "tenant-10"
LOST = 10_000  # messages, of steps that are recovered at once
CALLS = 5


@dataclass
class _Clock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True, slots=True)
class Bench:
    """What is measured, and the ledger that it is measured on."""

    ledger: Ledger
    clock: _Clock
    settings: Settings
    jobs: int

    def cases(self) -> Iterator[tuple[str, float, Callable[[], object]]]:
        """Names, limits in seconds, and calls. What changes rows comes last."""
        ledger = self.ledger
        yield "list of jobs", 0.1, lambda: ledger.jobs.list(TENANT)
        yield "list by state", 0.1, lambda: ledger.jobs.list(TENANT, state=JobState.FAILED)
        batch = made_id("batch", 10)
        yield "list of a batch", 0.1, lambda: ledger.jobs.list(TENANT, batch_id=batch)
        for name, search in self._searches().items():
            yield f"search for {name}", 0.5, partial(ledger.jobs.list, TENANT, search=search)
        failed = DeliveryFilter(states=(DeliveryState.FAILED,))
        yield "list of deliveries", 0.1, lambda: ledger.deliveries.list(TENANT, failed)
        yield "metrics", 2.0, lambda: BacklogReader(ledger.database, self.clock).read()
        yield "quotas", 0.1, self._quotas
        waiting = ledger.jobs.load(made_id("job", self.jobs))
        yield "place in the queue", 0.3, lambda: self._load().estimate(waiting)
        yield "sweep of leases and deadlines", 0.1, self._sweep
        yield "accept a job", 0.1, self._accept
        yield "dispatch 200 steps", 0.3, lambda: ledger.tasks.take(200)
        yield f"recover {LOST:,} lost messages", 2.0, self._recover
        yield "delete 100 expired jobs", 1.0, self._purge

    def _searches(self) -> Mapping[str, str]:
        """Of TENANT's jobs: what all names have, what an old one has, what none has, an id."""
        old = self.jobs // 2 // 5_000 * 5_000 + 1_000
        return {
            "a common part of names": "invoice",
            "a rare part of names": f"-{old}.",
            "what no name has": "zebra",
            "the beginning of an id": made_id("job", old)[:-2],
        }

    def _load(self) -> QueueLoad:
        return QueueLoad(self.ledger.database, self.settings, self.clock)

    def _quotas(self) -> None:
        load = self._load()
        load.capacity(None)
        load.capacity(TENANT)

    def _sweep(self) -> None:
        self.ledger.pages.lapse()
        self.ledger.jobs.expire_due()
        self.ledger.jobs.fail_late()
        self.ledger.deliveries.purge()

    def _accept(self) -> None:
        new = NewJob(new_id("job"), "tenant-new", {})
        self.ledger.jobs.create(new)

    def _recover(self) -> float:
        """Only the recovery is timed: the messages have to be sent first."""
        self.ledger.tasks.take(LOST)
        self.clock.now += timedelta(hours=1)
        began = time.perf_counter()
        self.ledger.tasks.recover()
        return time.perf_counter() - began

    def _purge(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self.ledger.deletion.purge(open_blobs(f"file://{folder}"), 0)


def main() -> int:
    """Fill, measure and print; 1 where a limit was exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2_000_000)
    parser.add_argument("--database", help="SQLAlchemy URL of an empty database")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            _env_file=None,
            data_dir=Path(folder),
            database_url=arguments.database,
            webhook_key_file=Path(folder) / "keys",
            max_queued_jobs=arguments.jobs,
            max_queued_jobs_per_tenant=arguments.jobs,
        )
        return measure(settings, arguments.jobs)


def measure(settings: Settings, jobs: int) -> int:
    """Fill the database of `settings` with so many jobs, and print what each case takes."""
    migrate(settings)
    clock = _Clock(ends_at(jobs))
    ledger = open_ledger(settings, clock)
    began = time.perf_counter()
    _fill(ledger, settings, jobs)
    kind = "SQLite" if ledger.database.is_sqlite else "PostgreSQL"
    print(f"{kind}, {jobs:,} jobs made in {time.perf_counter() - began:.0f} s", flush=True)
    missed = 0
    for name, limit_s, call in Bench(ledger, clock, settings, jobs).cases():
        times = [_timed(call) for _ in range(CALLS)]
        late = median(times) > limit_s
        missed += late
        mark = f"  over {limit_s:g} s" if late else ""
        print(f"{name:32} {median(times):8.4f} s  slowest {max(times):8.4f} s{mark}", flush=True)
    ledger.close()
    return 1 if missed else 0


def _fill(ledger: Ledger, settings: Settings, jobs: int) -> None:
    """Make the rows; on SQLite without a journal, which would take as much room again."""
    if not ledger.database.is_sqlite:
        with ledger.database.write() as connection:
            fill(connection, jobs)
        return
    ledger.database.close()  # the journal can be changed while nobody has the file open
    engine = create_engine(settings.sqlalchemy_url)
    with engine.connect() as connection:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -1000000"):
            connection.exec_driver_sql(f"PRAGMA {pragma}")
        connection.commit()
        fill(connection, jobs)
        connection.commit()
    engine.dispose()


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    took = call()
    return took if isinstance(took, float) else time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
