"""The clock, passed wherever it matters so that tests can simulate days."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from jobs.domain.errors import LedgerUnavailable

Clock = Callable[[], datetime]

ASK_EVERY_S = 60.0
# Which moment of a query an answer belongs to is not known: a clock is off by up to half of its
# duration. The first one opens a connection, so a slow query is repeated.
_QUICK_S, _TRIES = 0.005, 3
# By how much the clocks of two processes may differ all the same.
CLOCKS_DIFFER = timedelta(seconds=0.5)


def utc_now() -> datetime:
    """Return the current time, aware, in UTC."""
    return datetime.now(UTC)


class SharedClock:
    """The time of the database that all hosts share, queried once in ASK_EVERY_S.

    A lease is written by one host and judged by another: with local clocks, a host that is late
    by a lease would lose every page that it reads. Between queries this machine's uptime counts,
    so that setting its clock changes nothing. `ask` returns the time; while it raises
    LedgerUnavailable the last result counts on, or `fallback` before the first.
    """

    def __init__(self, ask: Clock, fallback: Clock = utc_now) -> None:
        self._ask = ask
        self._fallback = fallback
        self._lock = threading.Lock()
        self._asked_at = float("-inf")
        self._learned: tuple[datetime, float] | None = None  # and the uptime at that moment

    def __call__(self) -> datetime:
        """Return the time, aware, in UTC."""
        # Only the thread that asks waits for the answer; before the first one all do.
        if self._is_due() and self._lock.acquire(blocking=self._learned is None):
            try:
                if self._is_due():
                    self._learn()
            finally:
                self._lock.release()
        if self._learned is None:
            return self._fallback()
        told, at = self._learned
        return told + timedelta(seconds=_uptime_s() - at)

    def _is_due(self) -> bool:
        return _uptime_s() - self._asked_at >= ASK_EVERY_S

    def _learn(self) -> None:
        quickest = float("inf")
        for _ in range(_TRIES):
            began = self._asked_at = _uptime_s()
            try:
                told = self._ask()
            except LedgerUnavailable:
                return
            took_s = _uptime_s() - began
            if took_s < quickest:
                quickest, self._learned = took_s, (told, began + took_s / 2)
            if took_s <= _QUICK_S:
                return


def _uptime_s() -> float:
    """Seconds since the machine was started, those it was suspended for included where it can."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
