"""Pages that were lost with their worker are read alone, so that only the fatal one is lost again.

When a page kills the process, pages read concurrently are lost with it. Retried concurrently, they
would use up their attempts together, and a healthy page would fail because of its neighbour.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Quarantine:
    """Admits many readers together, or one alone; one that waits to be alone goes first."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._together = 0
        self._waiting_alone = 0
        self._alone = False

    @contextmanager
    def together(self) -> Iterator[None]:
        """Read concurrently with others for the length of the `with`."""
        with self._changed:
            self._changed.wait_for(lambda: not self._alone and not self._waiting_alone)
            self._together += 1
        try:
            yield
        finally:
            with self._changed:
                self._together -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Read alone for the length of the `with`."""
        with self._changed:
            self._waiting_alone += 1
            self._changed.wait_for(lambda: not self._alone and not self._together)
            self._waiting_alone -= 1
            self._alone = True
        try:
            yield
        finally:
            with self._changed:
                self._alone = False
                self._changed.notify_all()
