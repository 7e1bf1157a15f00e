"""A cache for one value that is expensive to compute and valid for a moment."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from starlette.concurrency import run_in_threadpool

T = TypeVar("T")


class TTLCache(Generic[T]):
    """Calls `source` at most once in `for_s` seconds; safe in threads and on the event loop."""

    def __init__(self, source: Callable[[], T], for_s: float) -> None:
        self._source = source
        self._for_s = for_s
        self._lock = Lock()
        self._value: tuple[float, T] | None = None

    def get(self) -> T:
        """The value, recomputed in this thread when it has expired."""
        with self._lock:
            fresh = self._fresh()
            if fresh is None:
                fresh = (time.monotonic(), self._source())
                self._value = fresh
            return fresh[1]

    async def aget(self) -> T:
        """The value, recomputed in a worker thread when it has expired."""
        fresh = self._fresh()
        return fresh[1] if fresh is not None else await run_in_threadpool(self.get)

    def _fresh(self) -> tuple[float, T] | None:
        value = self._value
        if value is None or time.monotonic() - value[0] > self._for_s:
            return None
        return value
