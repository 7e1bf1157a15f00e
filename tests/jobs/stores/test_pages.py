import contextlib
from dataclasses import replace
from datetime import timedelta

import pytest

from jobs.domain.errors import StaleClaim
from jobs.domain.job import Claim
from jobs.domain.states import JobState, PageState
from jobs.ledger import Ledger
from jobs.settings import Settings
from jobs.stores.pages import RESULTS_AT_ONCE
from tests.support.ledger_fixtures import ManualClock
from tests.support.ledgers import (
    TENANT,
    UNREADABLE,
    at_once,
    claimed,
    created,
    drain,
    finished,
    running,
)


def test_of_many_claimers_one_wins(ledger: Ledger) -> None:
    job_id = running(ledger)
    claims = at_once(lambda n: ledger.pages.claim(job_id, 1, f"w{n}"), 8)
    assert sum(claim is not None for claim in claims) == 1
    page = ledger.pages.list(job_id)[0]
    assert (page.state, page.attempts) == (PageState.RUNNING, 1)


def test_a_claim_holds_for_the_lease(
    ledger: Ledger, clock: ManualClock, settings: Settings
) -> None:
    claim = claimed(ledger, running(ledger))
    assert claim.lease_until == clock() + timedelta(seconds=settings.lease_s)
    assert (claim.token, claim.attempt) == (1, 1)


def test_pages_that_are_not_queued_cannot_be_claimed(ledger: Ledger) -> None:
    job_id = running(ledger, 2)
    ledger.pages.succeed(claimed(ledger, job_id, 1), "{}")
    assert ledger.pages.claim(job_id, 1, "w") is None
    assert ledger.pages.claim(job_id, 3, "w") is None
    ledger.jobs.cancel(TENANT, job_id)
    assert ledger.pages.claim(job_id, 2, "w") is None
    assert ledger.pages.claim("job_none", 1, "w") is None


def test_renewing_extends_the_lease(ledger: Ledger, clock: ManualClock, settings: Settings) -> None:
    job_id = running(ledger)
    claim = claimed(ledger, job_id)
    clock.advance(seconds=settings.lease_s - 1)
    assert ledger.pages.renew([claim]) == {claim: True}
    clock.advance(seconds=settings.lease_s - 1)
    assert ledger.pages.lapse() == 0
    assert ledger.pages.list(job_id)[0].state is PageState.RUNNING


def test_renewing_reports_which_claims_are_lost(ledger: Ledger, clock: ManualClock) -> None:
    cancelled = claimed(ledger, running(ledger))
    ledger.jobs.cancel(TENANT, cancelled.job_id)
    lapsed = claimed(ledger, running(ledger))
    clock.advance(minutes=5)
    ledger.pages.lapse()
    held = claimed(ledger, running(ledger))
    answers = ledger.pages.renew([cancelled, lapsed, held])
    assert answers == {cancelled: False, lapsed: False, held: True}


def test_a_reading_is_kept_with_its_event(ledger: Ledger) -> None:
    job_id = running(ledger, 2)
    ledger.pages.succeed(claimed(ledger, job_id, 2), '{"text": "b"}')
    assert ledger.pages.result(job_id, 2) == '{"text": "b"}'
    assert ledger.pages.result(job_id, 1) is None
    event = ledger.events.since(job_id, 2, 10)[0]
    assert event.kind == "page.succeeded"
    assert event.data["number"] == 2
    assert (event.data["pages_succeeded"], event.data["pages_total"]) == (1, 2)
    assert ledger.jobs.load(job_id).pages_succeeded == 1


def test_a_failed_page_keeps_its_fault(ledger: Ledger) -> None:
    job_id = running(ledger, 2)
    ledger.pages.fail(claimed(ledger, job_id, 1), UNREADABLE)
    page = ledger.pages.list(job_id)[0]
    assert (page.state, page.fault) == (PageState.FAILED, UNREADABLE)
    assert ledger.events.since(job_id, 2, 10)[0].data["fault"] == {
        "code": "damaged",
        "message": UNREADABLE.message,
        "actor": "caller",
    }


