"""Limits how much of the queue the broker holds: enough to keep workers busy, and no more.

The broker delivers messages in the order of their publication, whoever they are for. So only as
much is published ahead as keeps every worker busy; the rest waits in SQL, where fair queueing
decides.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from jobs.domain.topics import ROUTES, Topic

AHEAD = 64  # steps of the control worker: short work that comes in bursts
DELIVERIES_AHEAD = 512  # taken up at once, to wait for their receivers in the worker
LEAST_PAGES = 4
PAGES_A_THREAD = 2  # one that it takes up next, and one while the relay looks again
_ASK_EVERY_S = 5.0


@dataclass(frozen=True, slots=True)
class Readers:
    """How many pages are read at once; `opening` is 0 while a worker among them opens nothing."""

    threads: int
    opening: int = 0


class Window:
    """Decides how many steps of a topic may be published now.

    `depth` returns how many messages the broker holds; `readers` what the live workers read.
    """

    def __init__(self, depth: Callable[[Topic], int], readers: Callable[[], Readers]) -> None:
        self._depth = depth
        self._readers = readers
        self._lock = Lock()
        self._known = Readers(0)
        self._ask_at = 0.0

    def capacity(self, topic: Topic) -> int:
        """Return how many steps may be published."""
        return self._ahead(topic) - ROUTES[topic].rows_per_message * self._depth(topic)

    def _ahead(self, topic: Topic) -> int:
        if topic == Topic.READ_PAGE:
            return self._pages()
        return DELIVERIES_AHEAD if topic == Topic.DELIVER else AHEAD

    def opening(self) -> int:
        """Return how many readers open documents; asks no broker."""
        return self._asked().opening

    def idle_readers(self) -> int:
        """Return how many readers open documents and have no message before them.

        Those that read at the moment are among them: the table of work knows how many do.
        """
        opening = self._asked().opening
        return opening and max(0, opening - self._depth(Topic.READ_PAGE))

    def _pages(self) -> int:
        return max(LEAST_PAGES, PAGES_A_THREAD * self._asked().threads)

    def _asked(self) -> Readers:
        with self._lock:
            if time.monotonic() >= self._ask_at:
                self._known = self._readers()
                self._ask_at = time.monotonic() + _ASK_EVERY_S
            return self._known
