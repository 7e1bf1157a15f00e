import asyncio
from collections.abc import Mapping, Sequence

import pytest

from jobs.accept_queue import AcceptQueue
from jobs.accepting import Outcome
from jobs.blobs import Blobs, input_key
from jobs.errors import BlobError, LedgerUnavailable, QueueFull
from jobs.job import Job, NewJob
from jobs.ledger import Ledger
from tests.support.ledgers import new_job

Answer = tuple[Job, bool] | BaseException


class SpoiltError(Exception):
    pass


def hand_in(queue: AcceptQueue, news: Sequence[NewJob], document: bytes | None) -> list[Answer]:
    """Hand jobs in at the same time; what each caller was given or raised."""

    async def run() -> list[Answer]:
        queue.start()
        try:
            calls = (queue.submit(new, document) for new in news)
            return await asyncio.gather(*calls, return_exceptions=True)
        finally:
            await asyncio.to_thread(queue.stop)

    return asyncio.run(run())


def test_jobs_handed_in_together_are_each_stored_and_told(ledger: Ledger, blobs: Blobs) -> None:
    news = [new_job() for _ in range(20)]
    answers = hand_in(AcceptQueue(ledger.jobs.create_many, blobs), news, b"document")
    assert answers == [(ledger.jobs.load(new.id), True) for new in news]
    assert {blobs.get(input_key(new)) for new in news} == {b"document"}


def test_a_job_that_spoils_the_batch_does_not_cost_the_others(ledger: Ledger, blobs: Blobs) -> None:
    news = [new_job(tenant="spoilt" if number == 2 else "good") for number in range(5)]

    def accept(batch: Sequence[NewJob]) -> Mapping[str, Outcome]:
        if any(new.tenant == "spoilt" for new in batch):
            raise SpoiltError
        return ledger.jobs.create_many(batch)

    answers = hand_in(AcceptQueue(accept, blobs), news, None)
    assert isinstance(answers.pop(2), SpoiltError)
    assert answers == [(ledger.jobs.load(new.id), True) for new in news if new.tenant == "good"]


def test_a_document_that_cannot_be_stored_makes_no_job(ledger: Ledger, blobs: Blobs) -> None:
    blobs.put("tenants/a", b"a file where the folder of a tenant should be")
    refused, taken = new_job(tenant="a"), new_job(tenant="b")
    answers = hand_in(AcceptQueue(ledger.jobs.create_many, blobs), [refused, taken], b"document")
    assert isinstance(answers[0], BlobError)
    assert answers[1] == (ledger.jobs.load(taken.id), True)
    jobs, _ = ledger.jobs.list("a")
    assert jobs == []


@pytest.mark.parametrize("error", [LedgerUnavailable("away"), QueueFull("full")])
def test_every_caller_hears_why_there_is_no_job(blobs: Blobs, error: Exception) -> None:
    def accept(_batch: Sequence[NewJob]) -> Mapping[str, Outcome]:
        raise error

    answers = hand_in(AcceptQueue(accept, blobs), [new_job() for _ in range(3)], None)
    assert answers == [error] * 3


def test_a_caller_that_has_gone_does_not_keep_the_others_waiting(
    ledger: Ledger, blobs: Blobs
) -> None:
    news = [new_job(), new_job()]
    queue = AcceptQueue(ledger.jobs.create_many, blobs)

    async def run() -> tuple[Job, bool]:
        gone, waits = (asyncio.ensure_future(queue.submit(new)) for new in news)
        await asyncio.sleep(0)
        gone.cancel()
        queue.start()
        try:
            return await waits
        finally:
            await asyncio.to_thread(queue.stop)

    assert asyncio.run(run()) == (ledger.jobs.load(news[1].id), True)
