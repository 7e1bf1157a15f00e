"""Work that waits on other people's servers, kept apart so that a slow one delays only its own."""

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_log = logging.getLogger(__name__)

# What is offered beyond these is dropped: the ledger brings it up again.
MOST_KNOWN = 100_000
MOST_IN_LANE = 1000
MOST_IN_SLOW_LANE = 100
SLOW_REMEMBERED = 10_000  # lanes that were slow and have nothing to do now


_Row = tuple[str, bool]  # an owner, and whether its slow lanes are meant


@dataclass(slots=True)
class _Lane:
    owner: str
    waiting: deque[str] = field(default_factory=deque)
    running: int = 0
    row: _Row | None = None  # where it stands in line; nowhere while it has as much as it may


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
        self._rows: dict[_Row, deque[str]] = {}  # lanes that could start; rows take turns
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
            held.waiting.append(work)
            self._line_up(lane, held)
            self._start_what_may()

    def stop(self) -> None:
        """Finish what runs, forget what waits."""
        with self._lock:
            self._stopping = True
        self._threads.shutdown()

    def _line_up(self, name: str, lane: _Lane) -> None:
        """Put the lane in line if it may start something and does not stand there."""
        slow = name in self._slow
        if lane.row is None and lane.waiting and lane.running < (1 if slow else self._per_lane):
            lane.row = (lane.owner, slow)
            self._rows.setdefault(lane.row, deque()).append(name)

    def _leave(self, name: str, lane: _Lane) -> None:
        if lane.row is not None:
            row = self._rows[lane.row]
            row.remove(name)
            if not row:
                del self._rows[lane.row]
            lane.row = None

    def _start_what_may(self) -> None:
        """Start one of each row in turn until no row has room."""
        started = not self._stopping
        while started:
            started = False
            for row in list(self._rows):
                if all(self._running[share] < most for share, most in self._shares(row)):
                    self._start_first(row)
                    started = True

    def _shares(self, row: _Row) -> Sequence[tuple[str, int]]:
        """The shares of the threads that a row's work counts to, and how large each is."""
        owner, slow = row
        half, quarter = max(1, self._most // 2), max(1, self._most // 4)
        shares = [("all", self._most), (f"of {owner}", half)]
        return [*shares, ("slow", half), (f"slow of {owner}", quarter)] if slow else shares

    def _start_first(self, row: _Row) -> None:
        lanes = self._rows.pop(row)
        name = lanes.popleft()
        if lanes:
            self._rows[row] = lanes  # behind the other rows now
        lane = self._lanes[name]
        lane.row = None
        lane.running += 1
        shares = [share for share, _ in self._shares(row)]
        self._running.update(shares)
        self._threads.submit(self._work, name, lane.waiting.popleft(), shares)
        self._line_up(name, lane)

    def _work(self, name: str, work: str, shares: Sequence[str]) -> None:
        began = self._monotonic()
        try:
            self._run(work)
        except Exception:  # noqa: BLE001 - one piece of work must not close its lane
            _log.exception("work failed; the ledger brings it up again")
        with self._lock:
            self._end(name, work, shares, self._monotonic() - began >= self._slow_s)
            self._start_what_may()

    def _end(self, name: str, work: str, shares: Sequence[str], slow: bool) -> None:
        self._known.discard(work)
        for share in shares:
            self._running[share] -= 1
            if not self._running[share]:
                del self._running[share]
        lane = self._lanes[name]
        lane.running -= 1
        if slow != (name in self._slow):
            self._leave(name, lane)
        self._note_pace(name, slow)
        self._line_up(name, lane)
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
