"""What workers do for a tenant's next job, while a client waits for it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from jobs.domain.job import Job
from jobs.storage.blob_keys import result_key
from tests.support.placed_documents import placed_document
from tests.support.service import Service
from vision.export.json import dumps

_LONGEST_S = 30


@contextmanager
def doing(service: Service, tenant: str, work: Callable[[str], Job | None]) -> Iterator[list[Job]]:
    """Call `work` with the id of the tenant's next job, in a thread; yields the jobs it returns."""
    known = {job.id for job in service.ledger.jobs.list(tenant, limit=200)[0]}
    done: list[Job] = []

    def wait_and_work() -> None:
        deadline = time.monotonic() + _LONGEST_S
        while time.monotonic() < deadline:
            jobs, _ = service.ledger.jobs.list(tenant, limit=1)
            if jobs and jobs[0].id not in known:
                ended = work(jobs[0].id)
                if ended is not None:
                    done.append(ended)
                return
            time.sleep(0.01)

    thread = threading.Thread(target=wait_and_work)
    thread.start()
    try:
        yield done
    finally:
        thread.join()


def read_placed(service: Service, job_id: str) -> Job:
    """Read the job's only page as `placed_document`: a title, text, a table and a figure."""
    service.open(job_id, 1)
    service.read_page(job_id, 1, "Hello")
    return _finish(service, job_id, dumps(placed_document()))


def fail_only_page(service: Service, job_id: str) -> Job:
    """Fail the job's only page, and so the job."""
    service.open(job_id, 1)
    service.fail_page(job_id, 1)
    return _finish(service, job_id)


def _finish(service: Service, job_id: str, result: str | None = None) -> Job:
    key = result_key(service.ledger.jobs.load(job_id))
    if result is not None:
        service.blobs.put(key, result.encode())
    ended = service.ledger.finishing.finish(job_id, key)
    assert ended is not None
    return ended
