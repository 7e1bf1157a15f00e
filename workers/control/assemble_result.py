"""The last step of a job: assembles its pages into the result."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass

from jobs.domain.errors import BlobError, NotFound
from jobs.domain.job import Job
from jobs.domain.log_context import add_origin
from jobs.domain.states import JobState, PageState
from jobs.ledger import Ledger
from jobs.storage.blob_keys import result_key
from jobs.storage.blob_store import Blobs
from jobs.stores.page_texts import PAGES_AT_ONCE
from jobs.telemetry.tracing import TRACING
from vision.core.document import Document, DocumentInfo, PageFailure, PageReading
from vision.core.doubt import count_doubtful
from vision.core.options import ReadOptions
from vision.export.json import dumps, page_reading_from_dict
from vision.pipeline import assemble_document, stream_document
from workers.egress.field_extractor import FieldExtractor
from workers.inputs.document_cache import Documents
from workers.inputs.probe import Prober
from workers.inputs.read_options import read_options
from workers.observability.reading import count_job
from workers.results.store_result import service_version, store_streamed

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Doubtful:
    """Counts the doubtful words of the pages that pass."""

    count: int = 0

    def counted(self, readings: Iterator[PageReading]) -> Iterator[PageReading]:
        for reading in readings:
            self.count += count_doubtful(reading.page)
            yield reading


@dataclass(frozen=True, slots=True)
class JobFinisher:
    """Finishes jobs; one for all threads of the process."""

    ledger: Ledger
    blobs: Blobs
    documents: Documents
    prober: Prober
    worker: str
    extractor: FieldExtractor | None = None

    def waiting_tenant(self, job_id: str) -> str | None:
        """The tenant of a job whose end may wait for the extractor; None for any other job."""
        if self.extractor is None:
            return None
        try:
            job = self.ledger.jobs.load(job_id)
        except NotFound:
            return None
        return job.tenant if job.options.get("fields") else None

    def finish(self, job_id: str) -> None:
        """Store the result and close the job. Harmless when done already, or too early.

        A result that cannot be assembled is retried when the claim lapses, until the attempts are
        used up. One that only waits for the blob store is retried without limit.
        """
        job = self.ledger.finishing.begin(job_id, self.worker)
        if job is not None:
            add_origin(job)
            with TRACING.step("finish_job", job):
                self._finish(job)

    def _finish(self, job: Job) -> None:
        doubtful = _Doubtful()
        try:
            indexed = self._store(job, doubtful)
        except BlobError as error:
            _log.error("result cannot be stored: %s", error, extra={"job_id": job.id})
            self.ledger.finishing.put_off(job.id, self.worker)
            return
        ended = self.ledger.finishing.finish(job.id, result_key(job), doubtful.count)
        if ended is not None:
            count_job(ended)
        # Other jobs keep their readings beside the result: a retry copies them.
        if indexed and ended is not None and ended.state is JobState.SUCCEEDED:
            self.ledger.pages.drop_results(job.id)

    def _store(self, job: Job, doubtful: _Doubtful) -> bool:
        """Store the result; True where an index finds its pages in it."""
        options = read_options(job.options)
        pages = job.pages_total if options.pages is None else self._count_pages(job)
        info = DocumentInfo(job.media_type or "", job.input_sha256 or "", pages or 0)
        readings = doubtful.counted(self._indexed(job, self._readings(job.id)))
        parts = (readings, self._failures(job.id), options, service_version())
        streamed = stream_document(info, *parts)
        if streamed is not None:
            store_streamed(self.blobs, job, streamed)
            return True
        key = result_key(job)
        self.blobs.put(key, dumps(self._whole(info, *parts)).encode())
        self.blobs.sync([key])
        return False

    def _whole(
        self,
        info: DocumentInfo,
        readings: Iterator[PageReading],
        failures: Iterator[PageFailure],
        options: ReadOptions,
        service: str,
    ) -> Document:
        document = assemble_document(info, readings, failures, options, service)
        return document if self.extractor is None else self.extractor.complete(document)

    def _count_pages(self, job: Job) -> int:
        """Pages of the whole document, of which the job reads a selection."""
        with self.documents.open(job.input_blob or "") as path:
            return self.prober.probe(path).pages

    def _indexed(self, job: Job, readings: Iterator[PageReading]) -> Iterator[PageReading]:
        """The same readings; their texts are in the index once all have been taken."""
        texts: list[tuple[int, str]] = []
        for reading in readings:
            texts.append((reading.page.number, reading.page.text))
            if len(texts) == PAGES_AT_ONCE:
                self.ledger.texts.add(job, texts)
                texts.clear()
            yield reading
        self.ledger.texts.add(job, texts)

    def _readings(self, job_id: str) -> Iterator[PageReading]:
        for _, text in self.ledger.pages.results(job_id):
            yield page_reading_from_dict(json.loads(text))

    def _failures(self, job_id: str) -> Iterator[PageFailure]:
        for row in self.ledger.pages.list(job_id):
            if row.state == PageState.FAILED and row.fault is not None:
                fault = row.fault
                yield PageFailure(row.number, fault.code, fault.message, fault.actor)
