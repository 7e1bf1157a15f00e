"""The light process: opens and finishes jobs, delivers webhooks, reconciles.

It loads no engine, so it lives on when a reader is killed, and a receiver that hangs holds no
page up.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from jobs.domain.errors import NotFound
from jobs.domain.topics import QUEUES, Topic
from jobs.settings import Settings
from workers.celery_consumer import consume
from workers.control.assemble_result import JobFinisher
from workers.control.expand_batch import BatchTender
from workers.control.open_document import JobOpener
from workers.control.reconciler import LeaseJudge, Reconciler
from workers.egress.bulkhead import Lanes, lane_of
from workers.egress.client import EgressClient
from workers.inputs.decoders import open_decoders
from workers.inputs.document_cache import Documents
from workers.runtime.heartbeat import Liveness
from workers.runtime.process import Parts, open_parts
from workers.tasks import bind
from workers.webhooks.sender import Sender

_log = logging.getLogger(__name__)

TOPICS: Final[tuple[Topic, ...]] = ("tend_batch", "open_job", "finish_job", "deliver")
THREADS = 4
PROBERS = 2
BATCHES = 2  # laid out at once, and of one tenant
BATCHES_PER_TENANT = 1
BATCH_SLOW_S = 60.0
FETCHES = 8  # URL inputs fetched at once, and from one host
FETCHES_PER_HOST = 2
FETCH_SLOW_S = 10.0
SENDS = 64  # webhooks sent at once, and to one receiver; these threads only wait for answers
SENDS_PER_RECEIVER = 4
SEND_SLOW_S = 2.0


class Courier:
    """Where the messages of `control` and `webhooks` go."""

    def __init__(
        self,
        parts: Parts,
        tender: BatchTender,
        opener: JobOpener,
        finisher: JobFinisher,
        sender: Sender,
    ) -> None:
        self._parts = parts
        self._opener = opener
        self._finisher = finisher
        self._batches = Lanes(tender.tend, BATCHES, BATCHES_PER_TENANT, BATCH_SLOW_S)
        self._fetches = Lanes(opener.open, FETCHES, FETCHES_PER_HOST, FETCH_SLOW_S)
        self._sends = Lanes(sender.deliver, SENDS, SENDS_PER_RECEIVER, SEND_SLOW_S)

    def open_job(self, job_id: str) -> None:
        """Open at once what lies in the blob store; a URL is fetched in its host's lane."""
        try:
            job = self._parts.ledger.jobs.load(job_id)
        except NotFound:
            return  # deleted meanwhile
        if job.input_blob is None and job.source_url is not None:
            self._fetches.offer(lane_of(job.source_url), job_id, job.tenant)
        else:
            self._opener.open(job_id)

    def tend_batch(self, batch_id: str) -> None:
        """Lay a batch out in its tenant's lane: it may take minutes."""
        tenant = self._parts.ledger.batches.tenant_of(batch_id)
        if tenant is not None:
            self._batches.offer(tenant, batch_id, tenant)

    def finish_job(self, job_id: str) -> None:
        """Put the pages together."""
        self._finisher.finish(job_id)

    def deliver(self, delivery_id: str) -> None:
        """Send in the receiver's lane."""
        to = self._parts.ledger.deliveries.addressee(delivery_id)
        if to is not None:
            lane = f"{to.tenant} {lane_of(to.url)}" if to.callback else to.endpoint_id
            self._sends.offer(lane, delivery_id, to.tenant)

    def stop(self) -> None:
        """Finish what is being sent or fetched."""
        self._fetches.stop()
        self._batches.stop()
        self._sends.stop()


def run_courier(settings: Settings) -> int:
    """Carry until SIGTERM; return the exit code."""
    with open_parts(settings, "courier") as parts, _open_courier(parts) as courier:
        liveness = Liveness(lambda: sum(map(parts.publisher.depth, TOPICS)))
        bind(parts.app, "tend_batch", courier.tend_batch, liveness)
        bind(parts.app, "open_job", courier.open_job, liveness)
        bind(parts.app, "finish_job", courier.finish_job, liveness)
        bind(parts.app, "deliver", courier.deliver, liveness)
        parts.heartbeat.watch(liveness)
        parts.heartbeat.say(ready=True, reason="", capabilities={})
        _log.info("carrying messages", extra={"worker": parts.worker})
        queues = sorted({QUEUES[topic] for topic in TOPICS})
        consume(parts.app, queues, THREADS, parts.worker, parts.shutdown.asked)
    return 0


@contextmanager
def _open_courier(parts: Parts) -> Iterator[Courier]:
    settings, ledger = parts.settings, parts.ledger
    documents = Documents(parts.blobs.local_path)
    client = EgressClient(settings.egress_allow)
    judge = LeaseJudge(ledger.clock, settings.lease_s / 2)
    reconciler = Reconciler(
        ledger,
        parts.blobs,
        parts.publisher.depth,
        parts.relay.wake,
        settings.reconcile_s,
        judge,
    )
    reconciler.start()
    try:
        with open_decoders(settings, PROBERS) as prober:
            opener = JobOpener(
                ledger,
                parts.blobs,
                documents,
                prober,
                client,
                settings,
                parts.worker,
                parts.relay.wake,
            )
            finisher = JobFinisher(
                ledger, parts.blobs, documents, prober, parts.worker, parts.relay.wake
            )
            sender = Sender(ledger, client, ledger.clock, settings.webhook_timeout_s)
            tender = BatchTender(ledger, parts.blobs, settings, parts.worker, parts.relay.wake)
            courier = Courier(parts, tender, opener, finisher, sender)
            yield courier
            courier.stop()
    finally:
        reconciler.stop()
        client.close()
        documents.close()
