"""A thread that does the workers' part for a service without workers: every page has one text."""

import threading
from types import TracebackType
from typing import Self

from jobs.domain.job import Fault, Job
from jobs.domain.states import BatchState, JobState
from tests.support.service import Service
from workers.control.expand_batch import BatchProcessor

TEXTS = ("First page", "Second page")
BROKEN = "broken"  # a document of this name cannot be read
_PAUSE_S = 0.01


class HandWorker:
    """Ends every job of a tenant, and expands its batches, for the length of a `with`."""

    def __init__(self, service: Service, tenant: str) -> None:
        self._service = service
        self._tenant = tenant
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._stop.wait(_PAUSE_S):
            self._work()

    def _work(self) -> None:
        service = self._service
        for batch in service.ledger.batches.list(self._tenant, limit=50, before=None)[0]:
            if batch.state == BatchState.PREPARING:
                processor = BatchProcessor(service.ledger, service.blobs, service.settings, "t")
                processor.process(batch.id)
        queued, _ = service.ledger.jobs.list(
            self._tenant, state=JobState.QUEUED, batch_id=None, limit=50, before=None
        )
        for job in queued:
            self._read(job)

    def _read(self, job: Job) -> None:
        if BROKEN in (job.filename or ""):
            fault = Fault("damaged", "The file is damaged.", "caller")
            self._service.ledger.jobs.fail(job.id, fault)
        else:
            self._service.succeed(job.id, *TEXTS)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()
