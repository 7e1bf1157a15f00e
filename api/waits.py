"""The open waits of a process: when each asks the ledger whether what it waits for has happened.

Jobs that end are announced (jobs/broker/announcements.py), and a wait asks at once then. Where no
announcements arrive it asks again and again, at a pace.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

LEAST_PAUSE_S: Final = 0.02
LONGEST_PAUSE_S: Final = 0.25
LATENESS: Final = 0.02  # how late an answer may be, as a share of the time waited
QUERIES_PER_S: Final = 200  # of all waits of a process together
ANNOUNCED_PAUSE_S: Final = 0.5  # while announcements arrive, of which one may still be lost


@dataclass(frozen=True, slots=True)
class Wait:
    """One wait: `pause_s` gives the seconds until its next query, unless `ended` is set before."""

    pause_s: Callable[[], float]
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Waits:
    """The open waits of a process, which share its queries. For the event loop's thread alone."""

    def __init__(self, announced: Callable[[], bool] = lambda: False) -> None:
        self._announced = announced
        self._open = 0
        self._jobs: defaultdict[str, list[Wait]] = defaultdict(list)

    @contextmanager
    def join(self, job_id: str | None = None) -> Iterator[Wait]:
        """A wait, for the end of a job where one is named."""
        began = time.monotonic()
        wait = Wait(lambda: self._pause_s(time.monotonic() - began, job_id))
        self._open += 1
        if job_id is not None:
            self._jobs[job_id].append(wait)
        try:
            yield wait
        finally:
            self._open -= 1
            if job_id is not None:
                self._leave(job_id, wait)

    def job_ended(self, job_id: str) -> None:
        """Have those who wait for a job ask at once."""
        for wait in self._jobs.get(job_id, ()):
            wait.ended.set()

    def _pause_s(self, waited_s: float, job_id: str | None) -> float:
        if job_id is not None and self._announced():
            return ANNOUNCED_PAUSE_S
        return pause_s(waited_s, self._open)

    def _leave(self, job_id: str, wait: Wait) -> None:
        self._jobs[job_id] = [each for each in self._jobs[job_id] if each is not wait]
        if not self._jobs[job_id]:
            del self._jobs[job_id]


def pause_s(waited_s: float, waits: int) -> float:
    """Seconds until the next query of a wait that is `waited_s` old, one of so many."""
    wanted = max(LEAST_PAUSE_S, LATENESS * waited_s, waits / QUERIES_PER_S)
    return min(wanted, LONGEST_PAUSE_S)
