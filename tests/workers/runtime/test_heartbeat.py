import threading
from typing import Any

import pytest

from jobs import supervised_thread
from jobs.domain.errors import BrokerDown, LedgerUnavailable
from jobs.stores.workers import WorkerReport
from jobs.supervised_thread import SupervisedThread
from tests.support.patience import PATIENCE_S
from workers.runtime.heartbeat import Heartbeat, Liveness


def liveness(depth: int | None, limit_s: float = -1.0) -> Liveness:
    """A negative limit makes any time too long; no depth means no broker."""

    def backlog() -> int:
        if depth is None:
            raise BrokerDown("no answer")
        return depth

    return Liveness(backlog, limit_s)


def test_messages_that_wait_while_nothing_arrives_are_a_stall() -> None:
    assert liveness(depth=1).stalled()
    assert not liveness(depth=1, limit_s=60).stalled()


@pytest.mark.parametrize("depth", [0, None])
def test_an_empty_queue_or_a_broker_that_is_down_are_no_stall(depth: int | None) -> None:
    quiet = liveness(depth, limit_s=30)
    quiet._taken_at -= 60
    assert not quiet.stalled()


def test_work_in_hand_is_no_stall_and_counts_from_its_arrival() -> None:
    busy = liveness(depth=5, limit_s=30)
    busy._taken_at -= 60
    with busy.working():
        busy._taken_at -= 60
        assert not busy.stalled()
    assert not busy.stalled()


class Ledger:
    def __init__(self) -> None:
        self.reports: list[WorkerReport] = []
        self.changed = threading.Condition()
        self.down = False

    def beat(self, report: WorkerReport) -> None:
        with self.changed:
            self.reports.append(report)
            self.changed.notify_all()
        if self.down:
            raise LedgerUnavailable("no answer")

    def await_report(self, **wanted: Any) -> WorkerReport:
        with self.changed:
            assert self.changed.wait_for(lambda: self._find(wanted) is not None, 10)
        found = self._find(wanted)
        assert found is not None
        return found

    def _find(self, wanted: dict[str, Any]) -> WorkerReport | None:
        matching = (
            each
            for each in self.reports
            if all(getattr(each, name) == value for name, value in wanted.items())
        )
        return next(matching, None)


def test_a_worker_is_not_ready_until_it_reports_so_with_a_reason() -> None:
    ledger = Ledger()
    heartbeat = Heartbeat(ledger.beat, "w1", "pages", lambda: None)
    heartbeat.start()
    assert ledger.await_report(ready=False).reason == "starting"
    heartbeat.report(ready=False, reason="no GPU", capabilities={})
    ledger.await_report(reason="no GPU")
    heartbeat.report(ready=True, reason="", capabilities={"languages": ["eng"]})
    assert ledger.await_report(ready=True).capabilities == {"languages": ["eng"]}
    heartbeat.stop()


def test_a_ledger_that_is_down_does_not_end_the_heartbeat() -> None:
    ledger = Ledger()
    ledger.down = True
    heartbeat = Heartbeat(ledger.beat, "w1", "pages", lambda: None)
    heartbeat.start()
    assert ledger.await_report(ready=False).reason == "starting"
    heartbeat.report(ready=True, reason="", capabilities={})
    assert ledger.await_report(ready=True).id == "w1"  # told although the one before was refused
    heartbeat.stop()


def test_a_stalled_worker_is_ended() -> None:
    ended = threading.Event()
    heartbeat = Heartbeat(Ledger().beat, "w1", "pages", ended.set)
    heartbeat.watch(liveness(depth=3))
    heartbeat.start()
    assert ended.wait(PATIENCE_S)
    heartbeat.stop()


def test_a_worker_that_does_not_come_up_is_ended() -> None:
    ended = threading.Event()
    heartbeat = Heartbeat(Ledger().beat, "w1", "pages", ended.set, start_limit_s=0.0)
    heartbeat.start()
    assert ended.wait(PATIENCE_S)
    heartbeat.stop()


@pytest.mark.parametrize("ready", [True, False])
def test_a_worker_that_has_reported_runs_without_limit(ready: bool) -> None:
    ledger, ended = Ledger(), threading.Event()
    heartbeat = Heartbeat(ledger.beat, "w1", "pages", ended.set, start_limit_s=0.0)
    heartbeat.report(ready=ready, reason="told", capabilities={})
    heartbeat.start()
    ledger.await_report(reason="told")
    heartbeat.report(ready=ready, reason="told again", capabilities={})
    ledger.await_report(reason="told again")
    heartbeat.stop()
    assert not ended.is_set()


def test_a_worker_is_not_ready_while_one_of_its_threads_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ledger = Ledger()
    thread = SupervisedThread("lease-keeper", lambda: None)
    heartbeat = Heartbeat(ledger.beat, "w1", "pages", lambda: None)
    heartbeat.watch_thread(thread)
    heartbeat.report(ready=True, reason="", capabilities={})
    heartbeat.start()
    ledger.await_report(ready=True)
    thread.record(RuntimeError())
    heartbeat.report(ready=True, reason="", capabilities={})
    reason = ledger.await_report(ready=False).reason
    assert reason == "The background thread 'lease-keeper' failed (RuntimeError), once so far."
    monkeypatch.setattr(supervised_thread, "FAULTY_S", -1.0)
    heartbeat.report(ready=True, reason="well again", capabilities={})
    ledger.await_report(ready=True, reason="well again")
    heartbeat.stop()


def test_a_heartbeat_that_fails_goes_on_and_says_so() -> None:
    ledger = Ledger()
    beat, failed = ledger.beat, threading.Event()

    def fail_once(report: WorkerReport) -> None:
        if not failed.is_set():
            failed.set()
            raise TypeError("not JSON")
        beat(report)

    heartbeat = Heartbeat(fail_once, "w1", "pages", lambda: None)
    heartbeat.report(ready=True, reason="", capabilities={})
    heartbeat.start()
    assert "'heartbeat' failed (TypeError)" in (ledger.await_report(ready=False).reason or "")
    heartbeat.stop()
