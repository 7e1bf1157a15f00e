"""What accepted jobs come to when worker processes are killed, hang, are stopped or are slow.

Every process is real: redis-server, control, pages worker. Only the engine is a double, which
fails as the colour of a page says. Judged by the ledger and by what receivers got.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from jobs.broker.celery_publisher import TASKS, make_app
from jobs.domain.delivery import DeliveryFilter
from jobs.domain.job import Job
from jobs.domain.states import DeliveryState, JobState, PageState
from jobs.stores.workers import WorkerReport
from tests.doubles import BLACK, BLUE, CYAN, GREEN, MAGENTA, RED, SECRET_TEXT, WHITE
from tests.support.patience import PATIENCE_S
from tests.support.receiver import Reply, receiver
from tests.support.workplace import ROOT, TENANT, Workplace, await_true, pages_pdf


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """One service for most tests; each asks for a reader, as the one before may have killed it."""
    folder = tmp_path_factory.mktemp("workplace")
    with Workplace(folder, egress_allow=("127.0.0.1",)) as made:
        made.start_worker("control")
        yield made


@pytest.fixture(scope="module")
def hasty_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """A service that gives a page and a stop little time."""
    folder = tmp_path_factory.mktemp("hasty")
    with Workplace(folder, page_timeout_s=3, shutdown_grace_s=0.3) as made:
        made.start_worker("control")
        yield made


def states(place: Workplace, job: Job) -> list[PageState]:
    return [row.state for row in place.ledger.pages.list(job.id)]


def count(place: Workplace, job: Job, state: PageState) -> int:
    return states(place, job).count(state)


def stopped_in_mid_page(reader: "subprocess.Popen[bytes]", place: Workplace, job: Job) -> bool:
    """Stop the reader; let it go on where it was between two pages."""
    reader.send_signal(signal.SIGSTOP)
    if count(place, job, PageState.RUNNING):
        return True
    reader.send_signal(signal.SIGCONT)
    return False


def celery(place: Workplace, *words: str) -> str:
    """What Celery's own command prints, run as an operator runs it."""
    command = [sys.executable, "-m", "celery", "-A", "workers.tasks", *words]
    return subprocess.check_output(
        command, cwd=ROOT, env={**os.environ, **place.environment}, text=True
    )


def test_celerys_own_commands_see_the_workers_and_their_tasks(place: Workplace) -> None:
    await_true(lambda: len(place.reports()) >= 1, "the control worker to report")
    reader = place.reader()
    alive = {process.pid for process in place.processes if process.poll() is None}
    nodes = {f"celery@{report.id}" for report in place.reports() if report.pid in alive}
    # Asked by name, the command ends with the last answer; else it waits for a second, which a busy
    # worker may miss.
    asked = ("--destination", ",".join(nodes), "--timeout", str(PATIENCE_S))
    registered = json.loads(celery(place, "inspect", "registered", "--json", *asked))
    assert reader.pid in {report.pid for report in place.reports()}
    assert set(registered) == nodes
    assert {name for names in registered.values() for name in names} == {
        name for name, _ in TASKS.values()
    }


def test_a_monitor_such_as_flower_sees_workers_and_may_switch_events_of_tasks_on(
    place: Workplace,
) -> None:
    place.reader()
    wanted = {"worker-heartbeat", "task-received", "task-succeeded"}
    seen: set[str] = set()
    with make_app(place.settings) as app, app.connection() as connection:

        def see(event: dict[str, str]) -> None:
            if not seen:  # subscribed by now
                app.control.enable_events()
                place.submit(pages_pdf(WHITE))
            seen.add(event["type"])
            receiver.should_stop = seen >= wanted

        receiver = app.events.Receiver(connection, handlers={"*": see})
        receiver.capture(limit=None, timeout=PATIENCE_S, wakeup=False)
        app.control.disable_events()
    assert seen >= wanted


def test_the_former_name_of_the_control_role_starts_a_control_worker(place: Workplace) -> None:
    command = [sys.executable, "-m", "cli.main", "worker", "--role", "courier"]
    process = place.launch(command, "former.log")
    await_true(
        lambda: any(
            r.ready and (r.pid, r.role) == (process.pid, "control") for r in place.reports()
        ),
        lambda: f"the worker to report\n{place.log('former')}",
    )
    process.terminate()
    assert process.wait(PATIENCE_S) == 0


