from dataclasses import replace

import pytest

from jobs.domain.errors import IdempotencyMismatch, IllegalTransition, NotFound, QueueFull
from jobs.domain.ids import new_id
from jobs.domain.job import Fault
from jobs.domain.states import FINAL_JOB_STATES, JobState, PageState
from jobs.ledger import Ledger, open_ledger
from jobs.settings import Settings
from jobs.storage.blob_keys import input_key
from tests.support.ledger_fixtures import ManualClock
from tests.support.ledger_view import key_holder, open_jobs
from tests.support.ledgers import (
    TENANT,
    UNREADABLE,
    at_once,
    claimed,
    created,
    drain,
    finished,
    new_job,
    running,
)


def test_a_created_job_is_read_back_as_it_was_answered(ledger: Ledger) -> None:
    new = new_job(
        options={"languages": ["eng"]},
        metadata={"order": 7},
        filename="scan.png",
        input_blob="tenants/a/jobs/b/input",
        input_sha256="0" * 64,
        input_bytes=12,
        callback_url="https://receiver.example/hook",
        deadline_s=60,
    )
    job, is_new = ledger.jobs.create(new)
    assert is_new
    assert job.state is JobState.QUEUED
    assert ledger.jobs.get(TENANT, new.id) == job


def test_creating_writes_the_message_and_the_event_with_the_job(ledger: Ledger) -> None:
    job = created(ledger)
    assert drain(ledger, "open_job") == [(job.id,)]
    assert [event.kind for event in ledger.events.since(job.id, 0, 10)] == ["job.queued"]


def test_another_tenants_job_is_not_found(ledger: Ledger) -> None:
    job = created(ledger)
    with pytest.raises(NotFound):
        ledger.jobs.get("tenant-b", job.id)
    with pytest.raises(NotFound):
        ledger.jobs.cancel("tenant-b", job.id)
    assert ledger.jobs.load(job.id).state is JobState.QUEUED


def test_one_key_makes_one_job(ledger: Ledger) -> None:
    first, is_new = ledger.jobs.create(new_job(idempotency_key="k", fingerprint="f"))
    again, again_new = ledger.jobs.create(new_job(idempotency_key="k", fingerprint="f"))
    assert (is_new, again_new) == (True, False)
    assert again == first
    assert key_holder(ledger, TENANT, "k") == (first.id, "f")
    assert drain(ledger, "open_job") == [(first.id,)]


def test_a_key_with_another_request_is_a_mismatch_that_names_the_first_job(ledger: Ledger) -> None:
    first = created(ledger, idempotency_key="k", fingerprint="f")
    with pytest.raises(IdempotencyMismatch) as caught:
        created(ledger, idempotency_key="k", fingerprint="other")
    assert caught.value.made == first


def test_tenants_do_not_share_keys(ledger: Ledger) -> None:
    first = created(ledger, idempotency_key="k", fingerprint="f")
    other, is_new = ledger.jobs.create(
        new_job(tenant="tenant-b", idempotency_key="k", fingerprint="f")
    )
    assert is_new
    assert other.id != first.id
    assert key_holder(ledger, "tenant-c", "k") is None


def test_a_key_is_free_again_after_its_time(ledger: Ledger, clock: ManualClock) -> None:
    first = created(ledger, idempotency_key="k", fingerprint="f")
    clock.advance(hours=24)
    second, is_new = ledger.jobs.create(new_job(idempotency_key="k", fingerprint="other"))
    assert is_new
    assert key_holder(ledger, TENANT, "k") == (second.id, "other")
    assert ledger.jobs.get(TENANT, first.id) == first


def test_twenty_concurrent_requests_with_one_key_make_one_job(ledger: Ledger) -> None:
    def create(number: int) -> tuple[str, bool]:
        job, is_new = ledger.jobs.create(new_job(idempotency_key="k", fingerprint="f"))
        return job.id, is_new

    answers = at_once(create, 20)
    assert len({job_id for job_id, _ in answers}) == 1
    assert sum(is_new for _, is_new in answers) == 1
    assert open_jobs(ledger) == 1


