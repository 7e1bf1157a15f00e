"""Ends a job whose only page was read, in the transaction that ends the page."""

import logging
from dataclasses import dataclass

from jobs.domain.errors import LedgerUnavailable, StaleClaim
from jobs.domain.job import Claim, Job
from jobs.ledger import Ledger
from jobs.storage.blob_store import Blobs
from jobs.telemetry.tracing import TRACING
from vision.core.document import DocumentInfo, PageReading
from vision.core.doubt import count_doubtful
from vision.export.streamed import StreamedResult
from vision.pipeline import stream_document
from workers.inputs.read_options import read_options
from workers.observability.reading import count_job
from workers.results.store_result import service_version, store_streamed

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SinglePage:
    """Finishes jobs of one page; one for all threads of the process."""

    ledger: Ledger
    blobs: Blobs

    def finish(self, job: Job, claim: Claim, reading: PageReading) -> bool:
        """Store the result and end the page and its job; False where that takes a step of its own.

        So it is for jobs of several pages and those with analyses of the whole document, and where
        the result cannot be stored: that step decides what becomes of the job. A remote store is
        not waited for inside a transaction either. Raises StaleClaim where the claim was lost;
        nothing is ended then.
        """
        try:
            ended = self._finish(job, claim, reading)
        except (StaleClaim, LedgerUnavailable):
            raise  # the claim was lost, or there is nowhere to write
        except Exception as error:  # noqa: BLE001 - the step of its own meets it again, and reports it
            _log.warning("the job is finished in a step of its own: %s", type(error).__name__)
            return False
        if ended is None:
            return False
        count_job(ended)
        return True

    def _finish(self, job: Job, claim: Claim, reading: PageReading) -> Job | None:
        result = self._streamed(job, reading)
        if result is None:
            return None
        with TRACING.step("finish_job", job):
            return self.ledger.fast_path.finish(
                claim,
                reading.page.text,
                lambda: store_streamed(self.blobs, job, result),
                count_doubtful(reading.page),
            )

    def _streamed(self, job: Job, reading: PageReading) -> StreamedResult | None:
        options = read_options(job.options)
        # With a selection the pages of the whole document would have to be counted again.
        if job.pages_total != 1 or options.pages is not None or not self.blobs.is_local:
            return None
        info = DocumentInfo(job.media_type or "", job.input_sha256 or "", 1)
        return stream_document(info, [reading], [], options, service_version())
