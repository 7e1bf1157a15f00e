import hashlib
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZipInfo

import pytest

from jobs.domain.batch_manifest import BatchDocument
from jobs.domain.ids import part_id
from jobs.domain.job import Batch, Job
from jobs.domain.states import BatchState, JobState
from jobs.ledger import Ledger, open_ledger
from jobs.settings import Settings
from jobs.storage.blob_keys import archive_key, documents_key, input_key
from jobs.storage.blob_store import Blobs, open_blobs
from tests.support.ledger_fixtures import ManualClock
from tests.support.ledgers import TENANT, created, new_batch
from tests.support.migrations import create_tables
from tests.support.storage import unmounted
from tests.workers.control.test_zip_archive import packed, special
from workers.control import expand_batch as lay_out
from workers.control.expand_batch import BatchProcessor


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(_env_file=None, data_dir=tmp_path, max_upload_mb=1)
    create_tables(settings)
    return settings


@pytest.fixture
def ledger(settings: Settings, clock: ManualClock) -> Iterator[Ledger]:
    ledger = open_ledger(settings, clock)
    yield ledger
    ledger.close()


@pytest.fixture
def blobs(settings: Settings) -> Blobs:
    return open_blobs(settings.blob_store_url)


@pytest.fixture
def processor(ledger: Ledger, blobs: Blobs, settings: Settings) -> BatchProcessor:
    return BatchProcessor(ledger, blobs, settings, "processor")


def accepted(
    ledger: Ledger,
    blobs: Blobs,
    documents: Sequence[BatchDocument] = (),
    archive: bytes | None = None,
    **values: Any,
) -> Batch:
    new = new_batch(archive=archive is not None, **values)
    blobs.put(documents_key(new), b"".join(each.line() for each in documents))
    if archive is not None:
        blobs.put(archive_key(new), archive)
    return ledger.batches.create(new)[0]


def jobs(ledger: Ledger, batch: Batch) -> Sequence[Job]:
    return ledger.batches.jobs(batch.id, list(JobState), -1, 1000)


def state(ledger: Ledger, batch: Batch) -> BatchState:
    return ledger.batches.get(TENANT, batch.id).state


def faults(ledger: Ledger, batch: Batch) -> Mapping[str | None, str]:
    return {job.custom_id: job.fault.code for job in jobs(ledger, batch) if job.fault}


def test_a_list_becomes_jobs_with_the_options_of_the_batch_or_their_own(
    ledger: Ledger, blobs: Blobs, processor: BatchProcessor, clock: ManualClock
) -> None:
    listed = [
        BatchDocument("a", "a.png", sha256="5a", size=3),
        BatchDocument("b", url="https://files.example/b.pdf", options={"dpi": 200}),
        BatchDocument("c", "c.png", metadata={"n": 1}, sha256="5c", size=4),
    ]
    batch = accepted(ledger, blobs, listed, options={"dpi": 100}, begin_within_s=60, deadline_s=90)
    clock.advance(seconds=20)
    processor.process(batch.id)
    first, second, third = jobs(ledger, batch)
    assert state(ledger, batch) is BatchState.RUNNING
    assert (first.custom_id, first.filename, first.options) == ("a", "a.png", {"dpi": 100})
    assert first.input_blob == input_key(first)
    assert (first.input_sha256, first.input_bytes, first.batch_index) == ("5a", 3, 0)
    assert (second.source_url, second.input_blob) == ("https://files.example/b.pdf", None)
    assert second.options == {"dpi": 200}
    assert third.metadata == {"n": 1}
    assert {job.begin_by for job in (first, second, third)} == {batch.begin_by}
    assert {job.deadline_at for job in (first, second, third)} == {batch.deadline_at}


def test_documents_of_earlier_jobs_are_copied_and_outlive_them(
    ledger: Ledger, blobs: Blobs, processor: BatchProcessor
) -> None:
    old = created(ledger)
    blobs.put(input_key(old), b"bytes")
    with ledger.database.write() as connection:
        connection.exec_driver_sql(f"UPDATE jobs SET input_blob = '{input_key(old)}'")
    gone = created(ledger)
    listed = [BatchDocument("a", job_id=old.id), BatchDocument("b", job_id=gone.id)]
    batch = accepted(ledger, blobs, listed)
    processor.process(batch.id)
    ledger.jobs.cancel(TENANT, old.id)
    ledger.deletion.job(TENANT, old.id, blobs)
    copied, missing = jobs(ledger, batch)
    assert blobs.get(copied.input_blob or "") == b"bytes"
    assert missing.fault is not None
    assert missing.fault.code == "input_missing"


def test_a_batch_waits_for_a_store_that_is_away_however_often_it_is_tried(
    ledger: Ledger, blobs: Blobs, processor: BatchProcessor, settings: Settings, clock: ManualClock
) -> None:
    batch = accepted(ledger, blobs, [BatchDocument("a", url="http://127.0.0.1/a.png")])
    with unmounted(settings.data_dir / "blobs"):
        for _ in range(settings.max_attempts + 1):
            processor.process(batch.id)
            assert state(ledger, batch) is BatchState.PREPARING
            clock.advance(seconds=settings.republish_s + 1)
            assert ledger.tasks.recover() == 1
    processor.process(batch.id)
    assert len(jobs(ledger, batch)) == 1


