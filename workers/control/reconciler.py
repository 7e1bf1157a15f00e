"""Recovers lost work: SQL is the source of truth, and messages are only hints."""

import logging
import time

from jobs.db.clock import Clock
from jobs.ledger import Ledger
from workers.control.sweeper import Sweeper

_log = logging.getLogger(__name__)

_JUMP_S = 2.0  # wall clock against monotonic: a jump, or the machine was suspended
_ADOPT_EVERY_S = 600.0


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


class Reconciler(Sweeper):
    """Sweeps every `every_s`. Several may run: each move is guarded in SQL."""

    def __init__(self, ledger: Ledger, every_s: float, judge: LeaseJudge) -> None:
        self._ledger = ledger
        self._judge = judge
        self._adopt_at = time.monotonic()
        steps = (
            ("pages whose lease lapsed", self._lapse),
            ("jobs past their deadline", ledger.jobs.expire_due),
            ("jobs not begun in time", ledger.jobs.fail_late),
            ("steps that were missing", self._adopt),
            ("steps whose message or worker was lost", ledger.tasks.recover),
        )
        super().__init__("reconciler", every_s, steps, judge.disturb)

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