def test_the_last_page_asks_to_finish_the_job(ledger: Ledger) -> None:
    job_id = running(ledger, 2)
    ledger.pages.succeed(claimed(ledger, job_id, 1), "{}")
    assert drain(ledger, "finish_job") == []
    ledger.pages.fail(claimed(ledger, job_id, 2), UNREADABLE)
    assert drain(ledger, "finish_job") == [(job_id,)]


def test_two_workers_that_end_the_last_two_pages_at_once_ask_once(ledger: Ledger) -> None:
    for _ in range(5):
        job_id = running(ledger, 2)
        drain(ledger)
        claims = [claimed(ledger, job_id, number) for number in (1, 2)]
        at_once(lambda n, claims=claims: ledger.pages.succeed(claims[n], "{}"), 2)  # type: ignore[misc]
        assert drain(ledger, "finish_job") == [(job_id,)]
        sequences = [event.sequence for event in ledger.events.since(job_id, 0, 99)]
        assert sequences == [1, 2, 3, 4]


def test_a_page_is_settled_once(ledger: Ledger) -> None:
    claim = claimed(ledger, running(ledger, 2))
    ledger.pages.succeed(claim, '"first"')
    with pytest.raises(StaleClaim):
        ledger.pages.succeed(claim, '"second"')
    with pytest.raises(StaleClaim):
        ledger.pages.fail(claim, UNREADABLE)
    assert ledger.pages.result(claim.job_id, 1) == '"first"'
    assert ledger.jobs.load(claim.job_id).pages_succeeded == 1


def test_the_same_claim_settled_from_many_threads_counts_once(ledger: Ledger) -> None:
    claim = claimed(ledger, running(ledger, 2))

    def settle(number: int) -> bool:
        try:
            ledger.pages.succeed(claim, str(number))
        except StaleClaim:
            return False
        return True

    assert sum(at_once(settle, 6)) == 1
    assert ledger.jobs.load(claim.job_id).pages_succeeded == 1


def test_a_stale_worker_is_refused_after_its_lease_lapsed(
    ledger: Ledger, clock: ManualClock
) -> None:
    stale = claimed(ledger, running(ledger))
    clock.advance(minutes=1)
    assert ledger.pages.lapse() == 1
    with pytest.raises(StaleClaim):
        ledger.pages.succeed(stale, '"stale"')
    fresh = claimed(ledger, stale.job_id)
    assert (fresh.token, fresh.attempt) == (2, 2)
    with pytest.raises(StaleClaim):
        ledger.pages.succeed(stale, '"stale"')
    ledger.pages.succeed(fresh, '"fresh"')
    assert ledger.pages.result(stale.job_id, 1) == '"fresh"'


def test_a_cancelled_page_takes_no_reading(ledger: Ledger) -> None:
    claim = claimed(ledger, running(ledger))
    ledger.jobs.cancel(TENANT, claim.job_id)
    with pytest.raises(StaleClaim):
        ledger.pages.succeed(claim, "{}")
    assert ledger.pages.result(claim.job_id, 1) is None
    assert ledger.jobs.load(claim.job_id).pages_succeeded == 0


def test_cancelling_while_pages_are_settled_leaves_counts_that_fit(ledger: Ledger) -> None:
    job_id = running(ledger, 4)
    claims = [claimed(ledger, job_id, number) for number in range(1, 5)]

    def act(number: int) -> None:
        if number == 4:
            ledger.jobs.cancel(TENANT, job_id)
            return
        with contextlib.suppress(StaleClaim):
            ledger.pages.succeed(claims[number], "{}")

    at_once(act, 5)
    states = [page.state for page in ledger.pages.list(job_id)]
    assert set(states) <= {PageState.SUCCEEDED, PageState.CANCELLED}
    job = ledger.jobs.load(job_id)
    assert job.state is JobState.CANCELLED
    assert job.pages_succeeded == states.count(PageState.SUCCEEDED)
    assert job.pages_succeeded == len(list(ledger.pages.results(job_id)))


def test_a_released_page_does_not_count_the_attempt(ledger: Ledger) -> None:
    job_id = running(ledger)
    drain(ledger)
    ledger.pages.release(claimed(ledger, job_id))
    page = ledger.pages.list(job_id)[0]
    assert (page.state, page.attempts, page.worker) == (PageState.QUEUED, 0, None)
    assert drain(ledger, "read_page") == [(job_id, 1)]
    again = claimed(ledger, job_id)
    assert (again.attempt, again.token) == (1, 2)


