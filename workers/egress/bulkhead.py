"""A bulkhead around work that waits on other people's servers: a slow one delays only its own."""

import logging
import os
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from jobs.domain.log_context import logging_with

_log = logging.getLogger(__name__)

# Work submitted beyond these limits is dropped: the reconciler sends its message again.
MAX_PENDING = 100_000
MAX_WAITING = 1000  # of one partition
MAX_WAITING_SLOW = 100
MAX_SLOW = 10_000  # slow partitions that are remembered while they have nothing to do


_Group = tuple[str, bool]  # an owner, and whether these are its slow partitions


def _end_process() -> None:
    """Have this process started again: what it held is sent to the next one."""
    os._exit(os.EX_TEMPFAIL)


@dataclass(slots=True)
class _Partition:
    owner: str
    waiting: deque[str] = field(default_factory=deque)
    running: int = 0
    group: _Group | None = None  # where it is scheduled; None while it is at its own limit


@dataclass(frozen=True, slots=True)
class Load:
    """What a bulkhead holds: work that waits or runs, how much of it runs, and slow partitions."""

    pending: int
    running: int
    slow: int


class Bulkhead:
    """Runs submitted work on its own threads, at most `per_partition` at once for one partition.

    A partition is what can hang together: a host, an endpoint, a tenant. They take turns. No owner
    (a tenant) has more than half of the threads. A partition whose last work took `slow_s` runs one
    at a time until it is fast again; all slow partitions together have half of the threads, those
    of one owner a quarter. So fast work always finds a thread.

    `on_broken` ends the process. It is called when the bulkhead's own bookkeeping failed, after
    which threads would be missing for good.

    Work is known by its id while it waits or runs, and is not accepted twice. Nothing is durable:
    what is lost with the process is sent again by the reconciler.
    """

    def __init__(
        self,
        run: Callable[[str], None],
        threads: int,
        per_partition: int,
        slow_s: float,
        monotonic: Callable[[], float] = time.monotonic,
        on_broken: Callable[[], None] = _end_process,
        log_field: str = "work",
    ) -> None:
        self._run = run
        self._size = threads
        self._per_partition = per_partition
        self._slow_s = slow_s
        self._monotonic = monotonic
        self._on_broken = on_broken
        self._log_field = log_field
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="bulkhead")
        self._lock = threading.Lock()
        self._pending: set[str] = set()
        self._partitions: dict[str, _Partition] = {}
        self._ready: dict[_Group, deque[str]] = {}  # partitions that may start; groups take turns
        self._slow: dict[str, None] = {}  # oldest first
        self._running: Counter[str] = Counter()  # by quota
        self._stopping = threading.Event()

    @property
    def load(self) -> Load:
        """What the bulkhead holds at this moment."""
        with self._lock:
            return Load(len(self._pending), self._running["all"], len(self._slow))

    def submit(self, partition: str, work: str, owner: str) -> bool:
        """Accept work; False when it is pending already, too much waits, or the process stops."""
        with self._lock:
            full = len(self._pending) >= MAX_PENDING
            if self._stopping.is_set() or work in self._pending or full:
                return False
            held = self._partitions.setdefault(partition, _Partition(owner))
            limit = MAX_WAITING_SLOW if partition in self._slow else MAX_WAITING
            if len(held.waiting) >= limit:
                return False
            self._pending.add(work)
            held.waiting.append(work)
            self._schedule(partition, held)
            self._start_ready()
        return True

    def stop(self) -> None:
        """Finish what runs, drop what waits."""
        self._stopping.set()
        self._threads.shutdown()

    def _schedule(self, name: str, partition: _Partition) -> None:
        """Add a partition to its group, if it may start something and is not there yet."""
        slow = name in self._slow
        limit = 1 if slow else self._per_partition
        if partition.group is None and partition.waiting and partition.running < limit:
            partition.group = (partition.owner, slow)
            self._ready.setdefault(partition.group, deque()).append(name)

    def _unschedule(self, name: str, partition: _Partition) -> None:
        if partition.group is not None:
            names = self._ready[partition.group]
            names.remove(name)
            if not names:
                del self._ready[partition.group]
            partition.group = None

    def _start_ready(self) -> None:
        """Start one of each group in turn until none is within its quotas."""
        started = True
        while started and not self._stopping.is_set():
            started = False
            for group in list(self._ready):
                if all(self._running[quota] < limit for quota, limit in self._quotas(group)):
                    self._start_first(group)
                    started = True

    def _quotas(self, group: _Group) -> Sequence[tuple[str, int]]:
        """The quotas of threads that a group's work counts against, with their limits."""
        owner, slow = group
        half, quarter = max(1, self._size // 2), max(1, self._size // 4)
        quotas = [("all", self._size), (f"of {owner}", half)]
        return [*quotas, ("slow", half), (f"slow of {owner}", quarter)] if slow else quotas

    def _start_first(self, group: _Group) -> None:
        names = self._ready.pop(group)
        name = names.popleft()
        if names:
            self._ready[group] = names  # behind the other groups now
        partition = self._partitions[name]
        partition.group = None
        partition.running += 1
        quotas = [quota for quota, _ in self._quotas(group)]
        self._running.update(quotas)
        self._threads.submit(self._work, name, partition.waiting.popleft(), quotas)
        self._schedule(name, partition)

    def _work(self, name: str, work: str, quotas: Sequence[str]) -> None:
        try:
            owner = self._partitions[name].owner
            with logging_with(**{self._log_field: work, "tenant": owner}):
                slow = self._timed(work) >= self._slow_s
            with self._lock:
                self._end(name, work, quotas, slow)
                self._start_ready()
        except Exception:  # noqa: BLE001 - the pool would keep it to itself, and the thread's quota
            _log.critical("the bulkhead lost count of its work", exc_info=True)
            self._on_broken()

    def _timed(self, work: str) -> float:
        """Run the work and return how many seconds it took, whether or not it failed."""
        began = self._monotonic()
        try:
            self._run(work)
        except Exception:  # noqa: BLE001 - one failure must not close its partition
            _log.exception("work failed; the reconciler sends it again")
        return self._monotonic() - began

    def _end(self, name: str, work: str, quotas: Sequence[str], slow: bool) -> None:
        self._pending.discard(work)
        for quota in quotas:
            self._running[quota] -= 1
            if not self._running[quota]:
                del self._running[quota]
        partition = self._partitions[name]
        partition.running -= 1
        if slow != (name in self._slow):
            self._unschedule(name, partition)
        self._record_pace(name, slow)
        self._schedule(name, partition)
        if not partition.running and not partition.waiting:
            del self._partitions[name]

    def _record_pace(self, name: str, slow: bool) -> None:
        self._slow.pop(name, None)
        if slow:
            self._slow[name] = None
            if len(self._slow) > MAX_SLOW:
                del self._slow[next(iter(self._slow))]


def host_of(url: str) -> str:
    """The host and port of a URL, in lower case: what its requests are partitioned by."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()
