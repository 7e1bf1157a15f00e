"""Fair queueing between tenants, however much each has waiting."""

from collections.abc import Mapping, Sequence
from heapq import heapify, heappop, heappush, nsmallest
from threading import Lock
from typing import TypeVar

T = TypeVar("T")


class FairQueue:
    """Weighted round-robin between tenants; safe from many threads.

    Each turn advances the virtual time of its tenant by 1 / weight; the tenant with the lowest
    goes next. One that had nothing waiting starts at the current virtual time, so turns cannot be
    saved up. State is in memory: each process is fair by itself. Source: start-time fair queueing
    (Goyal, Vin and Cheng, 1996).
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = weights
        self._next: dict[str, float] = {}
        self._now = 0.0
        self._lock = Lock()

    def nearest(self, tenants: Sequence[str], most: int) -> Sequence[str]:
        """Return the tenants whose turns come first, so that at most `most` need be queried."""
        with self._lock:
            return nsmallest(most, tenants, key=self._start)

    def take(self, waiting: Mapping[str, Sequence[T]], most: int) -> list[T]:
        """Return up to `most` waiting items by turns; those of one tenant in their order."""
        taken: list[T] = []
        with self._lock:
            ahead = [(self._start(tenant), tenant, 0) for tenant, own in waiting.items() if own]
            heapify(ahead)
            while ahead and len(taken) < most:
                start, tenant, at = heappop(ahead)
                taken.append(waiting[tenant][at])
                self._now = start
                self._next[tenant] = start + 1 / self._weights.get(tenant, 1.0)
                if at + 1 < len(waiting[tenant]):
                    heappush(ahead, (self._next[tenant], tenant, at + 1))
            self._next = {who: at for who, at in self._next.items() if at > self._now}
        return taken

    def _start(self, tenant: str) -> float:
        return max(self._next.get(tenant, 0.0), self._now)
