"""The processor time of a process, shared by the pages that it reads, and so by their tenants.

Threads of ONNX Runtime and of merged batches work for several pages at a time, so the time of a
page's own thread would miss most of it. Instead all processor time that passes is divided evenly
among the pages in progress, as processor-sharing queues are modelled. The shares add up to what
the process used while it read. Helper processes are not included.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MOST_TENANTS = 100
OTHERS = "(other)"


class TenantLabels:
    """Tenants as values of a label: the first `most` by name, all others as one."""

    def __init__(self, most: int = MOST_TENANTS) -> None:
        self._most = most
        self._known: set[str] = set()

    def __call__(self, tenant: str) -> str:
        """The label of a tenant."""
        if tenant not in self._known:
            if len(self._known) >= self._most:
                return OTHERS
            self._known.add(tenant)
        return tenant


class CpuShare:
    """What a page has used so far, in seconds."""

    def __init__(self) -> None:
        self.seconds = 0.0


class CpuShares:
    """Divides processor time among the pages in progress; one for all threads of a process."""

    def __init__(self, clock: Callable[[], float] = time.process_time) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._sharing: set[CpuShare] = set()
        self._since = 0.0

    @contextmanager
    def sharing(self) -> Iterator[CpuShare]:
        """Take part for the length of the `with`; the share is final after it."""
        mine = CpuShare()
        with self._lock:
            self._divide()
            self._sharing.add(mine)
        try:
            yield mine
        finally:
            with self._lock:
                self._divide()
                self._sharing.discard(mine)

    def _divide(self) -> None:
        now = self._clock()
        for each in self._sharing:
            each.seconds += (now - self._since) / len(self._sharing)
        self._since = now
