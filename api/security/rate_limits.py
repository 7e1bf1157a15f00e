"""Rate limits of API keys, and the headers that report what is left."""

import logging
import math
import time
from typing import Final, Protocol

from starlette.requests import Request

from api.observability.edge import MORE_HEADERS
from api.observability.metrics import Metrics
from api.problems import Problem
from jobs.broker.rate_limiter import Rate, Verdict
from jobs.domain.errors import BrokerDown
from jobs.security.api_keys import ApiKey

# While Redis is unavailable requests are not counted, and only one in this time waits for it.
PAUSE_S: Final = 5.0

log = logging.getLogger(__name__)


class Counter(Protocol):
    """Counts requests of all API processes."""

    async def take(self, who: str, rate: Rate) -> Verdict:
        """Count one. Raises BrokerDown."""


class RateLimits:
    """The limits of API keys: a key's own, or `usual` requests a second (0: no limit)."""

    def __init__(self, counter: Counter, usual: float, metrics: Metrics) -> None:
        self._counter = counter
        self._usual = usual
        self._metrics = metrics
        self._ask_from = 0.0

    async def admit(self, request: Request, key: ApiKey) -> None:
        """Count a request. Raises Problem `rate_limited` for one too many; fails open."""
        per_s = self._usual if key.rate_per_s is None else key.rate_per_s
        if per_s <= 0:
            return
        rate = Rate(per_s)
        verdict = await self._ask(key.id, rate)
        if verdict is None:
            return
        request.scope[MORE_HEADERS] = _fields(rate, verdict)
        if not verdict.allowed:
            wait_s = math.ceil(verdict.retry_after_s)
            # The body may not have been read; what is left of it is not worth waiting for.
            headers = {"Retry-After": str(max(1, wait_s)), "Connection": "close"}
            detail = f"This key may send {rate.quota} requests in {rate.window_s:g} s."
            raise Problem("rate_limited", detail, headers=headers)

    async def _ask(self, key_id: str, rate: Rate) -> Verdict | None:
        now = time.monotonic()
        if now < self._ask_from:
            self._metrics.uncounted()
            return None
        try:
            return await self._counter.take(key_id, rate)
        except BrokerDown as error:
            self._ask_from = now + PAUSE_S
            self._metrics.uncounted()
            log.warning("requests are admitted uncounted for %.0f s: %s", PAUSE_S, error)
            return None


def _fields(rate: Rate, verdict: Verdict) -> list[tuple[bytes, bytes]]:
    """The fields of draft-ietf-httpapi-ratelimit-headers-10."""
    window_s, reset_s = math.ceil(rate.window_s), math.ceil(verdict.reset_s)
    policy = f'"requests";q={rate.quota};w={window_s}'
    state = f'"requests";r={verdict.remaining};t={reset_s}'
    return [(b"ratelimit-policy", policy.encode()), (b"ratelimit", state.encode())]
