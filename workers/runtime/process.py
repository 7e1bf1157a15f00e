"""What every worker process has: the ledger, blobs, broker, relay, heartbeat and its shutdown."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from jobs.broker.announcements import Announcer
from jobs.broker.celery_publisher import Publisher
from jobs.domain.errors import LedgerError
from jobs.domain.ids import new_id
from jobs.ledger import Ledger, open_ledger
from jobs.queue.publish_window import Window
from jobs.queue.relay import Relay
from jobs.settings import Settings
from jobs.storage.blob_store import Blobs, open_blobs
from jobs.telemetry.start_tracing import tracing
from workers.celery_consumer import stop_consuming
from workers.observability.endpoint import serving_metrics
from workers.runtime.heartbeat import Heartbeat
from workers.runtime.shutdown import Shutdown
from workers.runtime.tuning import Tuning

_log = logging.getLogger(__name__)

EXIT_STALLED = 75  # EX_TEMPFAIL of sysexits.h: start it again


@dataclass(frozen=True, slots=True)
class Parts:
    """Opened once in a process, closed when it ends."""

    settings: Settings
    tuning: Tuning
    worker: str
    ledger: Ledger
    blobs: Blobs
    publisher: Publisher
    relay: Relay
    heartbeat: Heartbeat
    shutdown: Shutdown


@contextmanager
def open_parts(settings: Settings, role: str, tuning: Tuning) -> Iterator[Parts]:
    """The parts of one process, with signal handlers installed and heartbeat and relay running."""
    worker = new_id("w")
    shutdown = Shutdown(settings.shutdown_grace_s, stop_consuming)
    shutdown.install()
    ledger = open_ledger(settings, tuning.clock)
    publisher = Publisher(settings)
    window = Window(publisher.depth, ledger.workers.readers)
    relay = Relay(ledger.tasks, publisher, window.capacity, window.idle_readers)
    limit_s = tuning.start_limit_s
    heartbeat = Heartbeat(ledger.workers.beat, worker, role, _end_stalled, limit_s)
    heartbeat.watch_thread(relay.thread)
    announcer = Announcer(settings.celery_broker_url)
    ledger.on_enqueued(relay.wake)
    ledger.on_ended(announcer.announce)
    relay.start()
    heartbeat.start()
    blobs = open_blobs(settings.blob_store_url, durable=settings.blob_fsync)
    address = settings.metrics_host, settings.metrics_port
    try:
        with tracing(settings, role), serving_metrics(*address, lambda: heartbeat.state):
            yield Parts(
                settings,
                tuning,
                worker,
                ledger,
                blobs,
                publisher,
                relay,
                heartbeat,
                shutdown,
            )
    finally:
        heartbeat.stop()
        relay.stop()
        publisher.close()
        announcer.close()
        _forget(ledger, worker)
        ledger.close()


def _forget(ledger: Ledger, worker: str) -> None:
    try:
        ledger.workers.forget(worker)
    except LedgerError as error:
        _log.warning("the worker's report stays until it expires: %s", type(error).__name__)


def _end_stalled() -> None:
    os._exit(EXIT_STALLED)
