"""Arrivals that do not wait for answers, and latencies counted from when each was due.

A closed loop sends the next request when the last one is answered, so a slow service is asked less
and its waits are not seen (Gil Tene's coordinated omission). Here the times of arrival are drawn
beforehand (a Poisson process). What is sent late, since senders or the service are busy, counts
from its due time all the same.
"""

import heapq
import math
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sent:
    """A document: when it was due (seconds of the epoch), and the job that it became, if any."""

    due: float
    job_id: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """What came of one offered rate. Rates are documents a second, latencies seconds."""

    offered: float
    completed: float
    refused: int
    p50_s: float
    p95_s: float
    p99_s: float

    @property
    def saturated(self) -> bool:
        """Whether the service fell behind: a tenth less ended than arrived, or it refused."""
        return self.refused > 0 or self.completed < 0.9 * self.offered


def arrivals(rate: float, seconds: float, chance: random.Random) -> list[float]:
    """Offsets in seconds of a Poisson process of `rate` a second, in order."""
    found: list[float] = []
    at = chance.expovariate(rate)
    while at < seconds:
        found.append(at)
        at += chance.expovariate(rate)
    return found


def send_on_time(
    offsets: Sequence[float],
    send: Callable[[], str | None],
    senders: int,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Sent]:
    """Call `send` at each offset from now, whatever became of the calls before."""
    began = clock()

    def one(due: float) -> Sent:
        return Sent(due, send())

    with ThreadPoolExecutor(senders) as pool:
        pending = []
        for offset in offsets:
            due = began + offset
            sleep(max(0.0, due - clock()))
            pending.append(pool.submit(one, due))
        return [each.result() for each in pending]


def summarise(offered: float, sent: Sequence[Sent], ended: Sequence[float | None]) -> Step:
    """A step from what was sent and when each job ended (seconds of the epoch; None: refused)."""
    latencies = sorted(
        end - each.due for each, end in zip(sent, ended, strict=True) if end is not None
    )
    refused = sum(end is None for end in ended)
    if not latencies:
        return Step(offered, 0.0, refused, math.inf, math.inf, math.inf)
    first = min(each.due for each in sent)
    last = max(end for end in ended if end is not None)
    # Over the time until the last one ended: what is still waiting when arrivals stop counts.
    completed = len(latencies) / max(last - first, 1e-9)
    p50, p95, p99 = (quantile(latencies, share) for share in (0.5, 0.95, 0.99))
    return Step(offered, completed, refused, p50, p95, p99)


def quantile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def simulate(offsets: Sequence[float], service_s: float, servers: int) -> list[float]:
    """Latencies of first-come-first-served arrivals with a constant time of service."""
    free = [0.0] * servers
    found = []
    for at in offsets:
        begun = max(at, heapq.heappop(free))
        heapq.heappush(free, begun + service_s)
        found.append(begun + service_s - at)
    return found
