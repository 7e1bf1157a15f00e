import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest

from jobs.domain.errors import LedgerUnavailable, StaleClaim
from jobs.domain.job import Claim
from tests.support.patience import PATIENCE_S
from workers.pages.lease_keeper import LeaseKeeper

CLAIM = Claim("job_1", 3, 1, 1, datetime(2026, 11, 21, tzinfo=UTC))


class Renewals:
    """Answers renewals as told, and lets a test wait for the next one."""

    def __init__(self, *answers: bool | None) -> None:
        self.answers = list(answers)
        self.asked: list[Sequence[Claim]] = []
        self.done = threading.Event()

    def __call__(self, claims: Sequence[Claim]) -> Mapping[Claim, bool]:
        self.asked.append(claims)
        answer = self.answers.pop(0) if self.answers else True
        if not self.answers:
            self.done.set()
        if answer is None:
            raise LedgerUnavailable("no answer")
        return dict.fromkeys(claims, answer)


def test_a_claim_in_hand_is_renewed_and_a_settled_one_is_not() -> None:
    renewals = Renewals(True, True)
    keeper = LeaseKeeper(renewals, 0.01)
    keeper.start()
    with keeper.holding(CLAIM) as hold:
        assert renewals.done.wait(PATIENCE_S)
        hold.check()
    keeper.stop()
    before = len(renewals.asked)
    keeper._renew_all()
    assert len(renewals.asked) == before
    assert all(claims == [CLAIM] for claims in renewals.asked)


def test_the_next_check_of_a_reading_detects_a_lost_claim() -> None:
    renewals = Renewals(False)
    keeper = LeaseKeeper(renewals, 0.01)
    keeper.start()
    with keeper.holding(CLAIM) as hold:
        assert hold._lost.wait(PATIENCE_S)
        with pytest.raises(StaleClaim, match="page 3 of job_1"):
            hold.check()
    keeper.stop()


def test_a_ledger_that_does_not_answer_is_asked_again() -> None:
    renewals = Renewals(None, True)
    keeper = LeaseKeeper(renewals, 0.01)
    keeper.start()
    with keeper.holding(CLAIM) as hold:
        assert renewals.done.wait(PATIENCE_S)
        hold.check()
    keeper.stop()


def test_a_ledger_that_was_away_is_asked_again_soon() -> None:
    renewals = Renewals(None, True)
    keeper = LeaseKeeper(renewals, 1.0)
    with keeper.holding(CLAIM) as hold:
        keeper.start()
        assert renewals.done.wait(PATIENCE_S)
        hold.check()
    keeper.stop()
    assert [list(claims) for claims in renewals.asked[:2]] == [[CLAIM], [CLAIM]]


def test_leases_are_renewed_after_a_failure_that_nobody_foresaw() -> None:
    renewals = Renewals(True)
    failed = threading.Event()

    def fail_once(claims: Sequence[Claim]) -> Mapping[Claim, bool]:
        if not failed.is_set():
            failed.set()
            raise RuntimeError("dictionary changed size during iteration")
        return renewals(claims)

    keeper = LeaseKeeper(fail_once, 0.01)
    keeper.start()
    with keeper.holding(CLAIM) as hold:
        assert renewals.done.wait(PATIENCE_S)
        hold.check()
    keeper.stop()
    assert keeper.thread.failures == 1
