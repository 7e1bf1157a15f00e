"""The last step of a job, over a real ledger and a real store."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from jobs.domain.job import Job
from jobs.domain.states import JobState
from jobs.ledger import Ledger
from jobs.settings import Settings
from jobs.storage.blob_keys import result_key
from jobs.storage.blob_store import Blobs
from jobs.storage.result_index import page_of_result, read_index
from tests.support.ledgers import UNREADABLE, claimed, created
from tests.support.printed import page_of
from tests.support.receiver import Reply, receiver
from vision.core.document import PageReading, PageReceipt
from vision.core.limits import DocumentProbe
from vision.export.json import page_reading_to_dict
from workers.control import assemble_result
from workers.control.assemble_result import JobFinisher
from workers.control.worker import ControlWorker
from workers.egress.field_extractor import open_extractor
from workers.inputs.document_cache import Documents

ASKING = {
    "analyses": ["fields"],
    "fields": {"type": "object", "properties": {"boat": {"type": "string"}}},
}
BOAT = {"value": "Otter", "words": [1]}


class NoProber:
    """The documents of these tests are read whole, so nobody counts their pages."""

    def probe(self, path: object) -> DocumentProbe:
        raise AssertionError(path)


@pytest.fixture
def finisher(ledger: Ledger, blobs: Blobs) -> JobFinisher:
    return JobFinisher(ledger, blobs, Documents(blobs), NoProber(), "control")


@pytest.fixture
def read(ledger: Ledger) -> Callable[..., Job]:
    """A running job whose pages are all read: those with a text, or broken."""

    def make(*texts: str | None, **values: Any) -> Job:
        job = created(ledger, input_sha256="ab" * 32, **values)
        ledger.jobs.begin_open(job.id, "w")
        ledger.jobs.opened(job.id, "application/pdf", range(1, len(texts) + 1))
        for number, text in enumerate(texts, 1):
            claim = claimed(ledger, job.id, number)
            if text is None:
                ledger.pages.fail(claim, UNREADABLE)
            else:
                page = page_of(text, number=number)
                reading = page_reading_to_dict(PageReading(page, PageReceipt(number, (), {})))
                ledger.pages.succeed(claim, json.dumps(reading, ensure_ascii=False))
        return ledger.jobs.load(job.id)

    return make


def test_readings_of_a_job_that_succeeded_are_in_its_result_alone(
    ledger: Ledger, blobs: Blobs, finisher: JobFinisher, read: Callable[..., Job]
) -> None:
    job = read("eins", "zwei €", "drei")
    readings = dict(ledger.pages.results(job.id))
    finisher.finish(job.id)
    ended = ledger.jobs.load(job.id)
    assert ended.state is JobState.SUCCEEDED
    result = json.loads(blobs.get(result_key(job)))
    assert [page["text"] for page in result["pages"]] == ["eins", "zwei €", "drei"]
    assert dict(ledger.pages.results(job.id)) == {}
    found = {number: page_of_result(blobs, ended, number) for number in (1, 2, 3)}
    assert {n: json.loads(text or "") for n, text in found.items()} == {
        n: json.loads(text) for n, text in readings.items()
    }
    assert page_of_result(blobs, ended, 4) is None


@pytest.mark.parametrize("analyses", [[], ["fields"]])
def test_a_document_with_doubtful_words_waits_to_be_checked(
    ledger: Ledger, finisher: JobFinisher, analyses: list[str]
) -> None:
    job = created(ledger, input_sha256="ab" * 32, options={"analyses": analyses})
    ledger.jobs.begin_open(job.id, "w")
    ledger.jobs.opened(job.id, "application/pdf", [1, 2])
    for number, confidence in ((1, 0.5), (2, 0.9)):
        page = page_of("two words", number=number, confidence=confidence)
        reading = page_reading_to_dict(PageReading(page, PageReceipt(number, (), {})))
        ledger.pages.succeed(claimed(ledger, job.id, number), json.dumps(reading))
    finisher.finish(job.id)
    waiting, _ = ledger.checks.waiting(job.tenant)
    assert [(each.job.id, each.doubtful) for each in waiting] == [(job.id, 2)]


def test_readings_of_a_partial_job_are_kept_for_a_retry(
    ledger: Ledger, blobs: Blobs, finisher: JobFinisher, read: Callable[..., Job]
) -> None:
    job = read("eins", None, "drei")
    finisher.finish(job.id)
    assert ledger.jobs.load(job.id).state is JobState.PARTIAL
    assert [number for number, _ in ledger.pages.results(job.id)] == [1, 3]
    result = json.loads(blobs.get(result_key(job)))
    assert [page["number"] for page in result["pages"]] == [1, 3]
    assert [failure["number"] for failure in result["failures"]] == [2]


def test_a_result_that_is_made_of_the_whole_document_keeps_its_readings(
    ledger: Ledger,
    blobs: Blobs,
    finisher: JobFinisher,
    read: Callable[..., Job],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As with an analysis that sees all pages: there is no index to find one by."""
    monkeypatch.setattr(assemble_result, "stream_document", lambda *_: None)
    job = read("eins")
    finisher.finish(job.id)
    ended = ledger.jobs.load(job.id)
    assert ended.state is JobState.SUCCEEDED
    assert read_index(blobs, ended) == ()
    assert [number for number, _ in ledger.pages.results(job.id)] == [1]


