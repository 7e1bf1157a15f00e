from jobs.admission.queue_stats import KEPT_TIMES, BacklogReader, StepQueue
from jobs.domain.states import JobState
from jobs.domain.topics import Topic
from jobs.ledger import Ledger
from tests.support.ledger_fixtures import ManualClock
from tests.support.ledgers import TENANT, claimed, created, finished, running


class Stopwatch:
    """Goes on by `step` each time it is looked at: so long each count seems to take."""

    def __init__(self, step: float) -> None:
        self.now = 0.0
        self.step = step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def test_the_backlog_counts_jobs_by_state_waiting_pages_and_the_oldest_wait(
    ledger: Ledger, clock: ManualClock
) -> None:
    created(ledger)
    clock.advance(seconds=90)
    finished(ledger)
    finished(ledger, [True, False])
    ledger.jobs.cancel(TENANT, created(ledger).id)
    claimed(ledger, running(ledger, 3))
    backlog = BacklogReader(ledger.database, clock).read()
    assert {state: count for state, count in backlog.jobs.items() if count} == {
        JobState.QUEUED: 1,
        JobState.RUNNING: 1,
        JobState.SUCCEEDED: 1,
        JobState.PARTIAL: 1,
        JobState.CANCELLED: 1,
    }
    assert (backlog.pages_waiting, backlog.oldest_s) == (2, 90.0)
    assert set(backlog.jobs) == set(JobState)


def test_an_empty_ledger_has_no_backlog(ledger: Ledger, clock: ManualClock) -> None:
    backlog = BacklogReader(ledger.database, clock).read()
    assert (sum(backlog.jobs.values()), backlog.pages_waiting, backlog.oldest_s) == (0, 0, 0.0)


def test_jobs_that_ended_are_counted_for_a_hundredth_of_the_time(
    ledger: Ledger, clock: ManualClock
) -> None:
    watch = Stopwatch(1.0)
    reader = BacklogReader(ledger.database, clock, watch)
    finished(ledger)
    assert reader.read().jobs[JobState.SUCCEEDED] == 1
    finished(ledger)
    open_job = created(ledger)
    assert reader.read().jobs == {**reader.read().jobs, JobState.SUCCEEDED: 1, JobState.QUEUED: 1}
    ledger.jobs.cancel(TENANT, open_job.id)
    watch.now += KEPT_TIMES
    counted = reader.read().jobs
    assert (counted[JobState.SUCCEEDED], counted[JobState.CANCELLED]) == (2, 1)


def test_ready_steps_are_counted_by_kind_with_the_age_of_the_oldest(
    ledger: Ledger, clock: ManualClock
) -> None:
    running(ledger, 3)
    clock.advance(seconds=40)
    created(ledger)
    clock.advance(seconds=5)
    created(ledger)
    steps = BacklogReader(ledger.database, clock).read().steps
    assert set(steps) == set(Topic)
    assert steps[Topic.READ_PAGE] == StepQueue(3, 45.0)
    assert (steps[Topic.OPEN_JOB].ready, steps[Topic.FINISH_JOB]) == (2, StepQueue())
    ledger.tasks.take(100)
    assert BacklogReader(ledger.database, clock).read().steps[Topic.READ_PAGE] == StepQueue()
