"""A thread that does steps of housekeeping again and again."""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Final

from jobs.domain.errors import LedgerError, LedgerUnavailable
from jobs.supervised_thread import SupervisedThread

_log = logging.getLogger(__name__)

# What a step is about, and the step, which returns how many rows or blobs it changed.
Step = tuple[str, Callable[[], int]]


class Sweeper:
    """Runs its steps one after the other, every `every_s`.

    A step that fails is logged and left to the next round. `on_unavailable` is called when the
    ledger was away.
    """

    def __init__(
        self,
        name: str,
        every_s: float,
        steps: Sequence[Step],
        on_unavailable: Callable[[], None] = lambda: None,
    ) -> None:
        self._every_s = every_s
        self._steps = steps
        self._on_unavailable = on_unavailable
        self._stopping = threading.Event()
        self.thread: Final = SupervisedThread(name, self._run)

    def start(self) -> None:
        """Begin to sweep."""
        self.thread.start()

    def stop(self) -> None:
        """Finish the sweep in hand and stop."""
        self._stopping.set()
        self.thread.join()

    def sweep(self) -> None:
        """One round."""
        for what, step in self._steps:
            self._run_step(what, step)

    def _run(self) -> None:
        while not self._stopping.wait(self._every_s):
            self.sweep()

    def _run_step(self, what: str, step: Callable[[], int]) -> None:
        try:
            count = step()
        except (LedgerError, OSError) as error:
            if isinstance(error, LedgerUnavailable):
                self._on_unavailable()
            _log.warning("sweep of %s failed: %s", what, type(error).__name__)
        except Exception as error:  # noqa: BLE001 - the other steps must not fail with this one
            _log.exception("sweep of %s failed", what)
            self.thread.record(error)
        else:
            if count:
                _log.info("%s: %d", what, count)
