"""The GPU while something runs, as nvidia-smi sees it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread

FLAT = 1.1
_SAMPLE_S = 0.2


@dataclass
class GpuUse:
    """Samples of the GPU while something ran: percent busy, and MiB in use."""

    busy: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    def growth(self) -> float:
        """Memory of the last third of the time, as a ratio to the first third's."""
        third = len(self.memory) // 3
        if not third:
            return 1.0
        return max(self.memory[-third:]) / max(1.0, *self.memory[:third])


@contextmanager
def watched_gpu() -> Iterator[GpuUse]:
    """Sample the first GPU for the length of the `with`; nothing without nvidia-smi."""
    use, stopping = GpuUse(), Event()

    def sample() -> None:
        while not stopping.wait(_SAMPLE_S):
            if (row := ask_gpu("utilization.gpu,memory.used")) is None:
                return
            busy, memory = parse_sample(row)
            use.busy.append(busy)
            use.memory.append(memory)

    thread = Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield use
    finally:
        stopping.set()
        thread.join()


def parse_sample(row: str) -> tuple[float, float]:
    """Percent busy and MiB in use, of a row such as `87, 4120`."""
    busy, _, memory = row.partition(",")
    return float(busy), float(memory)


def gpu_name() -> str:
    """The name of the first GPU."""
    return ask_gpu("name,driver_version") or "no GPU answers"


def ask_gpu(query: str) -> str | None:
    """The answer of nvidia-smi for the first GPU; None where it does not answer."""
    command = ["nvidia-smi", f"--query-gpu={query}", "--format=csv,noheader,nounits", "--id=0"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip()
