"""Work that waits on other people's servers, kept apart so that a slow one delays only its own."""

import logging
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

_log = logging.getLogger(__name__)

_MOST_KNOWN = 1000  # what is offered beyond it is dropped: the ledger brings it up again


class Lanes:
    """Runs offered work on threads of its own, `per_lane` at once for one lane.

    Work is known by its id while it waits or runs, and not taken twice. Nothing here is durable:
    what is lost with the process is brought up again by the ledger.
    """

    def __init__(self, run: Callable[[str], None], threads: int, per_lane: int) -> None:
        self._run = run
        self._per_lane = per_lane
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="lane")
        self._lock = threading.Lock()
        self._known: set[str] = set()
        self._waiting: defaultdict[str, deque[str]] = defaultdict(deque)
        self._running: Counter[str] = Counter()
        self._stopping = False

    def offer(self, lane: str, work: str) -> None:
        """Take the work on, unless it is known or too much waits."""
        with self._lock:
            if self._stopping or work in self._known or len(self._known) >= _MOST_KNOWN:
                return
            self._known.add(work)
            self._waiting[lane].append(work)
            self._start_next(lane)

    def stop(self) -> None:
        """Finish what runs, forget what waits."""
        with self._lock:
            self._stopping = True
        self._threads.shutdown(cancel_futures=True)

    def _start_next(self, lane: str) -> None:
        if self._stopping or self._running[lane] >= self._per_lane:
            return
        if self._waiting[lane]:
            self._running[lane] += 1
            self._threads.submit(self._work, lane, self._waiting[lane].popleft())
        elif not self._running[lane]:
            del self._waiting[lane], self._running[lane]

    def _work(self, lane: str, work: str) -> None:
        try:
            self._run(work)
        except Exception:  # noqa: BLE001 - one piece of work must not close its lane
            _log.exception("work failed; the ledger brings it up again")
        with self._lock:
            self._known.discard(work)
            self._running[lane] -= 1
            self._start_next(lane)


def lane_of(url: str) -> str:
    """The receiver behind a URL: its host and port."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()
