"""The finishing step on both databases: one worker at a time, and not for ever."""

from jobs.domain.states import JobState
from jobs.ledger import Ledger
from jobs.settings import Settings
from jobs.stores.finishing import FinishStore
from tests.support.ledger_fixtures import ManualClock
from tests.support.ledgers import at_once, claimed, drain, running


def read(ledger: Ledger, pages: int = 1) -> str:
    """A running job whose pages have all been read."""
    job_id = running(ledger, pages)
    for number in range(1, pages + 1):
        ledger.pages.succeed(claimed(ledger, job_id, number), "{}")
    drain(ledger)
    return job_id


def lapse(ledger: Ledger, clock: ManualClock) -> None:
    clock.advance(hours=1)
    ledger.tasks.recover()


def test_a_job_is_finished_by_one_worker_at_a_time(ledger: Ledger) -> None:
    job_id = read(ledger)
    taken = at_once(lambda n: ledger.finishing.begin(job_id, f"worker-{n}"), 4)
    assert sum(job is not None for job in taken) == 1


def test_a_job_with_an_open_page_or_an_end_is_not_to_be_finished(ledger: Ledger) -> None:
    job_id = running(ledger, 2)
    ledger.pages.succeed(claimed(ledger, job_id, 1), "{}")
    assert ledger.finishing.begin(job_id, "w") is None
    ledger.pages.succeed(claimed(ledger, job_id, 2), "{}")
    assert ledger.finishing.begin(job_id, "w") is not None
    assert ledger.finishing.finish(job_id, "result") is not None
    assert ledger.finishing.begin(job_id, "w") is None
    assert ledger.finishing.begin("job_unknown", "w") is None


def test_the_work_of_a_dead_control_worker_is_enqueued_again(
    ledger: Ledger, clock: ManualClock
) -> None:
    job_id = read(ledger)
    assert ledger.finishing.begin(job_id, "w") is not None
    ledger.tasks.recover()
    assert drain(ledger, "finish_job") == []
    lapse(ledger, clock)
    assert drain(ledger, "finish_job") == [(job_id,)]
    assert ledger.finishing.begin(job_id, "another") is not None


def test_a_job_whose_result_cannot_be_assembled_fails_and_keeps_its_pages(
    ledger: Ledger, clock: ManualClock, settings: Settings
) -> None:
    job_id = read(ledger)
    for _ in range(settings.max_attempts):
        assert ledger.finishing.begin(job_id, "w") is not None
        clock.advance(hours=1)
    assert ledger.finishing.begin(job_id, "w") is None
    job = ledger.jobs.load(job_id)
    assert job.state is JobState.FAILED
    assert job.fault is not None
    assert (job.fault.code, job.fault.actor) == ("result_failed", "operator")
    assert ledger.pages.result(job_id, 1) == "{}"


def test_waiting_for_the_blob_store_uses_up_no_attempt(
    ledger: Ledger, clock: ManualClock, settings: Settings
) -> None:
    job_id = read(ledger)
    for _ in range(3 * settings.max_attempts):
        assert ledger.finishing.begin(job_id, "w") is not None
        ledger.finishing.put_off(job_id, "w")
        lapse(ledger, clock)
        assert drain(ledger, "finish_job") == [(job_id,)]
    assert ledger.finishing.begin(job_id, "w") is not None
    assert ledger.finishing.finish(job_id, "result") is not None
    ledger.finishing.put_off(job_id, "w")
    assert ledger.jobs.load(job_id).state is JobState.SUCCEEDED


def test_a_job_that_another_has_taken_up_since_is_not_put_off(
    ledger: Ledger, clock: ManualClock
) -> None:
    job_id = read(ledger)
    assert ledger.finishing.begin(job_id, "slow") is not None
    lapse(ledger, clock)
    drain(ledger)
    assert ledger.finishing.begin(job_id, "quick") is not None
    ledger.finishing.put_off(job_id, "slow")
    assert ledger.finishing.begin(job_id, "third") is None


def test_a_claim_lasts_as_long_as_the_extractor_may_take(
    ledger: Ledger, clock: ManualClock, settings: Settings
) -> None:
    slow = settings.model_copy(update={"extractor_url": "http://models", "lease_s": 30.0})
    store = FinishStore(ledger.database, slow, clock)
    job_id = read(ledger)
    assert store.begin(job_id, "w") is not None
    clock.advance(seconds=30 + slow.extractor_timeout_s)
    assert store.begin(job_id, "another") is None
    clock.advance(seconds=1)
    assert store.begin(job_id, "another") is not None
