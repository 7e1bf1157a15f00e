"""What the benchmark of GPUs found, and how it times."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Report:
    """What was measured, and the checks that failed; `speed` says whether rates are judged."""

    device: str
    machine: str
    speed: bool = True
    figures: dict[str, object] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def check(self, name: str, holds: bool) -> None:
        """Note a check that does not hold."""
        if not holds:
            self.failed.append(name)

    def check_speed(self, name: str, holds: bool) -> None:
        """Note a rate that misses its floor, where rates are judged."""
        self.check(name, holds or not self.speed)


def rate(
    call: Callable[[], object], limit_s: float, clock: Callable[[], float] = time.perf_counter
) -> float:
    """Calls a second, of at least one call, until `limit_s` have passed."""
    began, calls = clock(), 0
    while not calls or clock() - began < limit_s:
        call()
        calls += 1
    return calls / (clock() - began)
