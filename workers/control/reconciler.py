"""Recovers lost work: SQL is the source of truth, and messages are only hints."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from jobs.db.clock import Clock
from jobs.domain.errors import LedgerError, LedgerUnavailable
from jobs.ledger import Ledger
from jobs.retention.orphan_blobs import delete_orphans
from jobs.storage.blob_store import Blobs
from jobs.supervised_thread import SupervisedThread

_log = logging.getLogger(__name__)

_JUMP_S = 2.0  # wall clock against monotonic: a jump, or the machine was suspended
_ORPHANS_FIRST_S, _ORPHANS_EVERY_S = 600.0, 6 * 3600.0
_ADOPT_EVERY_S = 600.0
_PURGED_S = 2.0  # the time one sweep spends on deletion; the rest waits for the next


class LeaseJudge:
    """Decides when leases may be judged: not before holders could renew after a disturbance.

    While the ledger was away nobody could renew, and after a jump of the clock, or when the whole
    machine was suspended, every lease seems expired at once though its holder is healthy. Each
    such page would count an attempt for nothing. `grace_s` is longer than the pause between two
    renewals.
    """

    def __init__(self, clock: Clock, grace_s: float) -> None:
        self._clock = clock
        self._grace_s = grace_s
        self._not_before = 0.0
        self._offset_s = self._wall_offset_s()

    def disturb(self) -> None:
        """The ledger was away."""
        self._not_before = time.monotonic() + self._grace_s

    def may_judge(self) -> bool:
        """Whether a lease that has expired now means that its holder is gone."""
        offset_s = self._wall_offset_s()
        if offset_s - self._offset_s > _JUMP_S:
            _log.warning(
                "the clock jumped by %.0f s: lease checks are postponed", offset_s - self._offset_s
            )
            self.disturb()
        self._offset_s = offset_s
        return time.monotonic() >= self._not_before

    def _wall_offset_s(self) -> float:
        return self._clock().timestamp() - time.monotonic()


class Reconciler:
    """A thread that sweeps every `every_s`. Several may run: each move is guarded in SQL."""

    def __init__(
        self,
        ledger: Ledger,
        blobs: Blobs,
        every_s: float,
        judge: LeaseJudge,
    ) -> None:
        self._ledger = ledger
        self._blobs = blobs
        self._every_s = every_s
        self._judge = judge
        self._orphans_at = time.monotonic() + _ORPHANS_FIRST_S
        self._adopt_at = time.monotonic()
        self._stopping = threading.Event()
        self.thread: Final = SupervisedThread("reconciler", self._run)

    def start(self) -> None:
        """Begin to sweep."""
        self.thread.start()

    def stop(self) -> None:
        """Finish the sweep in hand and stop."""
        self._stopping.set()
        self.thread.join()

    def sweep(self) -> None:
        """One round. A step that fails is logged and left to the next round."""
        steps: Sequence[tuple[str, Callable[[], int]]] = (
            ("pages whose lease lapsed", self._lapse),
            ("jobs past their deadline", self._ledger.jobs.expire_due),
            ("jobs not begun in time", self._ledger.jobs.fail_late),
            ("webhook deliveries past their retention", self._ledger.deliveries.purge),
            ("blobs without a job", self._delete_orphans),
            ("steps that were missing", self._adopt),
            ("steps whose message or worker was lost", self._ledger.tasks.recover),
        )
        for what, step in steps:
            self._run_step(what, step)
        self._run_step("jobs and batches deleted or past their retention", self._purge)

    def _run(self) -> None:
        while not self._stopping.wait(self._every_s):
            self.sweep()

    def _run_step(self, what: str, step: Callable[[], int]) -> None:
        try:
            count = step()
        except (LedgerError, OSError) as error:
            if isinstance(error, LedgerUnavailable):
                self._judge.disturb()
            _log.warning("sweep of %s failed: %s", what, type(error).__name__)
        except Exception as error:  # noqa: BLE001 - the other steps must not fail with this one
            _log.exception("sweep of %s failed", what)
            self.thread.record(error)
        else:
            if count:
                _log.info("%s: %d", what, count)

    def _lapse(self) -> int:
        return self._ledger.pages.lapse() if self._judge.may_judge() else 0

    def _adopt(self) -> int:
        """At the start, now and then, and while an earlier release runs beside this one."""
        if time.monotonic() < self._adopt_at and not self._ledger.tasks.must_adopt():
            return 0
        adopted = self._ledger.tasks.adopt()
        if not adopted:
            self._adopt_at = time.monotonic() + _ADOPT_EVERY_S
        return adopted

    def _delete_orphans(self) -> int:
        """Rarely: it lists the whole store."""
        if time.monotonic() < self._orphans_at:
            return 0
        self._orphans_at = time.monotonic() + _ORPHANS_EVERY_S
        return delete_orphans(self._ledger.database, self._blobs, self._ledger.clock())

    def _purge(self) -> int:
        return self._ledger.deletion.purge(self._blobs, _PURGED_S)
