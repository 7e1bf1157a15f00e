"""The control worker: opens and finishes jobs, expands batches, delivers webhooks, reconciles.

It loads no engine, so it survives when a pages worker is killed, and a webhook endpoint that hangs
does not hold up a page.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from jobs.domain.errors import NotFound
from jobs.domain.topics import ROUTES, Topic
from jobs.settings import Settings
from workers.celery_consumer import consume
from workers.control.assemble_result import JobFinisher
from workers.control.expand_batch import BatchProcessor
from workers.control.historian import Historian
from workers.control.make_file import FileMaker
from workers.control.open_document import JobOpener
from workers.control.reconciler import LeaseJudge, Reconciler
from workers.control.retention import Retention
from workers.egress.bulkhead import Bulkhead, host_of
from workers.egress.client import EgressClient
from workers.egress.field_extractor import open_extractor
from workers.inputs.decoders import open_decoders
from workers.inputs.document_cache import Documents
from workers.runtime.heartbeat import Liveness
from workers.runtime.process import Parts, open_parts
from workers.runtime.tuning import Tuning
from workers.tasks import configured, serve
from workers.webhooks.sender import Sender

_log = logging.getLogger(__name__)

THREADS = 4
PROBERS = 2
BATCHES = 2  # processed at once, and of one tenant
BATCHES_PER_TENANT = 1
BATCH_SLOW_S = 60.0
FETCHES = 8  # URL inputs fetched at once, and from one host
FETCHES_PER_HOST = 2
FETCH_SLOW_S = 10.0
EXTRACTIONS = 8  # results that wait for the extractor at once, and of one tenant
EXTRACTIONS_PER_TENANT = 4
EXTRACTION_SLOW_S = 30.0
SENDS = 64  # webhooks sent at once, and to one endpoint; these threads only wait for responses
SENDS_PER_ENDPOINT = 4
SEND_SLOW_S = 2.0


class ControlWorker:
    """Handles the messages of every queue except that of the pages."""

    def __init__(
        self,
        parts: Parts,
        batches: BatchProcessor,
        opener: JobOpener,
        finisher: JobFinisher,
        sender: Sender,
        maker: FileMaker,
    ) -> None:
        self._ledger = parts.ledger
        self._opener = opener
        self._sender = sender
        self._finisher = finisher
        self._batches = Bulkhead(
            batches.process, BATCHES, BATCHES_PER_TENANT, BATCH_SLOW_S, log_field="batch_id"
        )
        self._fetches = Bulkhead(
            opener.open, FETCHES, FETCHES_PER_HOST, FETCH_SLOW_S, log_field="job_id"
        )
        self._extractions = Bulkhead(
            finisher.finish,
            EXTRACTIONS,
            EXTRACTIONS_PER_TENANT,
            EXTRACTION_SLOW_S,
            log_field="job_id",
        )
        self._sends = Bulkhead(
            sender.deliver, SENDS, SENDS_PER_ENDPOINT, SEND_SLOW_S, log_field="delivery_id"
        )
        self.handlers: Final[dict[Topic, Callable[[str], None]]] = {
            Topic.PROCESS_BATCH: self.process_batch,
            Topic.OPEN_JOB: self.open_job,
            Topic.FINISH_JOB: self.finish_job,
            Topic.DELIVER: self.deliver,
            Topic.MAKE_FILE: maker.make,
        }

    def open_job(self, job_id: str) -> None:
        """Open a stored document at once; a URL is fetched in the partition of its host."""
        try:
            job = self._ledger.jobs.load(job_id)
        except NotFound:
            self._opener.open(job_id)  # deleted meanwhile; this removes the step
            return
        if job.input_blob is None and job.source_url is not None:
            self._fetches.submit(host_of(job.source_url), job_id, job.tenant)
        else:
            self._opener.open(job_id)

    def finish_job(self, job_id: str) -> None:
        """Assemble a result at once; one that waits for the extractor in its own threads."""
        tenant = self._finisher.waiting_tenant(job_id)
        if tenant is None:
            self._finisher.finish(job_id)
        else:
            self._extractions.submit(tenant, job_id, tenant)

    def process_batch(self, batch_id: str) -> None:
        """Expand or cancel a batch in the partition of its tenant: it may take minutes."""
        tenant = self._ledger.batches.tenant_of(batch_id)
        self._batches.submit(tenant or "", batch_id, tenant or "")

    def deliver(self, delivery_id: str) -> None:
        """Send in the partition of the endpoint, or of the callback's host."""
        to = self._ledger.deliveries.destination(delivery_id)
        if to is None:
            self._sender.deliver(delivery_id)  # ended meanwhile; this removes the step
        else:
            partition = f"{to.tenant} {host_of(to.url)}" if to.callback else to.endpoint_id
            self._sends.submit(partition, delivery_id, to.tenant)

    def stop(self) -> None:
        """Finish what is being sent, fetched, extracted or expanded."""
        self._fetches.stop()
        self._extractions.stop()
        self._batches.stop()
        self._sends.stop()


def run_control(settings: Settings, tuning: Tuning) -> int:
    """Work until SIGTERM; return the exit code."""
    with open_parts(settings, "control", tuning) as parts, _open_control(parts) as control:
        topics = control.handlers
        liveness = Liveness(lambda: sum(map(parts.publisher.depth, topics)))
        for topic, handle in topics.items():
            serve(topic, handle, liveness)
        parts.heartbeat.watch(liveness)
        parts.heartbeat.report(ready=True, reason="", capabilities={})
        _log.info("control worker ready", extra={"worker": parts.worker})
        queues = sorted({ROUTES[topic].queue for topic in topics})
        consume(configured(parts.settings), queues, THREADS, parts.worker, parts.shutdown.asked)
    return 0


@contextmanager
def _open_control(parts: Parts) -> Iterator[ControlWorker]:
    settings, ledger, blobs = parts.settings, parts.ledger, parts.blobs
    documents = Documents(blobs)
    client = EgressClient(settings.egress_allow)
    judge = LeaseJudge(ledger.clock, settings.lease_s / 2)
    reconciler = Reconciler(ledger, settings.reconcile_s, judge)
    retention = Retention(ledger, blobs, settings.reconcile_s, parts.worker)
    historian = Historian(ledger)
    for sweeper in (reconciler, retention, historian):
        parts.heartbeat.watch_thread(sweeper.thread)
        sweeper.start()
    try:
        with open_decoders(settings, PROBERS) as prober, open_extractor(settings) as extractor:
            control = ControlWorker(
                parts,
                BatchProcessor(ledger, blobs, settings, parts.worker),
                JobOpener(ledger, blobs, documents, prober, client, settings, parts.worker),
                JobFinisher(ledger, blobs, documents, prober, parts.worker, extractor),
                Sender(
                    ledger,
                    client,
                    ledger.clock,
                    settings.webhook_timeout_s,
                    waits_s=parts.tuning.retry_waits_s,
                ),
                FileMaker(ledger, blobs, documents, prober, extracts=extractor is not None),
            )
            yield control
            control.stop()
    finally:
        historian.stop()
        reconciler.stop()
        retention.stop()
        client.close()
        documents.close()
