"""The pace at which open waits ask the ledger whether what they wait for has happened."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

LEAST_PAUSE_S: Final = 0.02
LONGEST_PAUSE_S: Final = 0.25
LATENESS: Final = 0.02  # how late an answer may be, as a share of the time waited
QUERIES_PER_S: Final = 200  # of all waits of a process together


class Waits:
    """The open waits of a process, which share its queries. For the event loop's thread alone."""

    def __init__(self) -> None:
        self._open = 0

    @contextmanager
    def join(self) -> Iterator[Callable[[], float]]:
        """A wait: yields what gives the seconds until its next query."""
        began = time.monotonic()
        self._open += 1
        try:
            yield lambda: pause_s(time.monotonic() - began, self._open)
        finally:
            self._open -= 1


def pause_s(waited_s: float, waits: int) -> float:
    """Seconds until the next query of a wait that is `waited_s` old, one of so many."""
    wanted = max(LEAST_PAUSE_S, LATENESS * waited_s, waits / QUERIES_PER_S)
    return min(wanted, LONGEST_PAUSE_S)
