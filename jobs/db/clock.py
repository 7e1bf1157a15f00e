"""The clock, passed wherever it matters so that tests can simulate days."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from jobs.domain.errors import LedgerUnavailable

Clock = Callable[[], datetime]

ASK_EVERY_S = 60.0


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
        began = self._asked_at = _uptime_s()
        try:
            told = self._ask()
        except LedgerUnavailable:
            return
        self._learned = (told, (began + _uptime_s()) / 2)


def _uptime_s() -> float:
    """Seconds since the machine was started, those it was suspended for included where it can."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
