"""Pages that were lost with their worker are read alone, so that only the guilty one is lost again.

Two pages side by side fall together when one of them ends the process. Tried again side by side
they would use up their attempts together, and a sound page would fail for its neighbour.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Quarantine:
    """Lets many read together, or one alone; whoever waits to be alone goes before newcomers."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._together = 0
        self._waiting_alone = 0
        self._alone = False

    @contextmanager
    def together(self) -> Iterator[None]:
        """Read beside others for the length of the `with`."""
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
        """Read with nobody beside for the length of the `with`."""
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
