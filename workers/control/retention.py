"""Deletes what was deleted by its owner, or kept long enough.

In a thread of its own: a store that answers slowly must not delay the judging of leases. Of all
control workers one has this duty at a time; others would delete the same rows beside it.
"""

import time
from collections.abc import Callable
from functools import partial

from jobs.ledger import Ledger
from jobs.retention.duty import Duty
from jobs.retention.orphan_blobs import delete_orphans
from jobs.storage.blob_store import Blobs
from workers.control.sweeper import Sweeper

ORPHANS_FIRST_S, ORPHANS_EVERY_S = 600.0, 6 * 3600.0
PURGED_S = 10.0  # the time one sweep spends on deletion; the rest waits for the next


class Retention(Sweeper):
    """Sweeps every `every_s` while `worker` has the duty."""

    def __init__(self, ledger: Ledger, blobs: Blobs, every_s: float, worker: str) -> None:
        self._ledger = ledger
        self._blobs = blobs
        self._duty = Duty(ledger.database, ledger.clock, "retention", worker)
        self._orphans_at = time.monotonic() + ORPHANS_FIRST_S
        steps = (
            ("webhook deliveries past their retention", ledger.deliveries.purge),
            ("jobs and batches deleted or past their retention", self._purge),
            ("blobs without a job", self._delete_orphans),
            ("usage of long ago", ledger.usage.purge),
        )
        on_duty = [(what, partial(self._if_on_duty, step)) for what, step in steps]
        super().__init__("retention", every_s, on_duty)

    def stop(self) -> None:
        """Finish the step in hand, and leave the duty to others."""
        super().stop()
        self._run_step("the duty of retention", self._give_up)

    def _if_on_duty(self, step: Callable[[], int]) -> int:
        return step() if self._duty.take() else 0

    def _give_up(self) -> int:
        self._duty.give_up()
        return 0

    def _purge(self) -> int:
        return self._ledger.deletion.purge(self._blobs, PURGED_S)

    def _delete_orphans(self) -> int:
        """Rarely: it lists the whole store."""
        if time.monotonic() < self._orphans_at:
            return 0
        self._orphans_at = time.monotonic() + ORPHANS_EVERY_S
        return delete_orphans(self._ledger.database, self._blobs, self._ledger.clock())
