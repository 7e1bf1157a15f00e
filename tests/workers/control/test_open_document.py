"""Opening jobs with a real ledger, blob store, decoder and HTTP server."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from jobs.domain.ids import new_id
from jobs.domain.job import Job, NewJob
from jobs.domain.states import JobState, PageState
from jobs.ledger import open_ledger
from jobs.settings import Settings
from jobs.storage.blob_keys import input_key, job_prefix
from jobs.storage.blob_store import open_blobs
from tests.support.documents import encrypted_pdf, pdf
from tests.support.migrations import create_tables
from tests.support.receiver import Reply, receiver
from tests.support.storage import unmounted
from vision.core.options import ReadOptions
from vision.input.sandbox.pool import DecoderPool
from workers.control.open_document import JobOpener
from workers.egress.client import EgressClient
from workers.inputs.decoders import open_decoders
from workers.inputs.document_cache import Documents

TENANT = "tenant-a"
THREE_PAGES = pdf([(200, 100)] * 3)


class Desk:
    """What opening needs, with a clock that tests move."""

    def __init__(self, folder: Path, prober: DecoderPool, **values: Any) -> None:
        settings = Settings(
            _env_file=None, data_dir=folder, egress_allow=("127.0.0.1",), max_upload_mb=1, **values
        )
        create_tables(settings)
        self.ahead = timedelta()
        self.ledger = open_ledger(settings, lambda: datetime.now(UTC) + self.ahead)
        self.blobs = open_blobs(settings.blob_store_url)
        self.client = EgressClient(settings.egress_allow)
        self.woken = 0
        self.ledger.on_enqueued(self._wake)
        self.opener = JobOpener(
            self.ledger,
            self.blobs,
            Documents(self.blobs),
            prober,
            self.client,
            settings,
            "worker-1",
        )

    def upload(self, document: bytes, retry_of: str | None = None, **options: Any) -> Job:
        new = self._new(options)
        self.blobs.put(input_key(new), document)
        digest = sha256(document).hexdigest()
        return self._create(new, input_blob=input_key(new), input_sha256=digest, retry_of=retry_of)

    def point_at(self, url: str, **options: Any) -> Job:
        return self._create(self._new(options), source_url=url)

    def opened(self, job: Job) -> Job:
        self.opener.open(job.id)
        return self.ledger.jobs.load(job.id)

    def _new(self, options: dict[str, Any]) -> NewJob:
        stored = {**asdict(ReadOptions()), "languages": ["eng"], **options}
        return NewJob(id=new_id("job"), tenant=TENANT, options=stored)

    def _create(self, new: NewJob, **values: Any) -> Job:
        return self.ledger.jobs.create(NewJob(**{**asdict(new), **values}))[0]

    def _wake(self) -> None:
        self.woken += 1


@pytest.fixture(scope="module")
def prober() -> Iterator[DecoderPool]:
    with open_decoders(Settings(_env_file=None), 1) as pool:
        yield pool


@pytest.fixture
def desk(tmp_path: Path, prober: DecoderPool) -> Iterator[Desk]:
    with opened_desk(tmp_path, prober) as made:
        yield made


@contextmanager
def opened_desk(folder: Path, prober: DecoderPool, **values: Any) -> Iterator[Desk]:
    made = Desk(folder, prober, **values)
    try:
        yield made
    finally:
        made.client.close()
        made.ledger.close()


def test_the_type_of_an_upload_is_detected_and_its_pages_are_created(desk: Desk) -> None:
    uploaded = desk.upload(THREE_PAGES)
    desk.woken = 0
    job = desk.opened(uploaded)
    assert (job.state, job.media_type, job.pages_total) == (JobState.RUNNING, "application/pdf", 3)
    assert [row.number for row in desk.ledger.pages.list(job.id)] == [1, 2, 3]
    assert desk.woken == 1


def test_a_retry_keeps_the_pages_that_were_read(desk: Desk) -> None:
    first = desk.opened(desk.upload(THREE_PAGES))
    claim = desk.ledger.pages.claim(first.id, 2, "reader")
    assert claim is not None
    desk.ledger.pages.succeed(claim, "{}")
    desk.ledger.jobs.cancel(TENANT, first.id)
    again = desk.opened(desk.upload(THREE_PAGES, retry_of=first.id))
    assert [page.state for page in desk.ledger.pages.list(again.id)] == [
        PageState.QUEUED,
        PageState.SUCCEEDED,
        PageState.QUEUED,
    ]


def test_opening_twice_lays_out_the_pages_once(desk: Desk) -> None:
    job = desk.upload(THREE_PAGES)
    desk.opened(job)
    assert desk.opened(job).open_attempts == 1
    assert len(desk.ledger.pages.list(job.id)) == 3


def test_only_the_selected_pages_are_created(desk: Desk) -> None:
    job = desk.opened(desk.upload(THREE_PAGES, pages="1,3"))
    assert [row.number for row in desk.ledger.pages.list(job.id)] == [1, 3]


@pytest.mark.parametrize(
    ("document", "options", "code"),
    [
        (b"", {}, "empty"),
        (b"just words", {}, "unsupported_type"),
        (encrypted_pdf(), {}, "encrypted"),
        (THREE_PAGES, {"pages": "2-4"}, "pages_out_of_range"),
        (THREE_PAGES, {"pages": "x"}, "bad_page_selection"),
        (THREE_PAGES, {"languages": ["eng", "tlh"]}, "unknown_language"),
    ],
)
def test_what_the_caller_must_fix_fails_the_job_with_that_actor(
    desk: Desk, document: bytes, options: dict[str, Any], code: str
) -> None:
    job = desk.opened(desk.upload(document, **options))
    assert job.state is JobState.FAILED
    assert job.fault is not None
    assert (job.fault.code, job.fault.actor) == (code, "caller")


def test_an_unknown_language_is_refused_with_the_installed_ones_named(desk: Desk) -> None:
    job = desk.opened(desk.upload(THREE_PAGES, languages=["tlh"]))
    assert job.fault is not None
    assert "eng" in job.fault.message


def test_a_document_with_too_many_pages_is_refused(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, max_pages=2)
    with open_decoders(settings, 1) as pool, opened_desk(tmp_path, pool) as desk:
        job = desk.opened(desk.upload(THREE_PAGES))
    assert job.fault is not None
    assert job.fault.code == "too_many_pages"


def test_a_url_is_fetched_hashed_and_opened(desk: Desk) -> None:
    with receiver(Reply(body=THREE_PAGES)) as server:
        job = desk.opened(desk.point_at(f"{server.url}/papers/my%20scan.pdf?x=1"))
    assert job.state is JobState.RUNNING
    assert (job.input_bytes, job.filename) == (len(THREE_PAGES), "my scan.pdf")
    assert job.input_sha256 == sha256(THREE_PAGES).hexdigest()
    assert desk.blobs.get(job.input_blob or "") == THREE_PAGES


@pytest.mark.parametrize("path", ["a%00b.png", "a%0Ab.png", "x/%E2%80%AEgpj.exe", "%2e%2e%2f"])
def test_a_url_may_end_in_any_name(desk: Desk, path: str) -> None:
    with receiver(Reply(body=THREE_PAGES)) as server:
        job = desk.opened(desk.point_at(f"{server.url}/{path}"))
    assert job.state is JobState.RUNNING
    assert (job.filename or "a").isprintable()


def test_an_error_of_ours_while_opening_fails_the_job_with_its_name(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is no lost worker: the process lives, and each attempt would end alike."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError("Jane Doe")

    monkeypatch.setattr("workers.control.open_document.probe_pages", broken)
    job = desk.upload(THREE_PAGES)
    for _ in range(desk.opener.settings.max_attempts):
        assert desk.ledger.jobs.load(job.id).state is JobState.QUEUED
        desk.ahead += timedelta(minutes=5)  # the attempt before has lapsed
        desk.opener.open(job.id)
    ended = desk.ledger.jobs.load(job.id)
    assert ended.fault is not None
    assert (ended.fault.code, ended.fault.actor) == ("internal_error", "operator")
    assert "ZeroDivisionError" in ended.fault.message
    assert "Jane" not in ended.fault.message


def test_an_option_of_a_newer_version_is_left_to_a_worker_of_that_version(desk: Desk) -> None:
    job = desk.opened(desk.upload(THREE_PAGES, speed=9))
    assert job.state is JobState.QUEUED
    assert job.fault is None


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(404), "url_unreachable"),
        (Reply(302, headers={"Location": "http://127.0.0.1/"}), "url_redirects"),
        (Reply(body=b"x" * 1_000_001), "too_large"),
        (Reply(body=b"", headers={"Content-Length": "9000000000"}), "too_large"),
    ],
)
def test_a_url_that_gives_no_document_fails_the_job_and_leaves_no_blob(
    desk: Desk, reply: Reply, code: str
) -> None:
    with receiver(reply) as server:
        job = desk.opened(desk.point_at(server.url))
    assert job.fault is not None
    assert (job.fault.code, job.fault.actor) == (code, "caller")
    assert desk.blobs.list(job_prefix(TENANT, job.id)) == []


def test_a_large_body_of_unstated_length_is_stopped_at_the_limit(desk: Desk) -> None:
    reply = Reply(body=b"x" * 8_000_000, headers={"Content-Length": None})
    with receiver(reply) as server:
        job = desk.opened(desk.point_at(server.url))
    assert job.fault is not None
    assert job.fault.code == "too_large"
    assert desk.blobs.list(job_prefix(TENANT, job.id)) == []


def test_a_url_inside_is_refused_and_never_asked(desk: Desk) -> None:
    job = desk.opened(desk.point_at("http://169.254.169.254/latest/meta-data/"))
    assert job.fault is not None
    assert job.fault.code == "egress_refused"


def test_a_url_that_is_away_for_a_moment_is_asked_again_and_then_given_up_on(desk: Desk) -> None:
    with receiver(Reply(503)) as server:
        job = desk.point_at(server.url)
        for attempt in (1, 2):
            opened = desk.opened(job)
            assert (opened.state, opened.open_attempts) == (JobState.QUEUED, attempt)
            desk.ahead += timedelta(minutes=10)
        last = desk.opened(job)
    assert last.state is JobState.FAILED
    assert last.fault is not None
    assert last.fault.code == "url_unreachable"
    assert len(server.requests) == 3


def test_opening_waits_for_a_store_that_is_away_however_often_it_is_tried(
    desk: Desk, tmp_path: Path
) -> None:
    job = desk.upload(THREE_PAGES)
    with unmounted(tmp_path / "blobs"):
        for _ in range(4):
            waiting = desk.opened(job)
            assert (waiting.state, waiting.open_attempts) == (JobState.QUEUED, 0)
            desk.ahead += timedelta(minutes=1)
            assert desk.ledger.tasks.recover() == 1
    assert desk.opened(job).state is JobState.RUNNING


def test_a_missing_blob_is_for_the_operator_to_fix(desk: Desk) -> None:
    job = desk.upload(THREE_PAGES)
    desk.blobs.delete_prefix(job_prefix(TENANT, job.id))
    for _ in range(3):
        last = desk.opened(job)
        desk.ahead += timedelta(minutes=10)
    assert last.fault is not None
    assert (last.fault.code, last.fault.actor) == ("input_missing", "operator")
