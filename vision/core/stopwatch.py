"""How long each stage of a reading took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stopwatch:
    """Wall-clock time by stage; a stage entered twice adds up. Belongs to one thread."""

    def __init__(self, **milliseconds: float) -> None:
        """Begin with what was measured before, in milliseconds by stage."""
        self._seconds = {name: spent / 1000 for name, spent in milliseconds.items()}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time inside the `with` for this stage."""
        started = time.perf_counter()
        try:
            yield
        finally:
            passed = time.perf_counter() - started
            self._seconds[name] = self._seconds.get(name, 0.0) + passed

    def milliseconds(self) -> dict[str, float]:
        """Milliseconds by stage, in the order the stages were first entered, to the microsecond."""
        return {name: round(seconds * 1000, 3) for name, seconds in self._seconds.items()}
