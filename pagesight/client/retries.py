"""When a request is repeated, and after how long. Nothing here sends or sleeps."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from pagesight.client.calls import Call
from pagesight.client.errors import ApiError, ServiceUnreachableError
from pagesight.client.responses import error_of

_BUSY = frozenset({429, 503})  # refused before anything was done: safe for every request
_TRANSIENT = frozenset({408, 425, 500, 502, 504})
_IN_FLIGHT = "idempotency_in_flight"
# The request never left: safe for every request.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how long. Waits are `random() * min(longest_s, first_s * 2 ** n)`.

    A `Retry-After` of the service is a lower bound; one over `longest_s` is not waited for, and
    the error is raised with it. `attempts=1` switches repeating off.
    """

    attempts: int = 5
    first_s: float = 0.5
    longest_s: float = 60.0
    random: Callable[[], float] = random.random


class Attempts:
    """The attempts of one call: says after each how long to wait, or raises its error."""

    def __init__(self, policy: RetryPolicy, call: Call[Any]) -> None:
        self._policy = policy
        self._call = call
        self._made = 0

    @property
    def repeated(self) -> bool:
        """Whether an attempt went before the present one."""
        return self._made > 0

    def unanswered(self, error: httpx.TransportError) -> float:
        """Seconds until the next attempt after no answer. Raises ServiceUnreachableError."""
        if not (self._call.repeatable or isinstance(error, _NOT_SENT)) or self._is_last():
            reason = str(error) or type(error).__name__
            raise ServiceUnreachableError(
                f"{self._call.method} {self._call.path} got no answer ({reason}). "
                "Check the address, and that the service is running"
            ) from error
        return self._pause(None)

    def refused(self, response: httpx.Response) -> float:
        """Seconds until the next attempt after an error. Raises that error where none helps."""
        error = error_of(response)
        after_s = error.retry_after_s
        too_long = after_s is not None and after_s > self._policy.longest_s
        if too_long or not self._may_repeat(error) or self._is_last():
            raise error
        return self._pause(after_s)

    def succeeded(self) -> None:
        """Forget earlier failures: a stream has moved on."""
        self._made = 0

    def _may_repeat(self, error: ApiError) -> bool:
        if error.status in _BUSY:
            return self._call.repeatable or error.retry_after_s is not None
        return self._call.repeatable and (error.status in _TRANSIENT or error.code == _IN_FLIGHT)

    def _is_last(self) -> bool:
        return self._made + 1 >= self._policy.attempts

    def _pause(self, at_least_s: float | None) -> float:
        policy = self._policy
        pause = policy.random() * min(policy.longest_s, policy.first_s * 2.0**self._made)
        self._made += 1
        return pause + (at_least_s or 0.0)
