"""Searches for jobs on both databases, of the newest jobs and by the index."""

from collections.abc import Sequence

import pytest

from jobs.domain.job import Job
from jobs.domain.states import JobState
from jobs.ledger import Ledger
from jobs.storage.blob_store import Blobs
from jobs.stores import job_search
from tests.support.ledgers import TENANT, created, finished


def found(ledger: Ledger, search: str, tenant: str = TENANT, **narrowed: object) -> list[str]:
    jobs, _ = ledger.jobs.list(tenant, search=search, **narrowed)  # type: ignore[arg-type]
    return [job.id for job in jobs]


@pytest.fixture(params=[1, 1000], ids=["by index", "newest"])
def jobs(
    request: pytest.FixtureRequest, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> Sequence[Job]:
    """Jobs of two tenants, the oldest first; one or all of a tenant's are looked at one by one."""
    monkeypatch.setattr(job_search, "NEWEST", request.param)
    return [
        finished(ledger, filename="Invoice_2026-17 50%.pdf"),
        created(ledger, source_url="https://host.example/a/Offer.PDF?v=1"),
        created(ledger, filename="租赁合同2026.pdf", custom_id='order "7"'),
        created(ledger, tenant="other-a", filename="Invoice_2026-18.pdf"),
        created(ledger, custom_id="INV0042"),
        created(ledger),
    ]


SEARCHES = {
    "invoice": [0],
    "VOICE_2026": [0],
    "2026": [2, 0],
    "合同2026": [2],
    "offer.pdf": [1],
    "0042": [4],
    '"7"': [2],
    "50%": [0],
    "5_%": [],
    "voice2026": [],
    "pdforder": [],  # the end of one name and the beginning of another
    "name : x": [],
    "job_": [],
}


def test_jobs_are_found_by_any_part_of_a_name_and_the_beginning_of_their_id(
    ledger: Ledger, jobs: Sequence[Job]
) -> None:
    expected = {text: [jobs[each].id for each in rows] for text, rows in SEARCHES.items()}
    assert {text: found(ledger, text) for text in SEARCHES} == expected
    assert found(ledger, jobs[1].id) == [jobs[1].id]
    assert jobs[0].id in found(ledger, jobs[0].id[:12].upper())
    assert found(ledger, jobs[3].id) == []  # of another tenant
    # What the index cannot find, one and two characters, is looked for in the newest jobs.
    all_are_new = len(jobs) < job_search.NEWEST
    assert found(ledger, "17") == ([jobs[0].id] if all_are_new else [])


def test_a_search_is_narrowed_and_paged_and_follows_changes_of_jobs(
    ledger: Ledger, jobs: Sequence[Job], blobs: Blobs
) -> None:
    assert found(ledger, "2026", state=JobState.SUCCEEDED) == [jobs[0].id]
    assert found(ledger, "2026", before=jobs[2].id) == [jobs[0].id]
    first, cursor = ledger.jobs.list(TENANT, search="2026", limit=1)
    assert ([job.id for job in first], cursor) == ([jobs[2].id], jobs[2].id)
    ledger.jobs.stored_input(jobs[1].id, "blob", "00", 1, "fetched-report.pdf")
    assert found(ledger, "fetched-rep") == [jobs[1].id]
    assert found(ledger, "offer.pdf") == [jobs[1].id]
    ledger.deletion.job(TENANT, jobs[0].id, blobs)
    assert found(ledger, "invoice") == []
    if ledger.database.is_sqlite:
        with ledger.database.read() as connection:
            left = "SELECT count(*) FROM job_names_index WHERE job_names_index MATCH 'invoice'"
            assert connection.exec_driver_sql(left).scalar() == 1  # the other tenant's
