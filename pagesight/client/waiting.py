"""How long a wait may still take."""

import time

from pagesight.client.errors import WaitTimeoutError


class Deadline:
    """The end of a wait, by the clock that never goes back; None waits for as long as it takes."""

    def __init__(self, timeout_s: float | None, what: str) -> None:
        self._until = None if timeout_s is None else time.monotonic() + timeout_s
        self._what = what
        self._timeout_s = timeout_s

    def at_most_s(self, seconds: float) -> float:
        """These seconds, or what is left if that is less."""
        if self._until is None:
            return seconds
        return max(0.0, min(seconds, self._until - time.monotonic()))

    def check(self) -> None:
        """Raise WaitTimeoutError once it has passed."""
        if self._until is not None and time.monotonic() >= self._until:
            raise WaitTimeoutError(
                f"{self._what} has not ended within {self._timeout_s:g} s. It goes on; "
                "wait for it again"
            )