def test_release_and_lapse_at_once_give_the_page_back_once(
    ledger: Ledger, clock: ManualClock
) -> None:
    for _ in range(5):
        claim = claimed(ledger, running(ledger))
        drain(ledger)
        clock.advance(minutes=1)
        at_once(
            lambda n, claim=claim: ledger.pages.lapse() if n else ledger.pages.release(claim),  # type: ignore[misc]
            2,
        )
        assert drain(ledger, "read_page") == [(claim.job_id, 1)]
        assert ledger.pages.list(claim.job_id)[0].state is PageState.QUEUED


def test_releasing_a_lost_claim_changes_nothing(ledger: Ledger) -> None:
    claim = claimed(ledger, running(ledger))
    ledger.pages.succeed(claim, "{}")
    drain(ledger)
    ledger.pages.release(claim)
    assert drain(ledger) == []
    assert ledger.pages.list(claim.job_id)[0].state is PageState.SUCCEEDED


def test_a_page_lapses_only_after_its_lease(
    ledger: Ledger, clock: ManualClock, settings: Settings
) -> None:
    job_id = running(ledger, 2)
    claimed(ledger, job_id)
    drain(ledger)
    clock.advance(seconds=settings.lease_s)
    assert ledger.pages.lapse() == 0
    clock.advance(seconds=0.001)
    assert ledger.pages.lapse() == 1
    assert ledger.pages.lapse() == 0
    assert drain(ledger, "read_page") == [(job_id, 1)]


def test_a_page_that_kills_its_workers_fails_as_worker_lost_and_its_neighbour_is_read(
    ledger: Ledger, clock: ManualClock
) -> None:
    job_id = running(ledger, 2)
    for _ in range(3):
        claimed(ledger, job_id, 1)
        clock.advance(minutes=1)
        assert ledger.pages.lapse() == 1
    poison = ledger.pages.list(job_id)[0]
    assert (poison.state, poison.attempts) == (PageState.FAILED, 3)
    assert poison.fault is not None
    assert poison.fault.code == "worker_lost"
    ledger.pages.succeed(claimed(ledger, job_id, 2), "{}")
    job = ledger.finishing.finish(job_id, "result")
    assert job is not None
    assert job.state is JobState.PARTIAL


def test_a_lapse_of_the_last_page_asks_to_finish(ledger: Ledger, clock: ManualClock) -> None:
    job_id = running(ledger)
    for _ in range(3):
        claimed(ledger, job_id)
        clock.advance(minutes=1)
        ledger.pages.lapse()
    assert drain(ledger, "finish_job") == [(job_id,)]


def test_two_reconcilers_take_a_page_back_once(ledger: Ledger, clock: ManualClock) -> None:
    job_id = running(ledger, 4)
    for number in range(1, 5):
        claimed(ledger, job_id, number)
    drain(ledger)
    clock.advance(minutes=1)
    assert sum(at_once(lambda _: ledger.pages.lapse(), 3)) == 4
    assert sorted(drain(ledger, "read_page")) == [(job_id, number) for number in range(1, 5)]


def test_results_stream_in_page_order(ledger: Ledger) -> None:
    count = RESULTS_AT_ONCE * 2 + 1
    job_id = running(ledger, count)
    for number in range(count, 0, -1):
        ledger.pages.succeed(claimed(ledger, job_id, number), str(number))
    expected = [(number, str(number)) for number in range(1, count + 1)]
    assert list(ledger.pages.results(job_id)) == expected


def test_a_job_without_readings_streams_none(ledger: Ledger) -> None:
    assert list(ledger.pages.results(created(ledger).id)) == []
    assert list(ledger.pages.results(finished(ledger, [False]).id)) == []


def test_a_forged_token_is_refused(ledger: Ledger) -> None:
    claim: Claim = claimed(ledger, running(ledger))
    with pytest.raises(StaleClaim):
        ledger.pages.succeed(replace(claim, token=claim.token + 1), "{}")
