from typing import Any

import pytest

from jobs.domain.job import Job
from jobs.domain.states import JobState, PageState
from jobs.ledger import Ledger
from jobs.stores.pages import KEPT_AT_ONCE
from tests.support.ledger_fixtures import ManualClock
from tests.support.ledger_view import pages_per_s
from tests.support.ledgers import TENANT, claimed, created, drain, finished

SAME = {"input_sha256": "0" * 64, "options": {"dpi": 300}}


def repeated(ledger: Ledger, source: Job, pages: int, **values: Any) -> str:
    """Open a job that repeats another one; return its id."""
    job = created(ledger, **(SAME | {"retry_of": source.id} | values))
    assert ledger.jobs.begin_open(job.id, "opener") is not None
    drain(ledger)
    numbers = range(1, pages + 1)
    ledger.pages.keep(job, numbers)
    ledger.pages.keep(job, numbers)  # a second try after a crash
    assert ledger.jobs.opened(job.id, "image/png", numbers)
    return job.id


def states(ledger: Ledger, job_id: str) -> list[PageState]:
    return [page.state for page in ledger.pages.list(job_id)]


def test_a_retry_keeps_what_was_read_and_reads_the_rest(ledger: Ledger, clock: ManualClock) -> None:
    partial = finished(ledger, [True, False, True], **SAME)
    clock.advance(minutes=5)
    job_id = repeated(ledger, partial, 3)
    assert drain(ledger) == [(job_id, 2)]
    assert states(ledger, job_id) == [PageState.SUCCEEDED, PageState.QUEUED, PageState.SUCCEEDED]
    assert ledger.jobs.load(job_id).pages_succeeded == 2
    assert pages_per_s(ledger) is None  # nothing was read for it
    event = ledger.events.since(job_id, 1, 10)[0]
    assert event.data == {"pages_total": 3, "pages_kept": 2}
    ledger.pages.succeed(claimed(ledger, job_id, 2), '{"new": 2}')
    assert drain(ledger) == [(job_id,)]
    ended = ledger.finishing.finish(job_id, "result")
    assert ended is not None
    assert ended.state is JobState.SUCCEEDED
    assert list(ledger.pages.results(job_id)) == [(1, "{}"), (2, '{"new": 2}'), (3, "{}")]
    assert list(ledger.pages.results(partial.id)) == [(1, "{}"), (3, "{}")]


def test_a_retry_of_which_every_page_was_read_is_only_finished(ledger: Ledger) -> None:
    source = finished(ledger, [True] * (KEPT_AT_ONCE + 5), **SAME)
    job_id = repeated(ledger, source, KEPT_AT_ONCE + 5)
    assert drain(ledger) == [(job_id,)]
    assert ledger.finishing.begin(job_id, "finisher") is not None


def test_a_retry_whose_message_got_lost_is_finished_all_the_same(
    ledger: Ledger, clock: ManualClock
) -> None:
    job_id = repeated(ledger, finished(ledger, **SAME), 1)
    drain(ledger)
    clock.advance(minutes=5)
    assert ledger.tasks.recover() == 1
    assert drain(ledger, "finish_job") == [(job_id,)]


def test_only_the_pages_that_are_asked_for_are_kept(ledger: Ledger) -> None:
    job_id = repeated(ledger, finished(ledger, [True] * 4, **SAME), 2)
    assert states(ledger, job_id) == [PageState.SUCCEEDED] * 2
    assert ledger.jobs.load(job_id).pages_succeeded == 2


@pytest.mark.parametrize(
    "other",
    [{"options": {"dpi": 150}}, {"input_sha256": "1" * 64}, {"tenant": "b"}, {"retry_of": "gone"}],
)
def test_nothing_is_kept_of_another_document_or_reading(
    ledger: Ledger, other: dict[str, Any]
) -> None:
    job_id = repeated(ledger, finished(ledger, **SAME), 1, **other)
    assert drain(ledger) == [(job_id, 1)]
    assert states(ledger, job_id) == [PageState.QUEUED]


def test_a_retry_of_a_retry_keeps_what_either_read(ledger: Ledger) -> None:
    first = finished(ledger, [True, False, False], **SAME)
    second = repeated(ledger, first, 3)
    ledger.pages.succeed(claimed(ledger, second, 2), "{}")
    stopped = ledger.jobs.cancel(TENANT, second)
    third = repeated(ledger, stopped, 3)
    assert states(ledger, third) == [PageState.SUCCEEDED, PageState.SUCCEEDED, PageState.QUEUED]
