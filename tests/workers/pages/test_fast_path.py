"""The fast path: a reader opens a small document, reads its page and ends the job."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jobs.domain.errors import StaleClaim
from jobs.domain.ids import new_id
from jobs.domain.job import Job, NewJob
from jobs.domain.states import JobState, PageState
from jobs.domain.text_search import parse_search
from jobs.domain.topics import Topic
from jobs.ledger import open_ledger
from jobs.queue.task_table import Message
from jobs.settings import Settings
from jobs.storage.blob_keys import input_key
from jobs.storage.blob_store import open_blobs
from jobs.storage.result_index import page_of_result
from tests.doubles import double_stages
from tests.support.colour_decoder import ColourDecoder
from tests.support.ledgers import new_job
from tests.support.migrations import create_tables
from tests.support.printed import page_of
from tests.support.workplace import PLAIN, TENANT
from vision.core.document import PageReading, PageReceipt
from vision.core.errors import BadInput
from vision.core.limits import DocumentProbe
from workers.engine.engine import Engine
from workers.inputs.document_cache import Documents
from workers.pages.fast_path import FastPath
from workers.pages.lease_keeper import LeaseKeeper
from workers.pages.reader import PageReader
from workers.pages.single_page import SinglePage
from workers.pages.watchdog import Watchdog

WHITE = (255, 255, 255)


class Prober:
    """States how many pages a document has, or that it is damaged."""

    def __init__(self, pages: int) -> None:
        self._pages = pages

    def probe(self, _path: Path) -> DocumentProbe:
        if not self._pages:
            raise BadInput("damaged", "The document is damaged.")
        return DocumentProbe("image/png", self._pages)


class Bench:
    """A ledger with a clock that tests move, and a reader of its documents."""

    def __init__(self, folder: Path) -> None:
        settings = Settings(_env_file=None, data_dir=folder)
        create_tables(settings)
        self.settings = settings
        self.ahead = timedelta()
        self.ledger = open_ledger(settings, lambda: datetime.now(UTC) + self.ahead)
        self.blobs = open_blobs(settings.blob_store_url)
        self.documents = Documents(self.blobs)
        self.decoding = ThreadPoolExecutor(1)
        self.reader = PageReader(
            ledger=self.ledger,
            documents=self.documents,
            decoder=ColourDecoder(WHITE, WHITE, WHITE),
            engine=Engine(double_stages()),
            keeper=LeaseKeeper(self.ledger.pages.renew, 60),
            watchdog=Watchdog(60),
            worker="w1",
            max_attempts=settings.max_attempts,
            single=SinglePage(self.ledger, self.blobs),
        )

    def path(self, pages: int = 1) -> FastPath:
        return FastPath(
            self.ledger, self.documents, Prober(pages), self.reader, None, self.decoding
        )

    def accept(self, **values: object) -> Job:
        new = NewJob(new_id("job"), TENANT, {**PLAIN})
        new = replace(new, input_blob=input_key(new), input_sha256="0" * 64, input_bytes=8)
        new = replace(new, **values)  # type: ignore[arg-type]
        self.blobs.put(input_key(new), b"document")
        return self.ledger.jobs.create(new)[0]

    def take(self, idle: int = 1) -> list[tuple[Topic, bool]]:
        taken = self.ledger.tasks.take(10, None, lambda: idle)
        return [(message.topic, message.fast) for message in taken]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.decoding.shutdown()
    made.ledger.close()


def test_a_document_of_one_page_is_opened_read_and_ended_without_a_further_step(
    bench: Bench,
) -> None:
    job = bench.accept()
    assert bench.take() == [(Topic.OPEN_JOB, True)]
    bench.path().read(job.id)
    ended = bench.ledger.jobs.load(job.id)
    assert (ended.state, ended.media_type) == (JobState.SUCCEEDED, "image/png")
    kinds = [event.kind for event in bench.ledger.events.since(job.id, 0, 10)]
    assert kinds == ["job.queued", "job.running", "page.succeeded", "job.succeeded"]
    bench.ahead += timedelta(hours=1)
    assert (bench.ledger.tasks.recover(), bench.take()) == (0, [])


def test_the_text_of_a_single_page_is_indexed(bench: Bench) -> None:
    job = bench.accept()
    bench.take()
    bench.path().read(job.id)
    text = json.loads(page_of_result(bench.blobs, job, 1) or "")["page"]["text"]
    found, _, _ = bench.ledger.texts.find(TENANT, parse_search(text), limit=1)
    assert [each.id for each in found] == [job.id]


def test_a_document_of_one_page_with_doubtful_words_waits_to_be_checked(bench: Bench) -> None:
    for confidence in (0.5, 0.9):
        job = bench.accept()
        claim = bench.ledger.fast_path.begin(job.id, "w1", "image/png", [1])
        assert claim is not None
        page = page_of("two words", confidence=confidence)
        reading = PageReading(page, PageReceipt(1, (), {}))
        single = SinglePage(bench.ledger, bench.blobs)
        assert single.finish(bench.ledger.jobs.load(job.id), claim, reading)
    waiting, _ = bench.ledger.checks.waiting(TENANT)
    assert [each.doubtful for each in waiting] == [2]


def test_the_other_pages_of_a_document_are_left_to_whoever_is_free(bench: Bench) -> None:
    job = bench.accept()
    bench.take()
    bench.path(pages=3).read(job.id)
    states = [page.state for page in bench.ledger.pages.list(job.id)]
    assert states == [PageState.SUCCEEDED, PageState.QUEUED, PageState.QUEUED]
    assert bench.take() == [(Topic.READ_PAGE, False)] * 2


def test_a_document_that_cannot_be_opened_is_left_to_the_control_worker_at_once(
    bench: Bench,
) -> None:
    job = bench.accept()
    bench.take()
    bench.path(pages=0).read(job.id)
    waiting = bench.ledger.jobs.load(job.id)
    assert (waiting.state, waiting.open_attempts) == (JobState.QUEUED, 0)
    assert bench.take() == [(Topic.OPEN_JOB, False)]


def test_a_message_that_comes_twice_reads_a_document_once(bench: Bench) -> None:
    job = bench.accept()
    bench.take()
    for _ in range(2):
        bench.path().read(job.id)
    assert [page.attempts for page in bench.ledger.pages.list(job.id)] == [1]
    assert bench.take() == []


def test_what_is_lost_with_its_reader_is_read_in_single_steps(bench: Bench) -> None:
    job = bench.accept()
    bench.take()
    claim = bench.ledger.fast_path.begin(job.id, "w1", "image/png", [1])
    assert claim is not None
    bench.ahead += timedelta(seconds=bench.settings.lease_s + 1)
    assert bench.ledger.pages.lapse() == 1
    assert bench.take() == [(Topic.READ_PAGE, False)]
    bench.reader.read(job.id, 1)
    assert bench.ledger.jobs.load(job.id).state is JobState.SUCCEEDED
    with pytest.raises(StaleClaim):
        bench.ledger.fast_path.finish(claim, "", lambda: pytest.fail("nothing may be stored"))


def test_a_message_that_is_lost_is_sent_to_the_control_worker(bench: Bench) -> None:
    bench.accept()
    assert bench.take() == [(Topic.OPEN_JOB, True)]
    bench.ahead += timedelta(seconds=bench.settings.republish_s + 1)
    assert bench.ledger.tasks.recover() == 1
    assert bench.take() == [(Topic.OPEN_JOB, False)]


class Readers:
    """Keeps the messages that a commit passes on for readers."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.sent: list[Message] = []

    def readers(self) -> int:
        return self.count

    def dispatch(self, messages: Sequence[Message]) -> None:
        self.sent += messages