def test_a_worker_killed_in_mid_page_loses_nothing_and_reads_no_finished_page_again(
    place: Workplace,
) -> None:
    reader = place.reader()
    job = place.submit(pages_pdf(*[BLUE] * 20))
    await_true(lambda: count(place, job, PageState.SUCCEEDED) >= 4, "four pages")
    await_true(lambda: stopped_in_mid_page(reader, place, job), "a page in hand")
    before = {row.number: row for row in place.ledger.pages.list(job.id)}
    reader.kill()
    reader.wait()
    done = {n for n, row in before.items() if row.state is PageState.SUCCEEDED}
    in_hand = {n for n, row in before.items() if row.state is PageState.RUNNING}
    readings = {n: place.page(job, n) for n in done}
    place.reader()
    ended = place.await_final(job)

    assert (ended.state, ended.pages_succeeded) == (JobState.SUCCEEDED, 20)
    assert in_hand
    after = {row.number: row for row in place.ledger.pages.list(job.id)}
    assert {n: after[n].attempts for n in done} == dict.fromkeys(done, 1)
    assert {n: after[n].attempts for n in in_hand} == dict.fromkeys(in_hand, 2)
    assert {n: place.page(job, n) for n in done} == readings
    result = place.result(job)
    assert [page["number"] for page in result["pages"]] == list(range(1, 21))
    receipts = {each["number"]: each for each in result["receipt"]["pages"]}
    assert {n: receipts[n]["attempt"] for n in after} == {n: after[n].attempts for n in after}
    workers = {receipts[n]["worker"] for n in done}
    assert workers.isdisjoint(receipts[n]["worker"] for n in in_hand)


def test_a_page_that_kills_its_worker_fails_after_three_attempts_and_its_neighbours_finish(
    place: Workplace,
) -> None:
    reader = place.reader()
    poisoned = place.submit(pages_pdf(WHITE, RED, WHITE))
    neighbour = place.submit(pages_pdf(WHITE, WHITE))
    for _ in range(3):
        assert reader.wait(PATIENCE_S) != 0
        reader = place.start_worker("pages", "build_double_engine")
    ended = place.await_final(poisoned)
    assert ended.state is JobState.PARTIAL
    row = place.ledger.pages.list(poisoned.id)[1]
    assert (row.state, row.attempts) == (PageState.FAILED, 3)
    assert row.fault is not None
    assert (row.fault.code, row.fault.actor) == ("worker_lost", "operator")
    assert [each["number"] for each in place.result(poisoned)["failures"]] == [2]
    assert place.await_final(neighbour).state is JobState.SUCCEEDED
    reader.kill()


@pytest.mark.parametrize("hang", [MAGENTA, CYAN], ids=["in Python", "holding the interpreter"])
def test_a_page_that_hangs_ends_its_process_and_its_attempt_counts(
    hasty_place: Workplace, hang: tuple[int, int, int]
) -> None:
    reader = hasty_place.reader()
    job = hasty_place.submit(pages_pdf(hang))
    assert reader.wait(PATIENCE_S) != 0
    await_true(lambda: count(hasty_place, job, PageState.QUEUED) == 1, "the page to be taken back")
    assert [row.attempts for row in hasty_place.ledger.pages.list(job.id)] == [1]
    hasty_place.ledger.jobs.cancel(TENANT, job.id)


def test_an_engine_that_breaks_is_tried_again_and_then_the_page_fails_with_its_fault(
    place: Workplace,
) -> None:
    reader = place.reader()
    job = place.submit(pages_pdf(GREEN, BLACK, WHITE))
    ended = place.await_final(job)
    assert (ended.state, ended.pages_succeeded) == (JobState.PARTIAL, 1)
    broken, surprised, _ = place.ledger.pages.list(job.id)
    assert broken.fault is not None
    assert surprised.fault is not None
    assert (broken.attempts, broken.fault.code) == (3, "inference_failed")
    assert (surprised.attempts, surprised.fault.code) == (3, "internal_error")
    assert reader.poll() is None
    assert SECRET_TEXT not in place.log("pages") + surprised.fault.message


def test_a_worker_that_slept_past_its_lease_is_refused(place: Workplace) -> None:
    other = place.start_worker("pages", "build_double_engine")
    place.await_ready(other)
    place.reader()
    job = place.submit(pages_pdf(BLUE))
    await_true(lambda: count(place, job, PageState.RUNNING) == 1, "the page to be claimed")
    claimant = place.ledger.pages.list(job.id)[0].worker
    asleep = next(report.pid for report in place.reports() if report.id == claimant)
    os.kill(asleep, signal.SIGSTOP)
    ended = place.await_final(job)
    assert ended.state is JobState.SUCCEEDED
    reading = place.page(job, 1)
    os.kill(asleep, signal.SIGCONT)
    await_true(lambda: "claim lost" in place.log("pages"), "the late worker to notice")
    assert place.page(job, 1) == reading
    assert place.result(job)["receipt"]["pages"][0]["attempt"] == 2
    other.kill()


