"""Claims kept alive while their pages are read, and the word that one was lost."""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from jobs.domain.errors import LedgerError, StaleClaim
from jobs.domain.job import Claim

_log = logging.getLogger(__name__)

# When the ledger could not be asked: soon, to be there before the leases are judged again.
_AGAIN_S = 0.5

Renew = Callable[[Sequence[Claim]], Mapping[Claim, bool]]


class Hold:
    """A claim that this process works on; the reading asks it between stages."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self._lost = threading.Event()

    def lose(self) -> None:
        """Say that the work is for nothing: superseded, cancelled, or given back."""
        self._lost.set()

    def check(self) -> None:
        """StaleClaim once the claim was lost, so that no stage is begun for nothing."""
        if self._lost.is_set():
            raise StaleClaim(f"page {self.claim.number} of {self.claim.job_id} is held no more")


class LeaseKeeper:
    """One thread that renews every claim in hand, well before its lease ends."""

    def __init__(self, renew: Renew, every_s: float) -> None:
        self._renew = renew
        self._every_s = every_s
        self._held: set[Hold] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lease-keeper", daemon=True)

    def start(self) -> None:
        """Begin to renew."""
        self._thread.start()

    def stop(self) -> None:
        """Renew no more; what is still held lapses."""
        self._stopping.set()
        self._thread.join()

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
        """What is in hand at this moment."""
        with self._lock:
            return list(self._held)

    def _run(self) -> None:
        wait_s = self._every_s
        while not self._stopping.wait(wait_s):
            wait_s = self._every_s if self._renew_all() else min(_AGAIN_S, self._every_s)

    def _renew_all(self) -> bool:
        """Renew what is in hand; False when the ledger was away."""
        holds = {hold.claim: hold for hold in self.held()}
        try:
            kept = self._renew(list(holds)) if holds else {}
        except LedgerError as error:
            # The fence still guards the result, whoever takes the page up meanwhile.
            _log.warning("leases could not be renewed: %s", type(error).__name__)
            return False
        for claim, still_ours in kept.items():
            if not still_ours:
                holds[claim].lose()
        return True
