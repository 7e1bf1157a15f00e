"""Opens a small document in the reader that goes on to read it (jobs/queue/fast_path.py)."""

import logging
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

from jobs.domain.errors import LedgerUnavailable, NotFound
from jobs.domain.job import Job
from jobs.domain.log_context import add_origin
from jobs.domain.states import JobState
from jobs.ledger import Ledger
from jobs.telemetry.tracing import TRACING
from workers.inputs.document_cache import Documents
from workers.inputs.probe import Prober, check_languages, probe_pages
from workers.inputs.read_options import read_options
from workers.pages.reader import PageReader

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FastPath:
    """Opens documents and reads their first page; one for all threads of the process.

    `ahead` decodes that page while the commit that claims it waits for the disk.
    """

    ledger: Ledger
    documents: Documents
    prober: Prober
    reader: PageReader
    tessdata: Path | None
    ahead: Executor

    def read(self, job_id: str) -> None:
        """Open the job, read its first page and, where it is the only one, end the job.

        Harmless when done already. A document that cannot be opened is left to the control worker,
        which decides about each fault.
        """
        try:
            job, media_type, pages = self._open(job_id)
        except LedgerUnavailable:
            raise  # there is nowhere to write
        except Exception as error:  # noqa: BLE001 - the control worker meets it again, and reports it
            _log.info("left to the control worker: %s", type(error).__name__)
            self.ledger.fast_path.leave(job_id)
        else:
            first = self.ahead.submit(self.reader.decode, job, pages[0])
            begin, worker = self.ledger.fast_path.begin, self.reader.worker
            self.reader.read_new(
                lambda: begin(job_id, worker, media_type, pages), lambda *_: first.result()
            )

    def _open(self, job_id: str) -> tuple[Job, str, Sequence[int]]:
        job = self.ledger.jobs.load(job_id)
        if job.state is not JobState.QUEUED or job.input_blob is None:
            raise NotFound(f"no document of {job_id} to open")
        add_origin(job)
        with TRACING.step("open_job", job):
            return job, *self._probe(job, job.input_blob)

    def _probe(self, job: Job, blob: str) -> tuple[str, Sequence[int]]:
        options = read_options(job.options)
        check_languages(options, self.tessdata)
        with self.documents.open(blob) as path:
            return probe_pages(self.prober, path, options)
