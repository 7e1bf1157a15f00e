"""The ledger: one database and the stores that keep it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from jobs.admission.capacity import QueueLoad
from jobs.db.clock import Clock, SharedClock, utc_now
from jobs.db.engine import Database, Pool
from jobs.queue.task_table import TaskTable
from jobs.retention.deletion import Deletion
from jobs.security.api_keys import KeyStore
from jobs.security.audit_log import AuditStore
from jobs.settings import Settings
from jobs.stores.batches import BatchStore
from jobs.stores.checks import CheckStore
from jobs.stores.corrections import CorrectionStore
from jobs.stores.ended_spans import send_spans
from jobs.stores.events import EventStore
from jobs.stores.fast_path import FastPathStore
from jobs.stores.files import FileStore
from jobs.stores.finishing import FinishStore
from jobs.stores.history import HistoryStore
from jobs.stores.jobs import JobStore
from jobs.stores.page_texts import PageTextStore
from jobs.stores.pages import PageStore
from jobs.stores.usage import UsageStore
from jobs.stores.workers import WorkerStore
from jobs.webhooks.delivery_store import DeliveryStore
from jobs.webhooks.endpoint_store import EndpointStore


@dataclass(frozen=True, slots=True)
class Ledger:
    """What API and workers share. Every store is safe to call from many threads."""

    database: Database
    clock: Clock
    jobs: JobStore
    load: QueueLoad
    pages: PageStore
    finishing: FinishStore
    fast_path: FastPathStore
    files: FileStore
    texts: PageTextStore
    corrections: CorrectionStore
    checks: CheckStore
    tasks: TaskTable
    endpoints: EndpointStore
    deliveries: DeliveryStore
    keys: KeyStore
    audit: AuditStore
    workers: WorkerStore
    usage: UsageStore
    history: HistoryStore
    events: EventStore
    batches: BatchStore
    deletion: Deletion

    def close(self) -> None:
        """Close the database's connections."""
        self.database.close()

    def on_enqueued(self, call: Callable[[], None]) -> None:
        """Have `call` called after each commit of this process that made steps ready."""
        self.database.on_enqueued = call

    def on_ended(self, call: Callable[[Sequence[str]], None]) -> None:
        """Have `call` called after each commit of this process that ended jobs, with their ids."""

        def ended(job_ids: Sequence[str]) -> None:
            call(job_ids)
            send_spans(self.database, job_ids)

        self.database.on_ended = ended


def open_ledger(settings: Settings, clock: Clock | None = None) -> Ledger:
    """Open the ledger of `settings`; its tables are made by `jobs.migrations.upgrade.migrate`.

    Without a `clock` its time is the database's where hosts share one, else this machine's.
    """
    database = Database(
        settings.sqlalchemy_url, Pool(settings.database_pool, settings.database_overflow)
    )
    # A clock that is passed simulates time, of which caches must see the same.
    monotonic = time.monotonic if clock is None else partial(_seconds, clock)
    clock = clock or (utc_now if database.is_sqlite else SharedClock(database.now))
    load = QueueLoad(database, settings, clock, monotonic)
    ledger = Ledger(
        database=database,
        clock=clock,
        jobs=JobStore(database, settings, clock, load),
        load=load,
        pages=PageStore(database, settings, clock),
        finishing=FinishStore(database, settings, clock),
        fast_path=FastPathStore(database, settings, clock),
        files=FileStore(database, settings, clock),
        texts=PageTextStore(database, enabled=settings.text_index),
        corrections=CorrectionStore(database, clock),
        checks=CheckStore(database, clock),
        tasks=TaskTable(database, settings, clock),
        endpoints=EndpointStore(database, settings, clock),
        deliveries=DeliveryStore(database, settings, clock),
        keys=KeyStore(database, clock),
        audit=AuditStore(database, clock),
        workers=WorkerStore(database, clock),
        usage=UsageStore(database, clock),
        history=HistoryStore(database, clock),
        events=EventStore(database),
        batches=BatchStore(database, settings, clock),
        deletion=Deletion(database, clock),
    )
    database.on_ended = partial(send_spans, database)
    return ledger


def _seconds(clock: Clock) -> float:
    return clock().timestamp()
