"""Background threads whose failures are noticed: logged, counted, reported, and recovered from."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

_log = logging.getLogger(__name__)

FIRST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 10.0
FAULTY_S: Final = 60.0  # a failure is reported for so long after it happened


class SupervisedThread:
    """A daemon thread that runs `run` until it returns, and again after an exception.

    Python ends a thread at an exception that nothing catches, and the process goes on without it:
    nobody renews leases or publishes messages, and nothing shows it. Here each such exception is
    logged with its traceback and counted, and `run` is called again after a pause that doubles
    from FIRST_PAUSE_S to LONGEST_PAUSE_S while it keeps failing.
    """

    def __init__(self, name: str, run: Callable[[], None]) -> None:
        self.name = name
        self.failures = 0
        self._run = run
        self._fault = ""
        self._failed_at = 0.0
        self._joining = threading.Event()
        self._thread = threading.Thread(target=self._supervise, name=name, daemon=True)

    @property
    def fault(self) -> str:
        """What failed during the last FAULTY_S, in a sentence; empty where nothing did."""
        if not self.failures or time.monotonic() - self._failed_at > FAULTY_S:
            return ""
        return f"The background thread {self.name!r} failed ({self._fault}), {self._times} so far."

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def join(self, timeout_s: float | None = None) -> None:
        """Wait for `run` to return, which the caller has requested; it is not run again."""
        self._joining.set()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)

    def record(self, error: Exception) -> None:
        """Count an exception that the thread caught and survived, as if it had ended it."""
        self.failures += 1
        self._fault = type(error).__name__
        self._failed_at = time.monotonic()

    @property
    def _times(self) -> str:
        return "once" if self.failures == 1 else f"{self.failures} times"

    def _supervise(self) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            began = time.monotonic()
            try:
                self._run()
            except Exception as error:  # noqa: BLE001 - Python would end the thread in silence
                _log.exception("background thread %s failed and is restarted", self.name)
                self.record(error)
            else:
                return
            if time.monotonic() - began > FAULTY_S:
                pause_s = FIRST_PAUSE_S
            if self._joining.wait(pause_s):
                return
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