def test_an_archive_becomes_jobs_with_the_settings_of_its_entries(
    ledger: Ledger, blobs: Blobs, processor: BatchProcessor
) -> None:
    archive = packed(("in/a.png", b"aaa"), ("b.png", b"bb"), ("big.png", bytes(1_000_001)))
    told = [BatchDocument("letter", "in/a.png", options={"dpi": 150})]
    batch = accepted(ledger, blobs, told, archive)
    processor.process(batch.id)
    ended = ledger.batches.get(TENANT, batch.id)
    assert (ended.documents, ended.laid_out, ended.state) == (3, 3, BatchState.RUNNING)
    first, second, _ = jobs(ledger, batch)
    assert (first.custom_id, first.filename, first.options) == ("letter", "in/a.png", {"dpi": 150})
    assert second.custom_id == "b.png"
    assert blobs.get(second.input_blob or "") == b"bb"
    assert second.input_sha256 == hashlib.sha256(b"bb").hexdigest()
    assert faults(ledger, batch) == {"big.png": "too_large"}


@pytest.mark.parametrize(
    ("archive", "told", "code"),
    [
        (packed(("a.png", bytes(2_000_000))), [], "archive_bomb"),
        (packed(("a.png", b"x")), [BatchDocument("n", "b.png")], "bad_documents"),
    ],
)
def test_an_archive_that_is_refused_fails_its_batch_and_makes_no_job(
    ledger: Ledger,
    blobs: Blobs,
    processor: BatchProcessor,
    archive: bytes,
    told: Sequence[BatchDocument],
    code: str,
) -> None:
    batch = accepted(ledger, blobs, told, archive)
    processor.process(batch.id)
    failed = ledger.batches.get(TENANT, batch.id)
    assert (failed.state, jobs(ledger, batch)) == (BatchState.FAILED, [])
    assert failed.fault is not None
    assert (failed.fault.code, failed.fault.actor) == (code, "caller")


BAD = {
    "path": ("../up.png", "archive_path"),
    "link": (special(stat.S_IFLNK), "archive_link"),
}


@pytest.mark.parametrize(("entry", "code"), BAD.values(), ids=BAD)
def test_one_entry_that_is_refused_fails_alone(
    ledger: Ledger, blobs: Blobs, processor: BatchProcessor, entry: str | ZipInfo, code: str
) -> None:
    batch = accepted(ledger, blobs, archive=packed(("a", b"a"), (entry, b"b"), ("c", b"c")))
    processor.process(batch.id)
    assert list(faults(ledger, batch).values()) == [code]
    assert [job.batch_index for job in jobs(ledger, batch) if job.fault] == [1]
    assert state(ledger, batch) is BatchState.RUNNING


def test_odd_names_of_entries_are_made_harmless(
    ledger: Ledger, blobs: Blobs, processor: BatchProcessor
) -> None:
    told = [BatchDocument("letter", "in/a.png")]
    odd = packed(("./in//a.png", b"a"), ("b\t\u202e.png", b"b"), ("./b.png", b"c"))
    batch = accepted(ledger, blobs, told, odd)
    processor.process(batch.id)
    assert [(job.custom_id, job.filename) for job in jobs(ledger, batch)] == [
        ("letter", "in/a.png"),
        ("b.png", "b.png"),
        ("b.png#2", "b.png"),
    ]
    assert faults(ledger, batch) == {}


def test_one_damaged_entry_fails_alone(
    ledger: Ledger, blobs: Blobs, processor: BatchProcessor
) -> None:
    data = bytearray(packed(("a", b"a" * 100), ("b", b"b" * 100), method=0))
    data[data.index(b"aaaa") + 50] ^= 1
    batch = accepted(ledger, blobs, archive=bytes(data))
    processor.process(batch.id)
    assert faults(ledger, batch) == {"a": "archive_damaged"}
    assert state(ledger, batch) is BatchState.RUNNING


def test_laying_out_goes_on_where_a_lost_worker_ended(
    ledger: Ledger,
    blobs: Blobs,
    processor: BatchProcessor,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lay_out, "MOST_AT_ONCE", 2)
    archive = packed(*[(f"{n}.png", b"%d" % n) for n in range(5)])
    batch = accepted(ledger, blobs, archive=archive)
    put_stream = Blobs.put_stream

    def dies(self: Blobs, key: str, source: Any) -> None:
        if part_id("job", batch.id, 3) in key:
            raise SystemExit
        put_stream(self, key, source)

    with monkeypatch.context() as broken:
        broken.setattr(Blobs, "put_stream", dies)
        with pytest.raises(SystemExit):
            processor.process(batch.id)
    assert (state(ledger, batch), len(jobs(ledger, batch))) == (BatchState.PREPARING, 2)
    processor.process(batch.id)
    assert len(jobs(ledger, batch)) == 2
    clock.advance(seconds=100)
    processor.process(batch.id)
    processor.process(batch.id)
    assert state(ledger, batch) is BatchState.RUNNING
    assert [blobs.get(job.input_blob or "") for job in jobs(ledger, batch)] == [
        b"%d" % n for n in range(5)
    ]


def test_a_cancelled_batch_has_its_open_jobs_cancelled(
    ledger: Ledger, blobs: Blobs, processor: BatchProcessor
) -> None:
    batch = accepted(ledger, blobs, [BatchDocument(str(n), url="u") for n in range(60)])
    processor.process(batch.id)
    ledger.batches.cancel(TENANT, batch.id)
    processor.process(batch.id)
    assert state(ledger, batch) is BatchState.CANCELLED
    assert {job.state for job in jobs(ledger, batch)} == {JobState.CANCELLED}
