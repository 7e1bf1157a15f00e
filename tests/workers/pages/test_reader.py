"""One page between claim and result, and the end of a job, on a real ledger."""

import errno
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jobs.domain.errors import BlobError, LedgerUnavailable
from jobs.domain.ids import new_id
from jobs.domain.job import Job, NewJob
from jobs.domain.log_context import log_fields, logging_with
from jobs.domain.states import JobState, PageState
from jobs.domain.text_search import parse_search
from jobs.ledger import open_ledger
from jobs.settings import Settings
from jobs.storage.blob_keys import input_key, result_key
from jobs.storage.blob_store import open_blobs
from jobs.storage.result_index import page_of_result
from tests.doubles import BLACK, GREEN, WHITE, FaultyFinder, double_stages
from tests.support.colour_decoder import ColourDecoder
from tests.support.migrations import create_tables
from tests.support.storage import unmounted
from tests.support.workplace import PLAIN, TENANT
from vision.core.arrays import Image
from vision.core.stages import NEVER, FoundLines, Letters, Reread
from workers.control import assemble_result as finish
from workers.control.assemble_result import JobFinisher
from workers.engine.engine import Engine
from workers.inputs.document_cache import Documents
from workers.pages import reader as read_pages
from workers.pages.lease_keeper import LeaseKeeper
from workers.pages.reader import PageReader
from workers.pages.single_page import SinglePage
from workers.pages.watchdog import Watchdog


class Desk:
    """A reader and a finisher over a ledger whose clock tests move."""

    def __init__(self, folder: Path, decoder: ColourDecoder) -> None:
        self.settings = Settings(_env_file=None, data_dir=folder)
        create_tables(self.settings)
        self.ahead = timedelta()
        self.ledger = open_ledger(self.settings, lambda: datetime.now(UTC) + self.ahead)
        self.blobs = open_blobs(self.settings.blob_store_url)
        documents = Documents(self.blobs)
        self.keeper = LeaseKeeper(self.ledger.pages.renew, 60)
        self.reader = PageReader(
            ledger=self.ledger,
            documents=documents,
            decoder=decoder,
            engine=Engine(double_stages()),
            keeper=self.keeper,
            watchdog=Watchdog(60),
            worker="w1",
            max_attempts=self.settings.max_attempts,
            single=SinglePage(self.ledger, self.blobs),
        )
        self.finisher = JobFinisher(self.ledger, self.blobs, documents, decoder, "control")

    def open_job(self, *pages: int, **options: object) -> Job:
        new = NewJob(new_id("job"), TENANT, {**PLAIN, **options}, request_id="order-17")
        new = replace(new, input_blob=input_key(new), input_sha256="0" * 64)
        self.blobs.put(input_key(new), b"document")
        job, _ = self.ledger.jobs.create(new)
        assert self.ledger.jobs.begin_open(job.id, "w1") is not None
        assert self.ledger.jobs.opened(job.id, "application/pdf", pages)
        return self.ledger.jobs.load(job.id)

    def pages(self, job: Job) -> list[tuple[PageState, int, str | None]]:
        rows = self.ledger.pages.list(job.id)
        return [(row.state, row.attempts, row.fault.code if row.fault else None) for row in rows]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path, ColourDecoder(WHITE, GREEN, BLACK))
    yield made
    made.ledger.close()


def test_a_page_is_read_once_however_often_it_is_announced(desk: Desk) -> None:
    job = desk.open_job(1)
    for _ in range(3):
        desk.reader.read(job.id, 1)
    assert desk.pages(job) == [(PageState.SUCCEEDED, 1, None)]
    receipt = json.loads(page_of_result(desk.blobs, job, 1) or "")["receipt"]
    assert (receipt["worker"], receipt["attempt"]) == ("w1", 1)


def test_what_is_logged_of_a_page_names_the_request_that_asked_for_it(desk: Desk) -> None:
    job = desk.open_job(1)
    with logging_with(job_id=job.id):
        desk.reader.read(job.id, 1)
        assert log_fields() == {"job_id": job.id, "tenant": TENANT, "request_id": "order-17"}


def test_a_damaged_page_fails_at_once_because_a_retry_would_not_help(desk: Desk) -> None:
    job = desk.open_job(9)
    desk.reader.read(job.id, 9)
    assert desk.pages(job) == [(PageState.FAILED, 1, "damaged")]


@pytest.mark.parametrize(("page", "code"), [(2, "inference_failed"), (3, "internal_error")])
def test_a_failing_engine_is_given_three_attempts(desk: Desk, page: int, code: str) -> None:
    job = desk.open_job(page)
    for attempt in (1, 2):
        desk.reader.read(job.id, page)
        assert desk.pages(job) == [(PageState.RUNNING, attempt, None)]
        desk.ahead += timedelta(seconds=desk.settings.lease_s + 1)
        assert desk.ledger.pages.lapse() == 1
    desk.reader.read(job.id, page)
    assert desk.pages(job) == [(PageState.FAILED, 3, code)]