def test_many_threads_create_jobs_without_losing_one(ledger: Ledger) -> None:
    made = at_once(lambda _: [created(ledger).id for _ in range(10)], 8)
    ids = {job_id for some in made for job_id in some}
    assert len(ids) == 80
    assert open_jobs(ledger) == 80
    assert {args[0] for args in drain(ledger, "open_job")} == ids


def test_a_full_queue_refuses_and_leaves_accepted_jobs_alone(
    ledger: Ledger, settings: Settings, clock: ManualClock
) -> None:
    small = open_ledger(settings.model_copy(update={"max_queued_jobs": 2}), clock)
    first = created(small, idempotency_key="k", fingerprint="f")
    created(small)
    with pytest.raises(QueueFull):
        created(small)
    assert open_jobs(small) == 2
    replayed, is_new = small.jobs.create(new_job(idempotency_key="k", fingerprint="f"))
    assert (replayed.id, is_new) == (first.id, False)
    small.jobs.cancel(TENANT, first.id)
    created(small)
    small.close()


def test_a_refused_job_does_not_keep_its_key(
    ledger: Ledger, settings: Settings, clock: ManualClock
) -> None:
    full = open_ledger(settings.model_copy(update={"max_queued_jobs": 1}), clock)
    created(full)
    with pytest.raises(QueueFull):
        created(full, idempotency_key="k", fingerprint="f")
    full.close()
    assert created(ledger, idempotency_key="k", fingerprint="f")


def test_jobs_are_listed_newest_first_in_pages(ledger: Ledger) -> None:
    ids = [created(ledger, id=f"job_{number:03}").id for number in range(5)]
    created(ledger, tenant="tenant-b")
    first, cursor = ledger.jobs.list(TENANT, limit=3)
    second, end = ledger.jobs.list(TENANT, limit=3, before=cursor)
    assert [job.id for job in [*first, *second]] == ids[::-1]
    assert end is None


def test_jobs_are_listed_by_state(ledger: Ledger) -> None:
    created(ledger)
    cancelled = ledger.jobs.cancel(TENANT, created(ledger).id)
    assert ledger.jobs.list(TENANT, state=JobState.CANCELLED) == ([cancelled], None)


def test_a_job_is_opened_by_one_worker_at_a_time(ledger: Ledger) -> None:
    job = created(ledger)
    begun = at_once(lambda n: ledger.jobs.begin_open(job.id, f"w{n}"), 8)
    assert sum(each is not None for each in begun) == 1
    assert ledger.jobs.load(job.id).open_attempts == 1


def test_a_job_whose_opener_was_lost_can_be_opened_again(
    ledger: Ledger, clock: ManualClock
) -> None:
    job = created(ledger)
    ledger.jobs.begin_open(job.id, "lost")
    clock.advance(hours=1)
    again = ledger.jobs.begin_open(job.id, "next")
    assert again is not None
    assert again.open_attempts == 2


def test_fetching_is_given_more_time_than_opening_what_is_stored(
    ledger: Ledger, clock: ManualClock
) -> None:
    stored = created(ledger, input_blob="tenants/a/jobs/b/input")
    fetched = created(ledger, source_url="https://example.com/a.pdf")
    for job in (stored, fetched):
        ledger.jobs.begin_open(job.id, "lost")
    clock.advance(seconds=45)
    assert ledger.jobs.begin_open(stored.id, "next") is not None
    assert ledger.jobs.begin_open(fetched.id, "next") is None
    clock.advance(seconds=30)
    assert ledger.jobs.begin_open(fetched.id, "next") is not None


def test_a_job_whose_openers_are_always_lost_fails_as_worker_lost(
    ledger: Ledger, clock: ManualClock
) -> None:
    job = created(ledger)
    for _ in range(3):
        assert ledger.jobs.begin_open(job.id, "w") is not None
        clock.advance(hours=1)
    assert ledger.jobs.begin_open(job.id, "w") is None
    failed = ledger.jobs.load(job.id)
    assert failed.state is JobState.FAILED
    assert failed.fault is not None
    assert failed.fault.code == "worker_lost"
    assert failed.fault.actor == "operator"


