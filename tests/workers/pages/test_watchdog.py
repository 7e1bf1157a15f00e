import threading
from datetime import UTC, datetime

from jobs.domain.job import Claim
from tests.support.patience import PATIENCE_S
from workers.pages.watchdog import Watchdog

CLAIM = Claim("job_1", 3, 1, 1, datetime(2026, 11, 21, tzinfo=UTC))


def test_a_page_over_the_limit_ends_the_process() -> None:
    ended = threading.Event()
    watchdog = Watchdog(0.05, ended.set)
    watchdog.start()
    with watchdog.timing(CLAIM):
        assert ended.wait(PATIENCE_S)
    watchdog.stop()


def test_pages_within_the_limit_are_left_alone() -> None:
    ended = threading.Event()
    watchdog = Watchdog(60, ended.set)
    with watchdog.timing(CLAIM):
        assert watchdog.overdue() == []
    assert watchdog._since == {}
    assert not ended.is_set()


def test_a_page_over_the_limit_ends_the_process_though_the_first_try_fails() -> None:
    ended, tries = threading.Event(), iter([OSError("no more threads"), None])

    def end() -> None:
        if error := next(tries):
            raise error
        ended.set()

    watchdog = Watchdog(0.05, end)
    watchdog.start()
    with watchdog.timing(CLAIM):
        assert ended.wait(PATIENCE_S)
    watchdog.stop()
    assert watchdog.thread.failures == 1
