from datetime import timedelta

from jobs.domain.job import Fault
from jobs.ledger import Ledger
from jobs.stores.history import KEPT, MOST_POINTS, Figures
from jobs.stores.workers import WorkerReport
from tests.support.ledger_fixtures import ManualClock
from tests.support.ledgers import claimed, finished, running


def test_a_minute_counts_what_ended_in_it_and_what_waits_at_its_end(
    ledger: Ledger, clock: ManualClock
) -> None:
    began = clock()
    slow = running(ledger)
    clock.advance(seconds=20)
    ledger.pages.succeed(claimed(ledger, slow), "{}")
    assert ledger.finishing.finish(slow, "result")
    finished(ledger, (True, False))
    finished(ledger, (False,))
    clock.advance(seconds=40)
    finished(ledger)  # of the next minute
    running(ledger, pages=3)
    ledger.workers.beat(WorkerReport("w1", "h", 1, "pages", True, None, {}))
    clock.advance(seconds=5)
    assert ledger.history.record() == 1
    step, points = ledger.history.points(1)
    assert (step, [each.at for each in points]) == (1, [began])
    assert points[0].figures == Figures(
        pages_waiting=3,
        oldest_s=5.0,
        workers_ready=1,
        pages_read=2,
        pages_failed=2,
        jobs_ended=3,
        jobs_failed=1,
        job_s_median=0.0,
        job_s_p95=18.0,
        faults={"damaged": 2},
    )


def test_several_workers_write_a_minute_once(ledger: Ledger, clock: ManualClock) -> None:
    clock.advance(minutes=1)
    assert [ledger.history.record() for _ in range(3)] == [1, 0, 0]
    clock.advance(minutes=1)
    assert ledger.history.record() == 1
    _, points = ledger.history.points(1)
    assert points[1].at - points[0].at == timedelta(minutes=1)
    assert points[0].figures == Figures()


def test_a_long_time_is_summed_up_in_few_points(ledger: Ledger, clock: ManualClock) -> None:
    clock.now -= timedelta(minutes=clock().minute)
    for read in (1, 2):
        finished(ledger, (True,) * read)
        clock.advance(minutes=1)
        ledger.history.record()
    clock.advance(hours=2)
    finished(ledger, (False,))
    clock.advance(minutes=1)
    ledger.history.record()
    step, points = ledger.history.points(24 * 7)
    assert step == 24 * 7 * 60 / MOST_POINTS
    assert [each.figures.pages_read for each in points] == [3, 0]
    assert [each.figures.jobs_failed for each in points] == [0, 1]
    assert ledger.history.points(1)[1] == [points[1]]


def test_minutes_are_kept_for_a_week(ledger: Ledger, clock: ManualClock) -> None:
    ledger.history.record()
    clock.advance(seconds=KEPT.total_seconds() - 60)
    ledger.history.record()
    assert len(ledger.history.points(24 * 8)[1]) == 2
    clock.advance(minutes=2)
    ledger.history.record()
    assert [each.at for each in ledger.history.points(24 * 8)[1]] == [
        clock() - timedelta(minutes=3),
        clock() - timedelta(minutes=1),
    ]


def test_pages_cancelled_count_neither_as_read_nor_as_failed(
    ledger: Ledger, clock: ManualClock
) -> None:
    job = running(ledger, pages=2)
    ledger.pages.fail(claimed(ledger, job), Fault("damaged", "Torn.", "caller"))
    ledger.jobs.cancel("tenant-a", job)
    clock.advance(minutes=1)
    ledger.history.record()
    figures = ledger.history.points(1)[1][0].figures
    assert (figures.pages_failed, figures.pages_read) == (1, 0)
    assert (figures.jobs_ended, figures.jobs_failed) == (1, 0)