def test_a_detector_whose_weights_are_missing_is_named_in_the_fault(desk: Desk) -> None:
    engine = Engine(double_stages(), missing={"signs": "model signs 1: there is no file"})
    reader = replace(desk.reader, engine=engine, max_attempts=1)
    job = desk.open_job(1, detectors=["signs"])
    reader.read(job.id, 1)
    fault = desk.ledger.pages.list(job.id)[0].fault
    assert fault is not None
    assert (fault.code, fault.actor) == ("detector_missing", "operator")
    assert "signs" in fault.message


def test_a_missing_input_is_for_the_operator_to_fix(desk: Desk) -> None:
    job = desk.open_job(1)
    desk.blobs.delete_prefix(f"tenants/{TENANT}/jobs/{job.id}/")
    replace(desk.reader, max_attempts=1).read(job.id, 1)
    assert desk.pages(job) == [(PageState.FAILED, 1, "input_missing")]


def test_a_page_waits_for_a_store_that_is_away_however_often_it_is_tried(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.pages.reader._STORE_PAUSE_S", 0)
    job = desk.open_job(1)
    with unmounted(tmp_path / "blobs"):
        for _ in range(desk.settings.max_attempts + 1):
            desk.reader.read(job.id, 1)
            assert desk.pages(job) == [(PageState.QUEUED, 0, None)]
            desk.ahead += timedelta(seconds=desk.settings.republish_s + 1)
            assert desk.ledger.tasks.recover() == 1
    desk.reader.read(job.id, 1)
    assert desk.pages(job) == [(PageState.SUCCEEDED, 1, None)]


def test_a_job_that_is_cancelled_in_mid_page_stops_before_the_next_stage(desk: Desk) -> None:
    stages = double_stages()
    recognised: list[int] = []

    class CancellingFinder(FaultyFinder):
        def find(
            self, image: Image, languages: Sequence[str], letters: Letters | None = None
        ) -> FoundLines:
            desk.ledger.jobs.cancel(TENANT, job.id)
            desk.keeper._renew_all()  # what the keeper's thread does in time
            return super().find(image, languages)

    class CountingRecogniser:
        name = "tesseract"
        models = stages.recognisers["tesseract"].models
        languages = stages.recognisers["tesseract"].languages

        def recognise(self, crops: Sequence[object], reread: Reread = NEVER) -> list[object]:
            recognised.append(len(crops))
            return []

    counting = replace(
        stages,
        finders={"learned": CancellingFinder()},
        recognisers={"tesseract": CountingRecogniser()},
    )
    job = desk.open_job(1)
    replace(desk.reader, engine=Engine(counting)).read(job.id, 1)
    assert recognised == []
    assert desk.pages(job) == [(PageState.CANCELLED, 1, None)]
    assert desk.ledger.pages.result(job.id, 1) is None


def test_finishing_waits_for_the_last_page_and_happens_once(desk: Desk) -> None:
    job = desk.open_job(1, 9, pages="1,9")
    desk.reader.read(job.id, 1)
    desk.finisher.finish(job.id)
    assert desk.ledger.jobs.load(job.id).state is JobState.RUNNING
    desk.reader.read(job.id, 9)
    desk.finisher.finish(job.id)
    ended = desk.ledger.jobs.load(job.id)
    text = desk.blobs.get(result_key(job))
    desk.finisher.finish(job.id)
    assert desk.ledger.jobs.load(job.id) == ended
    assert (ended.state, ended.pages_succeeded, ended.pages_failed) == (JobState.PARTIAL, 1, 1)
    result = json.loads(text)
    assert [page["number"] for page in result["pages"]] == [1]
    assert [(each["number"], each["code"]) for each in result["failures"]] == [(9, "damaged")]
    assert result["document"]["pages"] == 9
    words = parse_search(result["pages"][0]["text"])
    assert [each.id for each in desk.ledger.texts.find(TENANT, words, limit=1)[0]] == [job.id]
    assert result["receipt"]["parameters"] == json.loads(json.dumps({**PLAIN, "pages": "1,9"}))


def test_finishing_a_job_that_was_deleted_is_harmless(desk: Desk) -> None:
    desk.finisher.finish("job_gone")
    assert desk.blobs.list("tenants/") == []


class RestartingLedger:
    """Fails the next calls of a method as a database that restarts, before or after its commit."""

    def __init__(self, method: Callable[..., None], failures: int, *, commits: bool) -> None:
        self.method = method
        self.failures = failures
        self.commits = commits

    def __call__(self, *arguments: object) -> object:
        if not self.failures:
            return self.method(*arguments)
        self.failures -= 1
        if self.commits:
            self.method(*arguments)
        raise LedgerUnavailable("restarting")


@pytest.mark.parametrize("commits", [False, True], ids=["lost", "committed, answer lost"])
@pytest.mark.parametrize("selection", [None, "1"], ids=["with its job", "alone"])
def test_a_page_waits_for_a_ledger_that_restarts_and_counts_no_attempt(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, commits: bool, selection: str | None
) -> None:
    monkeypatch.setattr(read_pages, "_LOOK_AGAIN_S", 0.01)
    failures = 1 if commits else 3
    for store, name in ((desk.ledger.pages, "succeed"), (desk.ledger.fast_path, "finish")):
        restarting = RestartingLedger(getattr(store, name), failures, commits=commits)
        monkeypatch.setattr(store, name, restarting)
    job = desk.open_job(1, pages=selection)
    desk.reader.read(job.id, 1)
    assert desk.pages(job) == [(PageState.SUCCEEDED, 1, None)]
    ended = desk.ledger.jobs.load(job.id)
    assert ended.pages_succeeded == 1
    assert ended.state is (JobState.RUNNING if selection else JobState.SUCCEEDED)


def test_a_page_that_waits_in_vain_is_left_to_its_lease(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_pages, "_LOOK_AGAIN_S", 0.01)
    monkeypatch.setattr(read_pages, "LEDGER_PATIENCE_S", 0.05)
    restarting = RestartingLedger(desk.ledger.fast_path.finish, 10_000, commits=False)
    monkeypatch.setattr(desk.ledger.fast_path, "finish", restarting)
    job = desk.open_job(1)
    with pytest.raises(LedgerUnavailable):
        desk.reader.read(job.id, 1)
    assert desk.pages(job) == [(PageState.RUNNING, 1, None)]
    assert desk.keeper.held() == []


def test_a_document_that_goes_away_between_two_pages_is_the_operators_affair(
    desk: Desk, tmp_path: Path
) -> None:
    """The path is known from the first page, and nothing is there."""
    job = desk.open_job(1, 2)
    desk.reader.read(job.id, 1)
    (tmp_path / "blobs" / (job.input_blob or "")).unlink()
    replace(desk.reader, max_attempts=1).read(job.id, 2)
    assert desk.pages(job) == [
        (PageState.SUCCEEDED, 1, None),
        (PageState.FAILED, 1, "input_missing"),
    ]


def test_a_result_that_only_waits_for_the_blob_store_is_tried_again_uncounted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = desk.open_job(1, pages="1")
    desk.reader.read(job.id, 1)

    def full(_key: str, _data: bytes) -> None:
        raise BlobError(errno.ENOSPC, "no space left")

    with monkeypatch.context() as patch:
        patch.setattr(desk.blobs, "put", full)
        for _ in range(5):
            desk.finisher.finish(job.id)
    assert desk.ledger.jobs.load(job.id).state is JobState.RUNNING
    desk.finisher.finish(job.id)
    assert desk.ledger.jobs.load(job.id).state is JobState.SUCCEEDED


def test_a_document_that_never_comes_together_ends_as_failed_with_a_typed_fault(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = desk.open_job(1, pages="1")
    desk.reader.read(job.id, 1)

    def broken(*_: object) -> str:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(finish, "stream_document", broken)
    for _ in range(desk.settings.max_attempts):
        with pytest.raises(RuntimeError):
            desk.finisher.finish(job.id)
        desk.ahead += timedelta(hours=1)
    desk.finisher.finish(job.id)
    ended = desk.ledger.jobs.load(job.id)
    assert ended.state is JobState.FAILED
    assert ended.fault is not None
    assert (ended.fault.code, ended.fault.actor) == ("result_failed", "operator")


def test_a_single_page_ends_its_job_with_a_result_that_finds_its_page(desk: Desk) -> None:
    job = desk.open_job(1)
    desk.reader.read(job.id, 1)
    ended = desk.ledger.jobs.load(job.id)
    assert (ended.state, ended.pages_succeeded) == (JobState.SUCCEEDED, 1)
    result = json.loads(desk.blobs.get(ended.result_blob or ""))
    assert [page["number"] for page in result["pages"]] == [1]
    assert json.loads(page_of_result(desk.blobs, job, 1) or "")["page"] == result["pages"][0]
    assert desk.ledger.pages.result(job.id, 1) is None
    kinds = [event.kind for event in desk.ledger.events.since(job.id, 0, 10)]
    assert kinds == ["job.queued", "job.running", "page.succeeded", "job.succeeded"]
    desk.ahead += timedelta(hours=1)
    assert desk.ledger.tasks.recover() == 0


@pytest.mark.parametrize("error", [BlobError(errno.ENOSPC, "full"), RuntimeError("ours")])
def test_a_single_page_whose_result_cannot_be_stored_is_kept_for_the_step_that_finishes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    job = desk.open_job(1)
    with monkeypatch.context() as patch:
        patch.setattr(desk.blobs, "put", fail)
        desk.reader.read(job.id, 1)
    assert desk.pages(job) == [(PageState.SUCCEEDED, 1, None)]
    assert desk.ledger.jobs.load(job.id).state is JobState.RUNNING
    desk.finisher.finish(job.id)
    assert desk.ledger.jobs.load(job.id).state is JobState.SUCCEEDED
