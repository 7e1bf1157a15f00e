"""Limits how much of the queue the broker holds: enough to keep workers busy, and no more.

The broker delivers messages in the order of their publication, whoever they are for. So only as
much is published ahead as keeps every worker busy; the rest waits in SQL, where fair queueing
decides.
"""

import time
from collections.abc import Callable
from threading import Lock

from jobs.domain.topics import ROUTES, Topic

AHEAD = 64  # steps of the control worker: short work that comes in bursts
DELIVERIES_AHEAD = 512  # taken up at once, to wait for their receivers in the worker
LEAST_PAGES = 4
PAGES_A_THREAD = 2  # one that it takes up next, and one while the relay looks again
_ASK_EVERY_S = 5.0


class Window:
    """Decides how many steps of a topic may be published now.

    `depth` returns how many messages the broker holds; `threads` how many pages are read at once.
    """

    def __init__(self, depth: Callable[[Topic], int], threads: Callable[[], int]) -> None:
        self._depth = depth
        self._threads = threads
        self._lock = Lock()
        self._known = LEAST_PAGES
        self._ask_at = 0.0

    def capacity(self, topic: Topic) -> int:
        """Return how many steps may be published."""
        return self._ahead(topic) - ROUTES[topic].rows_per_message * self._depth(topic)

    def _ahead(self, topic: Topic) -> int:
        if topic == Topic.READ_PAGE:
            return self._pages()
        return DELIVERIES_AHEAD if topic == Topic.DELIVER else AHEAD

    def _pages(self) -> int:
        with self._lock:
            if time.monotonic() >= self._ask_at:
                self._known = max(LEAST_PAGES, PAGES_A_THREAD * self._threads())
                self._ask_at = time.monotonic() + _ASK_EVERY_S
            return self._known
