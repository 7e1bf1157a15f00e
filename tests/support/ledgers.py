"""Short ways to put a ledger into a state, for the tests of every room."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from sqlalchemy import delete

from jobs.db.tables import metadata
from jobs.domain.ids import new_id
from jobs.domain.job import Claim, Fault, Job, NewBatch, NewJob
from jobs.domain.topics import Topic
from jobs.ledger import Ledger

T = TypeVar("T")
TENANT = "tenant-a"
UNREADABLE = Fault("damaged", "The page cannot be decoded.", "caller")


def new_job(**values: Any) -> NewJob:
    """Return a job to create; `values` replace the usual ones."""
    return NewJob(**({"id": new_id("job"), "tenant": TENANT, "options": {}} | values))


def new_batch(**values: Any) -> NewBatch:
    """Return a batch to create; `values` replace the usual ones."""
    return NewBatch(**({"id": new_id("batch"), "tenant": TENANT, "options": {}} | values))


def created(ledger: Ledger, **values: Any) -> Job:
    """Create a job."""
    return ledger.jobs.create(new_job(**values))[0]


def running(ledger: Ledger, pages: int = 1, **values: Any) -> str:
    """Create and open a job; return its id."""
    job = created(ledger, **values)
    assert ledger.jobs.begin_open(job.id, "opener") is not None
    assert ledger.jobs.opened(job.id, "image/png", range(1, pages + 1))
    return job.id


def claimed(ledger: Ledger, job_id: str, number: int = 1) -> Claim:
    """Claim a page that is to be had."""
    claim = ledger.pages.claim(job_id, number, "reader")
    assert claim is not None
    return claim


def finished(ledger: Ledger, pages: Sequence[bool] = (True,), **values: Any) -> Job:
    """Bring a job to its end; each of `pages` says whether its page succeeds."""
    job_id = running(ledger, len(pages), **values)
    for number, succeeds in enumerate(pages, start=1):
        claim = claimed(ledger, job_id, number)
        if succeeds:
            ledger.pages.succeed(claim, "{}")
        else:
            ledger.pages.fail(claim, UNREADABLE)
    job = ledger.finishing.finish(job_id, "result")
    assert job is not None
    return job


def drain(ledger: Ledger, topic: Topic | None = None) -> list[tuple[Any, ...]]:
    """Dispatch all that is ready; return the arguments of the messages, of one topic if given."""
    messages = ledger.tasks.take(10_000)
    return [message.args for message in messages if topic in {None, message.topic}]


def clear(ledger: Ledger) -> None:
    """Delete every row but the audit's, which cannot be."""
    with ledger.database.write() as connection:
        for table in reversed(metadata.sorted_tables):
            if table.name != "audit_events":
                connection.execute(delete(table))


def at_once(work: Callable[[int], T], threads: int) -> list[T]:
    """Call `work` with 0, 1, ... from as many threads at the same moment; return its answers."""
    barrier = Barrier(threads)

    def wait_and_work(number: int) -> T:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(wait_and_work, range(threads)))
