import asyncio
import errno
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from api.group_commit import GroupCommit
from jobs.domain.errors import BlobError, LedgerUnavailable, QueueFull
from jobs.domain.job import Job, NewJob
from jobs.ledger import Ledger
from jobs.lifecycle.accept import Outcome, Ready
from jobs.storage.blob_keys import input_key
from jobs.storage.blob_store import Blobs
from tests.support.ledger_view import open_jobs
from tests.support.ledgers import new_job

Answer = tuple[Job, bool] | BaseException


class SpoiltError(Exception):
    pass


def submit_all(queue: GroupCommit, news: Sequence[NewJob], document: bytes | None) -> list[Answer]:
    """Hand jobs in at the same time; what each caller was given or raised."""

    async def run() -> list[Answer]:
        queue.start()
        try:
            calls = (queue.submit(new, document) for new in news)
            return await asyncio.gather(*calls, return_exceptions=True)
        finally:
            await asyncio.to_thread(queue.stop)

    return asyncio.run(run())


def stored(count: int) -> list[NewJob]:
    """Jobs that name where their documents lie."""
    return [replace(new, input_blob=input_key(new)) for new in (new_job() for _ in range(count))]


def test_jobs_submitted_together_are_each_stored_and_answered(ledger: Ledger, blobs: Blobs) -> None:
    news = [new_job() for _ in range(20)]
    answers = submit_all(GroupCommit(ledger.jobs.create_many, blobs), news, b"document")
    assert answers == [(ledger.jobs.load(new.id), True) for new in news]
    assert {blobs.get(input_key(new)) for new in news} == {b"document"}


def test_a_job_that_spoils_the_batch_does_not_cost_the_others(ledger: Ledger, blobs: Blobs) -> None:
    news = [new_job(tenant="spoilt" if number == 2 else "good") for number in range(5)]

    def accept(batch: Sequence[NewJob], ready: Ready) -> Mapping[str, Outcome]:
        if any(new.tenant == "spoilt" for new in batch):
            raise SpoiltError
        return ledger.jobs.create_many(batch, ready)

    answers = submit_all(GroupCommit(accept, blobs), news, None)
    assert isinstance(answers.pop(2), SpoiltError)
    assert answers == [(ledger.jobs.load(new.id), True) for new in news if new.tenant == "good"]


def test_a_document_that_cannot_be_stored_makes_no_job(ledger: Ledger, blobs: Blobs) -> None:
    blobs.put("tenants/a", b"a file where the folder of a tenant should be")
    refused, taken = new_job(tenant="a"), new_job(tenant="b")
    answers = submit_all(GroupCommit(ledger.jobs.create_many, blobs), [refused, taken], b"document")
    assert isinstance(answers[0], BlobError)
    assert answers[1] == (ledger.jobs.load(taken.id), True)
    jobs, _ = ledger.jobs.list("a")
    assert jobs == []


def test_documents_are_on_the_disk_before_their_jobs_are_in_the_ledger(
    ledger: Ledger, blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, int]] = []

    def sync(keys: Sequence[str]) -> None:
        seen.append((len(keys), open_jobs(ledger)))

    monkeypatch.setattr(blobs, "sync", sync)
    news = stored(4)
    answers = submit_all(GroupCommit(ledger.jobs.create_many, blobs), news, b"document")
    assert [isinstance(answer, tuple) for answer in answers] == [True] * 4
    assert sum(count for count, _ in seen) == 4
    assert seen[0] == (seen[0][0], 0)


def test_documents_that_do_not_reach_the_disk_make_no_jobs_and_others_do(
    ledger: Ledger, blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = BlobError(errno.ENOSPC, "no space left")

    def sync(keys: Sequence[str]) -> None:
        if keys:
            raise full

    monkeypatch.setattr(blobs, "sync", sync)
    fetched = new_job(source_url="https://files.example/a.pdf")
    news = [*stored(2), fetched]
    answers = submit_all(GroupCommit(ledger.jobs.create_many, blobs), news, None)
    assert answers == [full, full, (ledger.jobs.load(fetched.id), True)]
    assert open_jobs(ledger) == 1


@pytest.mark.parametrize("error", [LedgerUnavailable("away"), QueueFull("full")])
def test_every_caller_hears_why_there_is_no_job(blobs: Blobs, error: Exception) -> None:
    def accept(_batch: Sequence[NewJob], ready: Ready) -> Mapping[str, Outcome]:
        raise error

    answers = submit_all(GroupCommit(accept, blobs), [new_job() for _ in range(3)], None)
    assert answers == [error] * 3


def test_a_caller_that_has_gone_does_not_keep_the_others_waiting(
    ledger: Ledger, blobs: Blobs
) -> None:
    news = [new_job(), new_job()]
    queue = GroupCommit(ledger.jobs.create_many, blobs)

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


@pytest.mark.parametrize("answers", [[False, False], [True, False]], ids=["before", "meanwhile"])
def test_a_store_that_is_away_makes_no_job_with_a_document(
    ledger: Ledger, blobs: Blobs, monkeypatch: pytest.MonkeyPatch, answers: list[bool]
) -> None:
    asked = iter(answers)
    monkeypatch.setattr(blobs, "answers", lambda: next(asked))
    (new,) = stored(1)
    (answer,) = submit_all(GroupCommit(ledger.jobs.create_many, blobs), [new], b"document")
    assert isinstance(answer, BlobError)
    assert "is it mounted?" in str(answer)
    assert open_jobs(ledger) == 0
    assert bool(blobs.list("tenants/")) == answers[0]


def test_a_store_that_is_away_keeps_no_job_without_a_document_waiting(
    ledger: Ledger, blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blobs, "answers", lambda: False)
    new = new_job(source_url="https://files.example.com/a.png")
    (answer,) = submit_all(GroupCommit(ledger.jobs.create_many, blobs), [new], None)
    assert answer == (ledger.jobs.load(new.id), True)
