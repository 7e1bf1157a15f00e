"""The first step of a job: fetch its input, probe it, create its pages."""

import logging
from dataclasses import dataclass

from jobs.domain.errors import LedgerError, NotFound
from jobs.domain.job import Fault, Job
from jobs.domain.log_context import add_origin
from jobs.ledger import Ledger
from jobs.settings import Settings
from jobs.storage.blob_store import Blobs
from jobs.telemetry.tracing import TRACING
from vision.core.errors import BadInput, EngineFailure
from workers.control.fetch_url import fetch_input
from workers.egress.client import EgressClient, EgressFailed
from workers.inputs.document_cache import Documents
from workers.inputs.faults import fault_of, input_missing, unexpected
from workers.inputs.probe import Prober, check_languages, probe_pages
from workers.inputs.read_options import read_options
from workers.observability.reading import count_fault

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class JobOpener:
    """Opens documents; one for all threads of the process."""

    ledger: Ledger
    blobs: Blobs
    documents: Documents
    prober: Prober
    client: EgressClient
    settings: Settings
    worker: str

    def open(self, job_id: str) -> None:
        """Open the job, or fail it where its caller must act. Harmless when done already."""
        job = self.ledger.jobs.begin_open(job_id, self.worker)
        if job is None:
            return
        add_origin(job)
        with TRACING.step("open_job", job):
            self._open(job)

    def _open(self, job: Job) -> None:
        try:
            self._create_pages(job)
        except BadInput as error:
            self._fail(job, fault_of(error))
        except EgressFailed as error:
            self._fail_when_last(job, Fault(error.code, error.message, "caller"))
        except EngineFailure as error:
            self._fail_when_last(job, fault_of(error))
        except (OSError, NotFound) as error:  # BlobError is an OSError
            self._without_input(job, error)
        except LedgerError:
            raise  # there is nowhere to write
        except Exception as error:  # noqa: BLE001 - whatever a document does, it fails with a reason
            _log.exception("document could not be opened", extra={"job_id": job.id})
            self._fail_when_last(job, unexpected(error))

    def _create_pages(self, job: Job) -> None:
        options = read_options(job.options)
        check_languages(options, self.settings.tessdata_dir)
        if job.input_blob is None:
            job = self._fetch(job)
        with self.documents.open(job.input_blob or "") as path:
            media_type, pages = probe_pages(self.prober, path, options)
        if job.retry_of is not None:
            self.ledger.pages.keep(job, pages)
        self.ledger.jobs.opened(job.id, media_type, pages)

    def _fetch(self, job: Job) -> Job:
        return fetch_input(
            self.ledger,
            self.blobs,
            self.client,
            job,
            timeout_s=self.settings.fetch_timeout_s,
            max_bytes=self.settings.max_upload_mb * 1_000_000,
        )

    def _without_input(self, job: Job, error: Exception) -> None:
        """Wait while the whole store is away, however long; a document missing alone may fail."""
        if self.documents.store_answers():
            self._fail_when_last(job, input_missing())
        else:
            _log.error("input not available: %s", error, extra={"job_id": job.id})
            self.ledger.jobs.put_off(job.id, self.worker)

    def _fail_when_last(self, job: Job, fault: Fault) -> None:
        """The message is sent again until the attempts are used up; the last one fails the job."""
        _log.warning("opening failed: %s", fault.message, extra={"job_id": job.id})
        if job.open_attempts >= self.settings.max_attempts:
            self._fail(job, fault)

    def _fail(self, job: Job, fault: Fault) -> None:
        self.ledger.jobs.fail(job.id, fault)
        count_fault("job", fault)
