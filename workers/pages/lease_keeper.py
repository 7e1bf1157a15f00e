"""Renews the leases of claims while their pages are read, and reports lost ones."""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from jobs.domain.errors import LedgerError, StaleClaim
from jobs.domain.job import Claim
from jobs.supervised_thread import SupervisedThread

_log = logging.getLogger(__name__)

# After a failure: soon, to renew before the leases are judged again.
_AGAIN_S = 0.5

Renew = Callable[[Sequence[Claim]], Mapping[Claim, bool]]


class Hold:
    """A claim that this process works on; the reading checks it between stages."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self._lost = threading.Event()

    def lose(self) -> None:
        """Mark the claim as lost: superseded, cancelled, or released."""
        self._lost.set()

    def check(self) -> None:
        """Raise StaleClaim once the claim is lost, so that no further stage starts."""
        if self._lost.is_set():
            raise StaleClaim(f"page {self.claim.number} of {self.claim.job_id} is no longer held")


class LeaseKeeper:
    """One thread that renews every active claim, well before its lease ends."""

    def __init__(self, renew: Renew, every_s: float) -> None:
        self._renew = renew
        self._every_s = every_s
        self._held: set[Hold] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self.thread: Final = SupervisedThread("lease-keeper", self._run)

    def start(self) -> None:
        """Start renewing."""
        self.thread.start()

    def stop(self) -> None:
        """Stop renewing; leases still held lapse."""
        self._stopping.set()
        self.thread.join()

    @contextmanager
    def holding(self, claim: Claim) -> Iterator[Hold]:
        """Keep `claim` alive for the length of the `with`."""
        hold = Hold(claim)
        with self._lock:
            self._held.add(hold)
        try:
            yield hold
        finally:
            with self._lock:
                self._held.discard(hold)

    def held(self) -> list[Hold]:
        """The active claims."""
        with self._lock:
            return list(self._held)

    def _run(self) -> None:
        wait_s = self._every_s
        while not self._stopping.wait(wait_s):
            wait_s = self._every_s if self._renew_all() else min(_AGAIN_S, self._every_s)

    def _renew_all(self) -> bool:
        """Renew the active claims; False when the ledger was unavailable."""
        holds = {hold.claim: hold for hold in self.held()}
        try:
            kept = self._renew(list(holds)) if holds else {}
        except LedgerError as error:
            # The fencing token still guards the result if another worker claims the page.
            _log.warning("leases could not be renewed: %s", type(error).__name__)
            return False
        for claim, still_ours in kept.items():
            if not still_ours:
                holds[claim].lose()
        return True
