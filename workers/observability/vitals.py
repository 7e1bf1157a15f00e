"""Memory and background threads of a worker, measured with each of its reports."""

import time
from collections.abc import Callable, Sequence
from typing import Final

from jobs.supervised_thread import SupervisedThread
from workers.observability import metrics
from workers.observability.process_memory import gpu_bytes, resident_bytes

GPU_EVERY_S: Final = 30.0  # nvidia-smi takes a tenth of a second


class Vitals:
    """Sets the gauges of one process; for one thread."""

    def __init__(self, role: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._role = role
        self._monotonic = monotonic
        self._gpu_at = float("-inf")

    def measure(self, threads: Sequence[SupervisedThread]) -> None:
        """Set the gauges to what holds now."""
        for part, size in resident_bytes().items():
            metrics.RESIDENT_BYTES.labels(self._role, part).set(size)
        for thread in threads:
            metrics.THREAD_FAILURES.labels(thread.name).set(thread.failures)
        if self._role == "pages" and self._monotonic() >= self._gpu_at:
            self._gpu_at = self._monotonic() + GPU_EVERY_S
            for index, used in gpu_bytes().items():
                metrics.GPU_BYTES.labels(index).set(used)
