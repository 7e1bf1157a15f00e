"""How long the stages of a page waited, gathered from whatever made them wait."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Self

_WAITED: ContextVar[dict[str, float] | None] = ContextVar("pagesight.waited", default=None)


def add_wait(stage: str, seconds: float) -> None:
    """Count time in which a stage of the page that this thread reads waited."""
    waited = _WAITED.get()
    if waited is not None:
        waited[stage] = waited.get(stage, 0.0) + seconds


@contextmanager
def gathering_waits() -> Iterator[dict[str, float]]:
    """Gather the waits of this thread for the length of the `with`: seconds by stage."""
    waited: dict[str, float] = {}
    token = _WAITED.set(waited)
    try:
        yield waited
    finally:
        _WAITED.reset(token)


class Timed:
    """The time that a call took, once its `with` has ended."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._began = 0.0
        self.seconds = 0.0

    def __enter__(self) -> Self:
        self._began = self._clock()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = self._clock() - self._began
