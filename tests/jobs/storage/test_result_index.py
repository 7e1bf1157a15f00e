import json
from dataclasses import astuple

import pytest
from obstore.store import MemoryStore

from jobs.domain.job import NewJob
from jobs.storage import blob_store
from jobs.storage.blob_keys import job_prefix, result_key
from jobs.storage.blob_store import Blobs
from jobs.storage.result_index import (
    frame_of_result,
    page_of_result,
    pages_of_result,
    read_index,
    write_index,
)
from tests.support.ledgers import new_job
from tests.support.service import page_reading
from vision.core.document import DocumentInfo, PageFailure, Receipt
from vision.export.streamed import StreamedResult

TEXTS = {1: "eins", 2: "zwei € " * 300, 5: "fünf"}


@pytest.fixture
def job() -> NewJob:
    return new_job()


@pytest.fixture
def store(job: NewJob) -> Blobs:
    """A remote store with a result and its index."""
    store = Blobs(MemoryStore(), None)
    readings = [page_reading(number, text) for number, text in TEXTS.items()]
    info = DocumentInfo("application/pdf", "0" * 64, 5)
    failures = [PageFailure(4, "damaged", "The page is broken.", "caller")]
    result = StreamedResult(info, readings, failures, Receipt("pagesight", "0", {}, (), ()))
    store.put_stream(result_key(job), result)
    write_index(store, job, map(astuple, result.ranges))
    return store


def test_each_page_is_found_with_its_receipt(store: Blobs, job: NewJob) -> None:
    for number, text in TEXTS.items():
        reading = json.loads(page_of_result(store, job, number) or "")
        assert (reading["page"]["text"], reading["receipt"]["number"]) == (text, number)
    assert page_of_result(store, job, 3) is None


@pytest.mark.parametrize("piece_bytes", [1, 100, 1_000_000])
def test_pages_come_in_one_pass_however_the_blob_is_cut(
    store: Blobs, job: NewJob, piece_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = store.get(result_key(job))

    def cut(_: Blobs, _key: str) -> object:
        return iter([whole[at : at + piece_bytes] for at in range(0, len(whole), piece_bytes)])

    monkeypatch.setattr(blob_store.Blobs, "stream", cut)
    pages = list(pages_of_result(store, job, read_index(store, job)))
    assert [json.loads(page)["text"] for page in pages] == list(TEXTS.values())


def test_what_is_around_the_pages_is_read_without_them(store: Blobs, job: NewJob) -> None:
    whole = json.loads(store.get(result_key(job)))
    frame = json.loads(frame_of_result(store, job, read_index(store, job)))
    receipt = {**whole["receipt"], "pages": []}
    assert frame == {**whole, "pages": [], "receipt": receipt}
    assert frame["failures"] != []


def test_a_result_without_an_index_has_no_pages_to_be_found(store: Blobs) -> None:
    other = new_job()
    assert read_index(store, other) == ()
    assert page_of_result(store, other, 1) is None


def test_the_index_goes_with_the_job(store: Blobs, job: NewJob) -> None:
    store.delete_prefix(job_prefix(job.tenant, job.id))
    assert read_index(store, job) == ()
