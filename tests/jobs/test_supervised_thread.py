import logging
import threading

import pytest

from jobs import supervised_thread
from jobs.supervised_thread import SupervisedThread
from tests.support.patience import PATIENCE_S


class Work:
    """Raises each of `errors` in turn, then waits until it is let go."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.reached = threading.Event()
        self.go = threading.Event()

    def __call__(self) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.reached.set()
        assert self.go.wait(PATIENCE_S)


@pytest.mark.parametrize("error", [ValueError("odd name"), KeyError("gone"), MemoryError()])
def test_an_exception_is_logged_counted_reported_and_the_thread_goes_on(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    work = Work(error, error)
    thread = SupervisedThread("sweeper", work)
    assert not thread.fault
    thread.start()
    assert work.reached.wait(PATIENCE_S)
    assert thread.failures == 2
    kind = type(error).__name__
    assert thread.fault == f"The background thread 'sweeper' failed ({kind}), 2 times so far."
    logged = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.exc_info is not None for record in logged] == [True, True]
    work.go.set()
    thread.join(PATIENCE_S)


def test_a_failure_is_reported_for_a_while_and_counted_for_good(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    thread = SupervisedThread("sweeper", Work())
    thread.record(OSError())
    assert thread.fault == "The background thread 'sweeper' failed (OSError), once so far."
    monkeypatch.setattr(supervised_thread, "FAULTY_S", -1.0)
    assert not thread.fault
    assert thread.failures == 1


def test_a_thread_that_is_joined_while_it_fails_is_not_run_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supervised_thread, "FIRST_PAUSE_S", 600.0)
    monkeypatch.setattr(supervised_thread, "LONGEST_PAUSE_S", 600.0)
    work = Work(ValueError())
    thread = SupervisedThread("sweeper", work)
    thread.start()
    thread.join(PATIENCE_S)
    assert not work.reached.is_set()


def test_a_thread_that_was_never_started_can_be_joined() -> None:
    thread = SupervisedThread("sweeper", Work())
    thread.join()
    assert not thread.failures