def test_many_readings_are_dropped_some_at_a_time(
    ledger: Ledger, finisher: JobFinisher, read: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.stores.pages.DROPPED_AT_ONCE", 2)
    other = read("bleibt")
    job = read("a", "b", "c", "d", "e")
    finisher.finish(job.id)
    assert dict(ledger.pages.results(job.id)) == {}
    assert len(dict(ledger.pages.results(other.id))) == 1


def saying(fields: dict[str, Any], **more: Any) -> Reply:
    content = json.dumps({"fields": fields})
    body = {"choices": [{"message": {"content": content}}]}
    return Reply(body=json.dumps(body).encode(), **more)


@contextmanager
def extracting(ledger: Ledger, blobs: Blobs, reply: Reply) -> Iterator[JobFinisher]:
    with receiver(reply) as server:
        settings = Settings(extractor_url=server.url, extractor_allow=("127.0.0.0/8",))
        with open_extractor(settings) as extractor:
            yield JobFinisher(ledger, blobs, Documents(blobs), NoProber(), "control", extractor)


def asked_values(blobs: Blobs, job: Job) -> dict[str, Any]:
    result = json.loads(blobs.get(result_key(job)))
    values: dict[str, Any] = result["analyses"]["fields"]["asked"]["values"]
    return values


def test_fields_that_the_extractor_completed_are_in_the_result(
    ledger: Ledger, blobs: Blobs, read: Callable[..., Job]
) -> None:
    with extracting(ledger, blobs, saying({"boat": BOAT})) as finisher:
        plain, asking = read("Sea Otter"), read("Sea Otter", options=ASKING)
        assert finisher.waiting_tenant(plain.id) is None
        assert finisher.waiting_tenant(asking.id) == asking.tenant
        assert finisher.waiting_tenant("job_unknown") is None
        finisher.finish(asking.id)
    assert asked_values(blobs, asking) == {"boat": "Otter"}
    assert ledger.jobs.load(asking.id).state is JobState.SUCCEEDED


def test_no_job_waits_for_an_extractor_that_is_not_set(
    finisher: JobFinisher, read: Callable[..., Job]
) -> None:
    assert finisher.waiting_tenant(read("Sea Otter", options=ASKING).id) is None


def test_a_slow_extractor_holds_up_no_thread_of_the_control_worker(
    ledger: Ledger, blobs: Blobs, read: Callable[..., Job]
) -> None:
    answering = threading.Event()
    reply = saying({"boat": BOAT}, before=answering.wait)
    with extracting(ledger, blobs, reply) as finisher:
        parts: Any = SimpleNamespace(ledger=ledger)
        others: Any = Mock()
        control = ControlWorker(parts, others, others, finisher, others, others)
        slow, plain = read("Sea Otter", options=ASKING), read("Sea Otter")
        control.finish_job(slow.id)
        control.finish_job(plain.id)
        assert ledger.jobs.load(slow.id).state is JobState.RUNNING
        assert ledger.jobs.load(plain.id).state is JobState.SUCCEEDED
        answering.set()
        control.stop()
    assert asked_values(blobs, slow) == {"boat": "Otter"}
