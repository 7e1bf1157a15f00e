from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from jobs.domain.ids import made_at, new_id, part_id
from jobs.ledger import Ledger
from jobs.retention.orphan_blobs import KEPT, delete_orphans
from jobs.settings import Settings
from jobs.storage.blob_keys import documents_key, input_key
from jobs.storage.blob_store import Blobs
from tests.support.ledgers import TENANT, created, new_batch, new_job


def test_what_a_killed_upload_left_is_deleted_after_a_day_and_what_has_a_row_stays(
    ledger: Ledger, blobs: Blobs
) -> None:
    known, left = created(ledger), new_job()
    for job in (known, left):
        blobs.put(input_key(job), b"x")
    now = datetime.now(UTC)
    assert delete_orphans(ledger.database, blobs, now) == 0
    assert delete_orphans(ledger.database, blobs, now + KEPT + timedelta(minutes=1)) == 1
    assert blobs.list("tenants/") == [input_key(known)]


def test_what_is_no_job_is_left_alone(ledger: Ledger, blobs: Blobs) -> None:
    keys = ["tenants/a/batches/b/documents.jsonl", "tenants/a/jobs/notes/readme"]
    for key in keys:
        blobs.put(key, b"x")
    assert delete_orphans(ledger.database, blobs, datetime.now(UTC) + timedelta(days=900)) == 0
    assert blobs.list("tenants/") == keys


def test_documents_of_a_batch_that_is_not_expanded_yet_are_kept(
    ledger: Ledger, blobs: Blobs
) -> None:
    batch, _ = ledger.batches.create(new_batch(documents=2))
    killed = new_batch()
    while killed.id[-26:-16] == batch.id[-26:-16]:
        killed = new_batch()
    for each in (batch, killed):
        blobs.put(documents_key(each), b"x")
        blobs.put(input_key(new_job(id=part_id("job", each.id, 1))), b"x")
    later = datetime.now(UTC) + KEPT + timedelta(minutes=1)
    assert delete_orphans(ledger.database, blobs, later) == 2
    assert blobs.list("tenants/") == [
        documents_key(batch),
        input_key(new_job(id=part_id("job", batch.id, 1))),
    ]
    ledger.batches.cancel(TENANT, batch.id)  # its documents become no jobs any more
    assert delete_orphans(ledger.database, blobs, later) == 1


def test_ids_of_one_process_sort_as_they_were_made() -> None:
    made = [new_id("job") for _ in range(5000)]
    assert made == sorted(set(made))


def test_an_id_contains_the_time_of_its_creation() -> None:
    before = datetime.now(UTC)
    made = made_at(new_id("job"))
    assert made is not None
    assert timedelta(milliseconds=-1) <= made - before <= timedelta(seconds=5)
    assert [made_at(name) for name in ("", "job_1", "job_" + "z" * 26)] == [None] * 3


@pytest.mark.parametrize("name", ["odd name", "ünï", "a%20b", "-"])
def test_folders_of_other_names_are_left_alone(
    ledger: Ledger, blobs: Blobs, settings: Settings, name: str
) -> None:
    folder = Path(urlsplit(settings.blob_store_url).path) / "tenants"
    for place in (folder / name / "jobs" / "x", folder / "a" / "jobs" / name):
        place.mkdir(parents=True)
        (place / "input").write_text("x")
    left = new_job()
    blobs.put(input_key(left), b"x")
    later = datetime.now(UTC) + KEPT + timedelta(minutes=1)
    assert delete_orphans(ledger.database, blobs, later) == 1
    assert (folder / name / "jobs" / "x" / "input").exists()
    assert (folder / "a" / "jobs" / name / "input").exists()