def accept_for(bench: Bench, readers: Readers, count: int = 1, **values: object) -> list[str]:
    """Accept documents that are stored, in one transaction."""
    stored = {"input_blob": "x/input", "input_bytes": 8} | values
    news = [new_job(**stored) for _ in range(count)]
    bench.ledger.jobs.create_many(news, dispatcher=readers)
    return [new.id for new in news]


def test_a_document_is_accepted_as_dispatched_while_a_reader_is_idle(bench: Bench) -> None:
    readers = Readers(2)
    ids = [accept_for(bench, readers)[0] for _ in range(3)]
    assert [(each.topic, each.args, each.fast) for each in readers.sent] == [
        (Topic.OPEN_JOB, (job_id,), True) for job_id in ids[:2]
    ]
    assert bench.take(idle=0) == [(Topic.OPEN_JOB, False)]
    bench.ledger.tasks.put_back([message.id for message in readers.sent])
    assert bench.take(idle=9) == [(Topic.OPEN_JOB, True)] * 2


def test_a_message_that_follows_a_commit_and_is_lost_is_sent_to_the_control_worker(
    bench: Bench,
) -> None:
    accept_for(bench, Readers(1))
    assert bench.take() == []
    bench.ahead += timedelta(seconds=bench.settings.republish_s + 1)
    assert bench.ledger.tasks.recover() == 1
    assert bench.take() == [(Topic.OPEN_JOB, False)]


