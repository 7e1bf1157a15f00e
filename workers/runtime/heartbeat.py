"""A worker's reports to the ledger, and the detection of one that must be restarted."""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from jobs.domain.errors import LedgerError
from jobs.stores.workers import WorkerReport
from jobs.supervised_thread import SupervisedThread
from workers.observability.vitals import Vitals

_log = logging.getLogger(__name__)

BEAT_S = 5.0  # readers take a report older than 30 s for a dead worker
STALLED_AFTER_S = 60.0
# Opening an engine takes seconds on a CPU, and minutes on a GPU that compiles its kernels first.
START_LIMIT_S = 600.0


class Liveness:
    """Detects a consumer that takes nothing though messages wait (celery#8091, #10205)."""

    def __init__(self, backlog: Callable[[], int], limit_s: float = STALLED_AFTER_S) -> None:
        self._backlog = backlog
        self._limit_s = limit_s
        self._lock = threading.Lock()
        self._active = 0
        self._taken_at = time.monotonic()

    @contextmanager
    def working(self) -> Iterator[None]:
        """A message arrived and is worked on for the length of the `with`."""
        with self._lock:
            self._active += 1
            self._taken_at = time.monotonic()
        try:
            yield
        finally:
            with self._lock:
                self._active -= 1

    def stalled(self) -> bool:
        """Messages wait, nothing is in progress, and none arrived for too long."""
        try:
            idle = not self._active and self._backlog() > 0
        except LedgerError:
            idle = False  # no broker: nothing can arrive
        if not idle:
            self._taken_at = time.monotonic()
        return time.monotonic() - self._taken_at > self._limit_s


class Heartbeat:
    """A thread that writes this worker's report and checks its liveness.

    `on_stall` ends the process when it is stalled, or has reported nothing for `start_limit_s`: a
    session may hang while it is opened or proven.
    """

    def __init__(
        self,
        beat: Callable[[WorkerReport], None],
        worker: str,
        role: str,
        on_stall: Callable[[], None],
        start_limit_s: float = START_LIMIT_S,
    ) -> None:
        self._beat = beat
        self._worker = worker
        self._role = role
        self._on_stall = on_stall
        self._start_limit_s = start_limit_s
        self._state: tuple[bool, str, Mapping[str, object]] = (False, "starting", {})
        self._began = time.monotonic()
        self._reported = False
        self._changed = threading.Event()
        self._stopping = False
        self._liveness: Liveness | None = None
        self._thread = SupervisedThread("heartbeat", self._run)
        self._watched: list[SupervisedThread] = [self._thread]
        self._vitals = Vitals(role)

    def start(self) -> None:
        """Begin to report."""
        self._thread.start()

    def stop(self) -> None:
        """Report no more."""
        self._stopping = True
        self._changed.set()
        self._thread.join()

    def report(self, *, ready: bool, reason: str, capabilities: Mapping[str, object]) -> None:
        """Change what is reported, at once."""
        self._state = (ready, reason, capabilities)
        self._reported = True
        self._changed.set()

    @property
    def state(self) -> tuple[bool, str]:
        """Whether this worker takes messages, and the reason where it does not."""
        ready, reason, _ = self._state
        faults = " ".join(filter(None, (thread.fault for thread in self._watched)))
        return ready and not faults, " ".join(filter(None, (reason, faults)))

    def watch(self, liveness: Liveness) -> None:
        """End the process when `liveness` finds it stalled."""
        self._liveness = liveness

    def watch_thread(self, thread: SupervisedThread) -> None:
        """Report this worker as not ready while a thread that it depends on fails."""
        self._watched.append(thread)

    def _run(self) -> None:
        while not self._stopping:
            self._changed.clear()
            self._write()
            if why := self._why_end():
                _log.critical("%s: ending this process", why)
                self._on_stall()
                return
            self._changed.wait(BEAT_S)

    def _why_end(self) -> str:
        if not self._reported and time.monotonic() - self._began > self._start_limit_s:
            return f"not ready after {self._start_limit_s:g} s"
        if self._liveness is not None and self._liveness.stalled():
            return "messages wait but none arrives"
        return ""

    def _write(self) -> None:
        self._vitals.measure(self._watched)
        ready, reason = self.state
        report = WorkerReport(
            id=self._worker,
            host=socket.gethostname(),
            pid=os.getpid(),
            role=self._role,
            ready=ready,
            reason=reason,
            capabilities=self._state[2],
        )
        try:
            self._beat(report)
        except LedgerError as error:
            _log.warning("heartbeat not written: %s", type(error).__name__)