def test_opening_asks_for_the_selected_pages_only(ledger: Ledger) -> None:
    job = created(ledger)
    ledger.jobs.begin_open(job.id, "w")
    drain(ledger)
    assert ledger.jobs.opened(job.id, "application/pdf", [2, 5])
    assert [page.number for page in ledger.pages.list(job.id)] == [2, 5]
    assert drain(ledger, "read_page") == [(job.id, 2), (job.id, 5)]
    opened = ledger.jobs.load(job.id)
    assert (opened.state, opened.pages_total) == (JobState.RUNNING, 2)
    assert opened.media_type == "application/pdf"


def test_a_job_is_opened_once(ledger: Ledger) -> None:
    job_id = running(ledger, 2)
    drain(ledger)
    assert not ledger.jobs.opened(job_id, "image/png", [1, 2])
    assert drain(ledger) == []


def test_a_job_that_was_cancelled_meanwhile_is_not_opened(ledger: Ledger) -> None:
    job = created(ledger)
    ledger.jobs.begin_open(job.id, "w")
    ledger.jobs.cancel(TENANT, job.id)
    assert not ledger.jobs.opened(job.id, "image/png", [1])
    assert ledger.pages.list(job.id) == []


def test_a_job_without_pages_cannot_be_opened(ledger: Ledger) -> None:
    job = created(ledger)
    with pytest.raises(ValueError, match="no page"):
        ledger.jobs.opened(job.id, "application/pdf", [])


def test_a_fetched_input_is_noted_and_a_given_name_kept(ledger: Ledger) -> None:
    unnamed = created(ledger, source_url="https://example.com/a.pdf")
    named = created(ledger, source_url="https://example.com/a.pdf", filename="mine.pdf")
    for job in (unnamed, named):
        ledger.jobs.stored_input(job.id, input_key(job), "f" * 64, 10, "a.pdf")
    stored = ledger.jobs.load(unnamed.id)
    assert (stored.input_blob, stored.input_bytes) == (input_key(unnamed), 10)
    assert (stored.input_sha256, stored.filename) == ("f" * 64, "a.pdf")
    assert ledger.jobs.load(named.id).filename == "mine.pdf"


@pytest.mark.parametrize(
    ("pages", "state"),
    [
        ([True], JobState.SUCCEEDED),
        ([True, True], JobState.SUCCEEDED),
        ([True, False], JobState.PARTIAL),
        ([False], JobState.FAILED),
        ([False, False], JobState.FAILED),
    ],
)
def test_a_job_ends_as_its_pages_did(ledger: Ledger, pages: list[bool], state: JobState) -> None:
    job = finished(ledger, pages)
    assert job.state is state
    assert job.result_blob == "result"
    assert job.pages_succeeded == sum(pages)
    assert job.pages_failed == len(pages) - sum(pages)
    assert job.fault == (UNREADABLE if state is JobState.FAILED else None)
    assert ledger.jobs.load(job.id) == job


def test_a_failed_job_has_the_fault_of_its_first_failed_page(ledger: Ledger) -> None:
    job_id = running(ledger, 2)
    for number in (2, 1):
        fault = replace(UNREADABLE, message=f"page {number}")
        ledger.pages.fail(claimed(ledger, job_id, number), fault)
    job = ledger.finishing.finish(job_id, "result")
    assert job is not None
    assert job.fault is not None
    assert job.fault.message == "page 1"


def test_a_job_with_an_open_page_is_not_finished(ledger: Ledger) -> None:
    job_id = running(ledger, 2)
    ledger.pages.succeed(claimed(ledger, job_id), "{}")
    assert ledger.finishing.finish(job_id, "result") is None
    assert ledger.jobs.load(job_id).state is JobState.RUNNING


def test_a_job_is_finished_once(ledger: Ledger) -> None:
    job_id = running(ledger)
    ledger.pages.succeed(claimed(ledger, job_id), "{}")
    ends = at_once(lambda n: ledger.finishing.finish(job_id, f"result-{n}"), 6)
    assert sum(end is not None for end in ends) == 1
    kinds = [event.kind for event in ledger.events.since(job_id, 0, 99)]
    assert kinds == ["job.queued", "job.running", "page.succeeded", "job.succeeded"]