def test_sigterm_lets_the_page_in_hand_finish_and_leaves_the_rest_to_others(
    place: Workplace,
) -> None:
    reader = place.reader()
    job = place.submit(pages_pdf(*[BLUE] * 6))
    await_true(lambda: count(place, job, PageState.RUNNING) >= 1, "a page to be claimed")
    reader.send_signal(signal.SIGTERM)
    assert reader.wait(PATIENCE_S) == 0
    assert count(place, job, PageState.RUNNING) == 0
    assert count(place, job, PageState.SUCCEEDED) >= 1
    place.reader()
    ended = place.await_final(job)
    assert (ended.state, ended.pages_succeeded) == (JobState.SUCCEEDED, 6)
    assert {row.attempts for row in place.ledger.pages.list(job.id)} == {1}


def test_sigterm_gives_a_page_back_uncounted_when_the_grace_period_ends(
    hasty_place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(hasty_place.environment, "PAGESIGHT_PAGE_TIMEOUT_S", "60")
    reader = hasty_place.reader()
    job = hasty_place.submit(pages_pdf(MAGENTA))
    await_true(lambda: count(hasty_place, job, PageState.RUNNING) == 1, "the page to be claimed")
    reader.send_signal(signal.SIGTERM)
    assert reader.wait(PATIENCE_S) == 0
    row = hasty_place.ledger.pages.list(job.id)[0]
    assert (row.state, row.attempts) == (PageState.QUEUED, 0)
    hasty_place.ledger.jobs.cancel(TENANT, job.id)


def test_a_cancelled_job_stops_and_nothing_more_of_it_is_read(place: Workplace) -> None:
    place.reader()
    job = place.submit(pages_pdf(*[BLUE] * 10))
    await_true(lambda: count(place, job, PageState.SUCCEEDED) >= 1, "a page")
    place.ledger.jobs.cancel(TENANT, job.id)
    other = place.submit(pages_pdf(WHITE))
    assert place.await_final(other).state is JobState.SUCCEEDED
    assert PageState.RUNNING not in states(place, job)
    assert count(place, job, PageState.CANCELLED) >= 1


def test_a_receiver_that_hangs_delays_neither_pages_nor_other_receivers(place: Workplace) -> None:
    go_on = threading.Event()
    hanging = Reply(before=lambda: go_on.wait(PATIENCE_S))
    place.reader()
    with receiver(hanging) as slow, receiver() as quick:
        page = pages_pdf(WHITE)
        stuck = [place.submit(page, callback_url=f"{slow.url}/{n}") for n in range(12)]
        await_true(lambda: slow.requests, "the slow receiver to be called")
        job = place.submit(pages_pdf(WHITE, WHITE), callback_url=quick.url)
        assert place.await_final(job).state is JobState.SUCCEEDED
        await_true(lambda: quick.requests, "the quick receiver to be told")
        assert all(place.await_final(each).state is JobState.SUCCEEDED for each in stuck)
        go_on.set()
        await_true(
            lambda: all(_delivered(place, each) for each in stuck), "every delivery to arrive"
        )
        assert len({request.headers["webhook-id"] for request in slow.requests}) == 12


def _delivered(place: Workplace, job: Job) -> bool:
    deliveries, _ = place.ledger.deliveries.list(TENANT, DeliveryFilter(job_id=job.id))
    return all(each.state is DeliveryState.DELIVERED for each in deliveries)


def test_work_resumes_when_redis_is_killed_and_comes_back_empty(place: Workplace) -> None:
    place.reader()
    job = place.submit(pages_pdf(*[BLUE] * 8))
    await_true(lambda: count(place, job, PageState.RUNNING) >= 1, "a page to be claimed")
    place.lose_redis()
    ended = place.await_final(job)
    assert (ended.state, ended.pages_succeeded) == (JobState.SUCCEEDED, 8)
    assert place.await_final(place.submit(pages_pdf(WHITE))).state is JobState.SUCCEEDED


def test_a_worker_without_its_engine_says_why_it_is_not_ready_and_stops_in_peace(
    place: Workplace,
) -> None:
    reader = place.start_worker("pages", "build_broken_engine")

    def report() -> WorkerReport | None:
        return next((each for each in place.reports() if each.pid == reader.pid), None)

    await_true(lambda: "CUDA" in (getattr(report(), "reason", "") or ""), "the reason")
    assert not getattr(report(), "ready", True)
    reader.send_signal(signal.SIGTERM)
    assert reader.wait(PATIENCE_S) == 0
    assert report() is None
