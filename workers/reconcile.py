"""Takes up again what was lost: SQL is the truth, and messages are only hints."""

import logging
import threading
from collections.abc import Callable, Sequence

from jobs.blobs import Blobs
from jobs.errors import LedgerError
from jobs.ledger import Ledger
from jobs.topics import Topic

_log = logging.getLogger(__name__)

_PURGED_AT_ONCE = 100  # jobs whose retention ended, a sweep: the rest waits for the next


class Reconciler:
    """A thread that sweeps every `every_s`. Several may run: each move is guarded in SQL."""

    def __init__(
        self,
        ledger: Ledger,
        blobs: Blobs,
        depth: Callable[[Topic], int],
        wake: Callable[[], None],
        every_s: float,
    ) -> None:
        self._ledger = ledger
        self._blobs = blobs
        self._depth = depth
        self._wake = wake
        self._every_s = every_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reconciler", daemon=True)

    def start(self) -> None:
        """Begin to sweep."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the sweep in hand and stop."""
        self._stopping.set()
        self._thread.join()

    def sweep(self) -> None:
        """One round. A step that fails is logged and left to the next round."""
        steps: Sequence[tuple[str, Callable[[], int]]] = (
            ("pages whose lease lapsed", self._ledger.pages.lapse),
            ("jobs past their deadline", self._ledger.jobs.expire_due),
            ("jobs past their retention", self._purge),
            ("messages sent again", self._requeue),
        )
        for what, step in steps:
            self._take(what, step)
        self._wake()

    def _run(self) -> None:
        while not self._stopping.wait(self._every_s):
            self.sweep()

    def _take(self, what: str, step: Callable[[], int]) -> None:
        try:
            count = step()
        except (LedgerError, OSError) as error:
            _log.warning("sweep of %s failed: %s", what, type(error).__name__)
        else:
            if count:
                _log.info("%s: %d", what, count)

    def _requeue(self) -> int:
        return self._ledger.outbox.requeue_lapsed(self._depth)

    def _purge(self) -> int:
        due = self._ledger.jobs.retention_due(_PURGED_AT_ONCE)
        for job in due:
            self._ledger.jobs.purge(job, self._blobs)
        return len(due)
