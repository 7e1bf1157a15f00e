"""Ends the process when a page hangs: native code cannot be interrupted."""

import faulthandler
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from jobs.domain.job import Claim
from jobs.supervised_thread import SupervisedThread

_log = logging.getLogger(__name__)

_LOOK_EVERY_S = 0.5
# Code that hangs while it holds the interpreter's lock stops the watchdog's own thread too. The
# C timer of faulthandler needs no lock: it fires when the thread has not reset it in time.
_DEAD_MAN_MARGIN_S = 5.0


def end_process() -> None:
    """Die at once, so that no clean-up can hang."""
    os.kill(os.getpid(), signal.SIGKILL)


class Watchdog:
    """One thread that checks how long each page has been in progress.

    A page over `limit_s` is logged and `end` called: the page's lease lapses, and the next claim
    counts the attempt.
    """

    def __init__(self, limit_s: float, end: Callable[[], None] = end_process) -> None:
        self._limit_s = limit_s
        self._end = end
        self._since: dict[Claim, float] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self.thread: Final = SupervisedThread("watchdog", self._run)

    def start(self) -> None:
        """Start checking."""
        self.thread.start()

    def stop(self) -> None:
        """Stop checking, and disarm."""
        self._stopping.set()
        self.thread.join()
        faulthandler.cancel_dump_traceback_later()

    @contextmanager
    def timing(self, claim: Claim) -> Iterator[None]:
        """Time the page for the length of the `with`."""
        with self._lock:
            self._since[claim] = time.monotonic()
        try:
            yield
        finally:
            with self._lock:
                del self._since[claim]

    def overdue(self) -> list[Claim]:
        """Pages that have been in progress for longer than the limit."""
        now = time.monotonic()
        with self._lock:
            return [claim for claim, at in self._since.items() if now - at > self._limit_s]

    def _run(self) -> None:
        while True:
            # Armed before the first check: a page may block the interpreter at once.
            faulthandler.dump_traceback_later(self._limit_s + _DEAD_MAN_MARGIN_S, exit=True)
            if self._stopping.wait(_LOOK_EVERY_S):
                return
            late = self.overdue()
            for claim in late:
                _log.critical(
                    "page in progress for over %g s: ending this process",
                    self._limit_s,
                    extra={"job_id": claim.job_id, "page": claim.number},
                )
            if late:
                self._end()
                return
