"""The ledger: one database and the stores that keep it."""

from dataclasses import dataclass

from jobs.audit import AuditStore
from jobs.batch_store import BatchStore
from jobs.clock import Clock, SharedClock, utc_now
from jobs.database import Database
from jobs.deleting import Deleting
from jobs.delivery_store import DeliveryStore
from jobs.event_store import EventStore
from jobs.finishing import Finishing
from jobs.job_store import JobStore
from jobs.key_store import KeyStore
from jobs.outbox import Outbox
from jobs.page_store import PageStore
from jobs.queue_load import QueueLoad
from jobs.settings import Settings
from jobs.webhook_store import WebhookStore
from jobs.worker_store import WorkerStore


@dataclass(frozen=True, slots=True)
class Ledger:
    """What API and workers share. Every store is safe to call from many threads."""

    database: Database
    clock: Clock
    jobs: JobStore
    load: QueueLoad
    pages: PageStore
    finishing: Finishing
    outbox: Outbox
    webhooks: WebhookStore
    deliveries: DeliveryStore
    keys: KeyStore
    audit: AuditStore
    workers: WorkerStore
    events: EventStore
    batches: BatchStore
    deleting: Deleting

    def close(self) -> None:
        """Close the database's connections."""
        self.database.close()


def open_ledger(settings: Settings, clock: Clock | None = None) -> Ledger:
    """Open the ledger of `settings`; its tables are made by `jobs.migrate.migrate`.

    Without a `clock` its time is the database's where hosts share one, else this machine's.
    """
    database = Database(settings.sqlalchemy_url)
    clock = clock or (utc_now if database.is_sqlite else SharedClock(database.now))
    load = QueueLoad(database, settings, clock)
    return Ledger(
        database=database,
        clock=clock,
        jobs=JobStore(database, settings, clock, load),
        load=load,
        pages=PageStore(database, settings, clock),
        finishing=Finishing(database, settings, clock),
        outbox=Outbox(database, settings, clock),
        webhooks=WebhookStore(database, settings, clock),
        deliveries=DeliveryStore(database, settings, clock),
        keys=KeyStore(database, clock),
        audit=AuditStore(database, clock),
        workers=WorkerStore(database, clock),
        events=EventStore(database),
        batches=BatchStore(database, settings, clock),
        deleting=Deleting(database, clock),
    )
