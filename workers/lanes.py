"""Work that waits on other people's servers, kept apart so that a slow one delays only its own."""

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_log = logging.getLogger(__name__)

# What is offered beyond these is dropped: the ledger brings it up again.
MOST_KNOWN = 100_000
MOST_IN_LANE = 1000
MOST_IN_SLOW_LANE = 100
SLOW_REMEMBERED = 10_000  # lanes that were slow and have nothing to do now


@dataclass(slots=True)
class _Lane:
    owner: str
    waiting: deque[str] = field(default_factory=deque)
    running: int = 0


class Lanes:
    """Runs offered work on threads of its own, lanes taking turns, `per_lane` at once for one.

    No owner has more than half of the threads. A lane whose last work took `slow_s` runs one at a
    time until it is quick again, and all such lanes together have half of the threads, those of
    one owner a quarter: so there is room for quick work whatever hangs.

    Work is known by its id while it waits or runs, and not taken twice. Nothing here is durable:
    what is lost with the process is brought up again by the ledger.
    """

    def __init__(
        self,
        run: Callable[[str], None],
        threads: int,
        per_lane: int,
        slow_s: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._run = run
        self._most = threads
        self._per_lane = per_lane
        self._slow_s = slow_s
        self._monotonic = monotonic
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="lane")
        self._lock = threading.Lock()
        self._known: set[str] = set()
        self._lanes: dict[str, _Lane] = {}
        self._turns: deque[str] = deque()  # lanes where something waits
        self._slow: dict[str, None] = {}  # oldest first
        self._running: Counter[str] = Counter()  # by share
        self._stopping = False

    def offer(self, lane: str, work: str, owner: str) -> None:
        """Take the work on, unless it is known or too much waits."""
        with self._lock:
            if self._stopping or work in self._known or len(self._known) >= MOST_KNOWN:
                return
            held = self._lanes.setdefault(lane, _Lane(owner))
            if len(held.waiting) >= (MOST_IN_SLOW_LANE if lane in self._slow else MOST_IN_LANE):
                return
            self._known.add(work)
            if not held.waiting:
                self._turns.append(lane)
            held.waiting.append(work)
            self._start_what_may()

    def stop(self) -> None:
        """Finish what runs, forget what waits."""
        with self._lock:
            self._stopping = True
        self._threads.shutdown()

    def _start_what_may(self) -> None:
        while self._go_round():
            pass

    def _go_round(self) -> bool:
        """Start one of each lane that may, in turn; say whether there was any."""
        started = False
        for _ in range(len(self._turns)):
            if self._stopping or self._running["all"] >= self._most:
                return False
            name = self._turns.popleft()
            lane = self._lanes[name]
            if self._may_start(name, lane):
                self._start(name, lane)
                started = True
            if lane.waiting:
                self._turns.append(name)
        return started

    def _may_start(self, name: str, lane: _Lane) -> bool:
        width = 1 if name in self._slow else self._per_lane
        shares = self._shares(name, lane).items()
        return lane.running < width and all(self._running[share] < most for share, most in shares)

    def _shares(self, name: str, lane: _Lane) -> Mapping[str, int]:
        """The shares of the threads that the lane's work counts to, and how large each is."""
        half, quarter = max(1, self._most // 2), max(1, self._most // 4)
        shares = {"all": self._most, f"of {lane.owner}": half}
        if name in self._slow:
            shares |= {"slow": half, f"slow of {lane.owner}": quarter}
        return shares

    def _start(self, name: str, lane: _Lane) -> None:
        shares = self._shares(name, lane)
        lane.running += 1
        self._running.update(shares.keys())
        self._threads.submit(self._work, name, lane.waiting.popleft(), tuple(shares))

    def _work(self, name: str, work: str, shares: tuple[str, ...]) -> None:
        began = self._monotonic()
        try:
            self._run(work)
        except Exception:  # noqa: BLE001 - one piece of work must not close its lane
            _log.exception("work failed; the ledger brings it up again")
        with self._lock:
            self._end(name, work, shares, self._monotonic() - began >= self._slow_s)
            self._start_what_may()

    def _end(self, name: str, work: str, shares: tuple[str, ...], slow: bool) -> None:
        self._known.discard(work)
        self._running.subtract(shares)
        self._running += Counter()  # forgets shares that are empty
        self._note_pace(name, slow)
        lane = self._lanes[name]
        lane.running -= 1
        if not lane.running and not lane.waiting:
            del self._lanes[name]

    def _note_pace(self, name: str, slow: bool) -> None:
        self._slow.pop(name, None)
        if slow:
            self._slow[name] = None
            if len(self._slow) > SLOW_REMEMBERED:
                del self._slow[next(iter(self._slow))]


def lane_of(url: str) -> str:
    """The receiver behind a URL: its host and port."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()
