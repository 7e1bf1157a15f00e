"""A batch through real processes: Redis, control and pages worker; the engine is a double."""

from collections.abc import Iterator

import pytest

from jobs.domain.ids import new_id
from jobs.domain.job import NewBatch, Priority
from jobs.domain.states import FINAL_BATCH_STATES, BatchState, JobState
from jobs.storage.blob_keys import archive_key, documents_key
from tests.doubles import BLUE, WHITE
from tests.support.workplace import PLAIN, Workplace, await_true, pages_pdf
from tests.workers.control.test_zip_archive import packed

BUSY = "tenant-busy"
MANY = 200
A_FEW = 40  # pages that may be read while one is accepted, fetched, opened and read


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    with Workplace(tmp_path_factory.mktemp("workplace")) as made:
        made.start_worker("control")
        yield made


def accepted(place: Workplace, archive: bytes) -> str:
    new = NewBatch(new_id("batch"), BUSY, PLAIN, archive=True, priority=Priority.BATCH)
    place.blobs.put(archive_key(new), archive)
    place.blobs.put(documents_key(new), b"")
    return place.ledger.batches.create(new)[0].id


def test_a_zip_is_unpacked_read_and_completed_and_what_is_no_document_fails_alone(
    place: Workplace,
) -> None:
    place.reader()
    page = pages_pdf(WHITE)
    batch_id = accepted(place, packed(("in/a.pdf", page), ("b.txt", b"no page"), ("c.pdf", page)))
    await_true(
        lambda: place.ledger.batches.get(BUSY, batch_id).state in FINAL_BATCH_STATES,
        lambda: f"the batch to end\n{place.log('control')}",
    )
    batch = place.ledger.batches.get(BUSY, batch_id)
    assert batch.state is BatchState.COMPLETED
    assert batch.counts == {JobState.SUCCEEDED: 2, JobState.FAILED: 1}
    (failed,) = place.ledger.batches.all_jobs(batch_id, [JobState.FAILED])
    assert failed.fault is not None
    assert (failed.custom_id, failed.fault.code) == ("b.txt", "unsupported_type")


def test_one_tenants_page_is_read_while_anothers_hundreds_wait(place: Workplace) -> None:
    place.reader()
    page = pages_pdf(BLUE)
    batch_id = accepted(place, packed(*[(f"{number}.pdf", page) for number in range(MANY)]))

    def done() -> int:
        return place.ledger.batches.get(BUSY, batch_id).counts.get(JobState.SUCCEEDED, 0)

    await_true(lambda: done() >= 4, lambda: f"the first pages\n{place.log('control')}")
    before = done()
    single = place.await_final(place.submit(pages_pdf(WHITE)))
    read_meanwhile = done() - before
    assert single.state is JobState.SUCCEEDED
    assert read_meanwhile <= A_FEW
    assert place.ledger.batches.get(BUSY, batch_id).state is not BatchState.COMPLETED
    place.ledger.batches.cancel(BUSY, batch_id)
    await_true(
        lambda: place.ledger.batches.get(BUSY, batch_id).state is BatchState.CANCELLED,
        lambda: f"the batch to be cancelled\n{place.log('control')}",
    )