@pytest.mark.parametrize(
    ("count", "values"),
    [(3, {}), (1, {"input_blob": None, "source_url": "https://example.org/a.pdf"})],
    ids=["more than readers", "to be fetched"],
)
def test_other_documents_are_accepted_as_ready(
    bench: Bench, count: int, values: dict[str, object]
) -> None:
    readers = Readers(2)
    accept_for(bench, readers, count, **values)
    assert readers.sent == []
    assert len(bench.take()) == count


def test_a_document_waits_for_its_turn_behind_those_that_wait_already(bench: Bench) -> None:
    bench.accept()
    readers = Readers(2)
    accept_for(bench, readers)
    assert readers.sent == []


def test_a_page_that_cannot_be_decoded_fails_once_it_is_claimed(bench: Bench) -> None:
    job = bench.accept()
    bench.take()
    path = bench.path()
    missing = replace(path.reader, decoder=ColourDecoder())
    replace(path, reader=missing).read(job.id)
    assert [page.state for page in bench.ledger.pages.list(job.id)] == [PageState.FAILED]


def test_a_job_that_is_cancelled_meanwhile_is_not_opened(bench: Bench) -> None:
    job = bench.accept()
    bench.take()
    bench.ledger.jobs.cancel(TENANT, job.id)
    bench.path().read(job.id)
    assert bench.ledger.jobs.load(job.id).state is JobState.CANCELLED
    assert bench.ledger.pages.list(job.id) == []


@pytest.mark.parametrize(
    "values",
    [
        {"input_bytes": 33_000_000},
        {"input_blob": None, "source_url": "https://example.org/a.pdf"},
        {"retry_of": "job_before"},
    ],
    ids=["large", "to be fetched", "a retry"],
)
def test_documents_that_take_longer_to_open_are_left_to_the_control_worker(
    bench: Bench, values: dict[str, object]
) -> None:
    bench.accept(**values)
    assert bench.take() == [(Topic.OPEN_JOB, False)]


def test_no_more_documents_go_to_readers_than_are_idle(bench: Bench) -> None:
    for _ in range(3):
        bench.accept()
    assert sorted(fast for _, fast in bench.take(idle=2)) == [False, True, True]


def test_readers_that_read_pages_are_not_idle(bench: Bench) -> None:
    job = bench.accept()
    bench.take()
    assert bench.ledger.fast_path.begin(job.id, "w1", "image/png", [1]) is not None
    bench.accept()
    bench.accept()
    assert sorted(fast for _, fast in bench.take(idle=2)) == [False, True]


def test_while_pages_wait_documents_are_opened_by_the_control_worker(bench: Bench) -> None:
    job = bench.accept()
    assert bench.ledger.jobs.begin_open(job.id, "control") is not None
    bench.ledger.jobs.opened(job.id, "image/png", [1])
    bench.accept()
    assert (Topic.OPEN_JOB, False) in bench.take(idle=9)