def test_cancelling_a_running_job_ends_its_open_pages_and_keeps_finished_ones(
    ledger: Ledger,
) -> None:
    job_id = running(ledger, 3)
    ledger.pages.succeed(claimed(ledger, job_id, 1), "{}")
    claimed(ledger, job_id, 2)
    job = ledger.jobs.cancel(TENANT, job_id)
    assert job.state is JobState.CANCELLED
    states = [page.state for page in ledger.pages.list(job_id)]
    assert states == [PageState.SUCCEEDED, PageState.CANCELLED, PageState.CANCELLED]
    assert ledger.pages.result(job_id, 1) == "{}"


def test_cancelling_twice_is_harmless(ledger: Ledger) -> None:
    job = ledger.jobs.cancel(TENANT, created(ledger).id)
    assert ledger.jobs.cancel(TENANT, job.id) == job


def test_a_job_that_ended_otherwise_cannot_be_cancelled(ledger: Ledger) -> None:
    job = finished(ledger)
    with pytest.raises(IllegalTransition, match="succeeded"):
        ledger.jobs.cancel(TENANT, job.id)


def test_cancel_and_finish_at_once_leave_one_end(ledger: Ledger) -> None:
    for _ in range(5):
        job_id = running(ledger)
        ledger.pages.succeed(claimed(ledger, job_id), "{}")

        def end(number: int, job_id: str = job_id) -> object:
            if number % 2:
                return ledger.finishing.finish(job_id, "result")
            try:
                return ledger.jobs.cancel(TENANT, job_id)
            except IllegalTransition:
                return None

        at_once(end, 2)
        kinds = [event.kind for event in ledger.events.since(job_id, 0, 99)]
        assert kinds[-1] == f"job.{ledger.jobs.load(job_id).state}"
        assert len({"job.succeeded", "job.cancelled"} & set(kinds)) == 1


def test_an_open_job_fails_with_its_fault_once(ledger: Ledger) -> None:
    fault = Fault("encrypted", "The PDF needs a password.", "caller")
    job = created(ledger)
    assert ledger.jobs.fail(job.id, fault)
    assert not ledger.jobs.fail(job.id, fault)
    failed = ledger.jobs.load(job.id)
    assert (failed.state, failed.fault) == (JobState.FAILED, fault)


def test_a_job_expires_at_its_deadline(ledger: Ledger, clock: ManualClock) -> None:
    late = created(ledger, deadline_s=60)
    late_running = running(ledger, deadline_s=60)
    created(ledger, deadline_s=61)
    created(ledger)
    done = finished(ledger, deadline_s=60)
    clock.advance(seconds=59)
    assert ledger.jobs.expire_due() == 0
    clock.advance(seconds=1)
    assert ledger.jobs.expire_due() == 2
    assert ledger.jobs.load(late.id).state is JobState.EXPIRED
    assert ledger.jobs.load(late_running).state is JobState.EXPIRED
    assert ledger.pages.list(late_running)[0].state is PageState.CANCELLED
    assert ledger.jobs.load(done.id).state is JobState.SUCCEEDED


def test_a_job_that_is_not_there_is_not_found(ledger: Ledger) -> None:
    nobody = new_id("job")
    with pytest.raises(NotFound):
        ledger.jobs.load(nobody)
    with pytest.raises(NotFound):
        ledger.finishing.finish(nobody, "result")
    assert ledger.jobs.begin_open(nobody, "w") is None
    assert not ledger.jobs.fail(nobody, UNREADABLE)


def test_every_final_state_says_when_it_ended_and_how_long_it_is_kept(
    ledger: Ledger, clock: ManualClock
) -> None:
    ended = [finished(ledger), finished(ledger, [False]), finished(ledger, [True, False])]
    ended.append(ledger.jobs.cancel(TENANT, running(ledger)))
    expiring = created(ledger, deadline_s=1)
    clock.advance(seconds=1)
    ledger.jobs.expire_due()
    ended.append(ledger.jobs.load(expiring.id))
    assert {job.state for job in ended} == FINAL_JOB_STATES
    for job in ended:
        assert job.finished_at is not None
        assert job.expires_at is not None
        assert job.expires_at > job.finished_at
