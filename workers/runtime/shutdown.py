"""SIGTERM and SIGINT: finish work in progress, or release it when the grace period ends."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

_log = logging.getLogger(__name__)


class Shutdown:
    """Calls `stop` at the first signal; work still running `grace_s` later is released."""

    def __init__(self, grace_s: float, stop: Callable[[], None]) -> None:
        self.asked = threading.Event()
        self.release: Callable[[], None] = lambda: None
        self._grace_s = grace_s
        self._stop = stop

    def install(self) -> None:
        """Take over the signals; only the main thread may."""
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if self.asked.is_set():
            return
        self.asked.set()
        self._stop()
        threading.Thread(target=self._force, name="shutdown", daemon=True).start()

    def _force(self) -> None:
        """The thread is a daemon: it ends with the process where nothing needs to be forced."""
        time.sleep(self._grace_s)
        _log.warning("grace period over: releasing work in progress")
        try:
            self.release()
        finally:
            os._exit(0)
