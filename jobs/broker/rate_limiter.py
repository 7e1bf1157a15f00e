"""Rate limiting, counted in Redis for all API processes together."""

import math
from dataclasses import dataclass
from typing import Any, Final

from redis.exceptions import RedisError

from jobs.broker.connection import close_async_client, open_async_client
from jobs.domain.errors import BrokerDown

BURST_S: Final = 10.0  # requests of so many seconds may come at once
TIMEOUT_S: Final = 1.0

# The generic cell rate algorithm (ITU-T I.371; as in Brandur Leach's redis-cell), on Redis' own
# time in microseconds. The key holds when the next request would be due at an even pace; one that
# comes more than the burst before it is refused and changes nothing.
# KEYS: the caller. ARGV: microseconds from one request to the next, and those of the whole burst.
# Returns whether it may, microseconds until the whole burst is there again, and until one may.
_GCRA = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local due = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local after = due + ARGV[1]
local early = after - ARGV[2] - now
if early > 0 then
    return {0, due - now, early}
end
redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000))
return {1, after - now, 0}
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests a second, of which those of BURST_S may come at once, one at least."""

    per_s: float

    @property
    def quota(self) -> int:
        """Requests that may come at once."""
        return max(1, round(self.per_s * BURST_S))

    @property
    def window_s(self) -> float:
        """Seconds after which as many may come again."""
        return self.quota / self.per_s


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a request may pass, how many more may follow at once, and when all may again."""

    allowed: bool
    remaining: int
    reset_s: float
    retry_after_s: float


class RateCounter:
    """Counts requests. For one event loop."""

    def __init__(self, broker_url: str) -> None:
        self._redis = open_async_client(broker_url, TIMEOUT_S)
        self._script: Any = self._redis.register_script(_GCRA)

    async def take(self, who: str, rate: Rate) -> Verdict:
        """Count one request of `who`. Raises BrokerDown within about TIMEOUT_S."""
        step_us = 1e6 / rate.per_s
        try:
            allowed, reset_us, wait_us = await self._script(
                keys=[f"pagesight:rate:{who}"], args=[step_us, step_us * rate.quota]
            )
        except (RedisError, OSError) as error:
            raise BrokerDown(f"the broker does not count requests: {error}") from error
        left = math.floor(rate.quota - reset_us / step_us + 1e-6)
        return Verdict(bool(allowed), max(0, left), reset_us / 1e6, wait_us / 1e6)

    async def close(self) -> None:
        """Close the connections."""
        await close_async_client(self._redis)
