"""What workers do for a tenant's next job, while a client waits for it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from jobs.domain.job import Job
from tests.support.service import Service

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
