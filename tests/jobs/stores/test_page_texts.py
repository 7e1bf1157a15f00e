"""The index of texts on both databases."""

from collections.abc import Sequence

import pytest

from jobs.domain.job import Job
from jobs.domain.states import JobState
from jobs.domain.text_search import parse_search
from jobs.ledger import Ledger, open_ledger
from jobs.settings import Settings
from jobs.storage.blob_store import Blobs
from tests.support.ledgers import TENANT, finished, running
from tests.support.plans import plan

INVOICE = "Invoice 2024-17 of Müller & Söhne\nTotal 1,234.50 EUR"
LETTER = "Dear Ms Miller, the invoices of last year are enclosed."


def indexed(ledger: Ledger, *texts: str, **values: object) -> Job:
    job = finished(ledger, [True] * len(texts), **values)
    ledger.texts.add(job, list(enumerate(texts, start=1)))
    return job


def found(ledger: Ledger, text: str, tenant: str = TENANT, **narrowed: object) -> list[str]:
    jobs, _, _ = ledger.texts.find(tenant, parse_search(text), limit=10, **narrowed)  # type: ignore[arg-type]
    return [job.id for job in jobs]


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("invoice", [0]),
        ("INVOICE", [0]),
        ("inv*", [1, 0]),
        ("invoice total", [0]),
        ("invoice miller", []),
        ("müller", [0]),
        ("234", [0]),
        ("1,234.50", [0]),
        ("2024-17", [0]),
        ("nothing", []),
        ('" OR text : "', []),
    ],
)
def test_jobs_are_found_by_the_words_of_one_page(
    ledger: Ledger, search: str, expected: Sequence[int]
) -> None:
    jobs = [indexed(ledger, INVOICE), indexed(ledger, LETTER, "Total")]
    assert found(ledger, search) == [jobs[each].id for each in expected]


def test_no_tenant_finds_the_texts_of_another(ledger: Ledger) -> None:
    mine = indexed(ledger, INVOICE)
    theirs = indexed(ledger, INVOICE, tenant="tenant-b")
    assert found(ledger, "invoice") == [mine.id]
    assert found(ledger, "invoice", tenant="tenant-b") == [theirs.id]


def test_the_first_matching_pages_are_shown(ledger: Ledger) -> None:
    job = indexed(ledger, LETTER, INVOICE, "blank", INVOICE, INVOICE, INVOICE)
    _, matches, _ = ledger.texts.find(TENANT, parse_search("invoice"), limit=10)
    assert [match.page for match in matches[job.id]] == [2, 4, 5]
    assert matches[job.id][0].snippet.startswith("Invoice 2024-17")
    assert matches[job.id][0].marks == ((0, 7),)


def test_a_cursor_continues_behind_the_last_job(ledger: Ledger) -> None:
    jobs = [indexed(ledger, INVOICE, LETTER).id for _ in range(5)]
    words = parse_search("inv*")
    pages: list[list[str]] = []
    before: str | None = None
    while True:
        some, _, before = ledger.texts.find(TENANT, words, limit=2, before=before)
        pages.append([job.id for job in some])
        if before is None:
            break
    assert pages == [jobs[:2:-1], jobs[2:0:-1], jobs[:1]]


def test_a_search_narrows_by_state(ledger: Ledger) -> None:
    job = indexed(ledger, INVOICE)
    assert found(ledger, "invoice", state=JobState.SUCCEEDED) == [job.id]
    assert found(ledger, "invoice", state=JobState.PARTIAL) == []


def test_a_job_that_has_not_ended_is_not_found_by_pages_that_are_indexed_already(
    ledger: Ledger,
) -> None:
    job = ledger.jobs.load(running(ledger))
    ledger.texts.add(job, [(1, INVOICE)])
    assert found(ledger, "invoice") == []


def test_a_page_that_is_indexed_again_counts_once_and_with_its_new_text(ledger: Ledger) -> None:
    job = indexed(ledger, INVOICE)
    ledger.texts.add(job, [(1, LETTER)])
    assert found(ledger, "total") == []
    assert found(ledger, "enclosed") == [job.id]


def test_texts_are_deleted_with_their_job(ledger: Ledger, blobs: Blobs) -> None:
    job = indexed(ledger, INVOICE)
    ledger.deletion.job(TENANT, job.id, blobs)
    assert found(ledger, "invoice") == []
    with ledger.database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM page_texts").scalar() == 0
        if ledger.database.is_sqlite:
            left = "SELECT count(*) FROM page_words WHERE page_words MATCH 'invoice'"
            assert connection.exec_driver_sql(left).scalar() == 0


def test_text_that_no_database_stores_is_indexed_without_it(ledger: Ledger) -> None:
    job = indexed(ledger, "before\0after \ud800 end")
    assert found(ledger, "after end") == [job.id]


def test_nothing_is_indexed_where_the_index_is_switched_off(settings: Settings) -> None:
    ledger = open_ledger(settings.model_copy(update={"text_index": False}))
    indexed(ledger, INVOICE)
    assert found(ledger, "invoice") == []
    ledger.close()


def test_texts_are_found_by_the_index(ledger: Ledger) -> None:
    job = finished(ledger)
    ledger.texts.add(job, [(number, f"word{number} {LETTER}") for number in range(1, 1000)])
    with ledger.database.write() as connection:
        connection.exec_driver_sql("ANALYZE")
    steps = plan(ledger.database, lambda: found(ledger, "word17"))
    name = "page_words" if ledger.database.is_sqlite else "ix_page_texts_words"
    assert any(name in step for step in steps)
    assert not [step for step in steps if step.startswith("scan page_texts")]
