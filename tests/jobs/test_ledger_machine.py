"""A ledger driven at random on a simulated clock, compared with a model after every step.

Workers hang and die, messages come late, twice, in any order or never, callers change their mind.
In the end only what real workers do may bring every job to its end.
"""

import os
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from jobs.domain.delivery import Attempt, DeliveryFilter
from jobs.domain.errors import IllegalTransition, StaleClaim
from jobs.domain.ids import part_id
from jobs.domain.job import Batch, Claim, Priority
from jobs.domain.states import BatchState, DeliveryState
from jobs.ledger import Ledger
from jobs.queue.task_table import Message
from jobs.settings import Settings
from tests.support.ledger_fixtures import ManualClock
from tests.support.ledger_model import LedgerModel
from tests.support.ledger_view import Seen, is_over, look, open_jobs
from tests.support.ledgers import TENANT, UNREADABLE, clear, created, new_batch, new_job

PICK = st.integers(0, 99)
LONGEST_HOLD_S = 100  # longer than a lease, an opening, an attempt at a delivery, or republish_s
LONGEST_WAIT_S = 1000  # longer than any step that was sent and not begun waits to be sent again
SWEEPS = 4
WELL, BUSY, REFUSED = 204, 503, 404  # what a receiver answers: tried again, and given up
LONG = os.environ.get("CHAOS") == "full"
EXAMPLES = {"sqlite": 400, "postgresql": 50} if LONG else {"sqlite": 60, "postgresql": 8}


class LedgerMachine(RuleBasedStateMachine):
    """Plays callers, relay, broker, workers and reconciler; any of them may die at any moment."""

    claims: Bundle[Claim] = Bundle("claims")

    def __init__(self, ledger: Ledger, settings: Settings, clock: ManualClock) -> None:
        super().__init__()
        self.ledger, self.clock = ledger, clock
        self.model = LedgerModel(settings, clock)
        self.broker: list[Message] = []
        self.seen = Seen({}, {}, {}, {})
        self.tenders: list[Batch] = []
        self.answer = WELL

    def _job(self, pick: int) -> str:
        ids = list(self.model.jobs)
        return ids[pick % len(ids)]

    @initialize(target=claims, pages=st.integers(1, 3))
    def start_in_the_middle(self, pages: int) -> Any:
        """A job whose pages are all being read: few random steps come this far."""
        self.create(deadline_s=None)
        job_id = self._job(0)
        self._open(job_id, pages, dies=False)
        return multiple(*self._claim_all(job_id))

    @rule(
        deadline_s=st.none() | st.integers(1, 300),
        begin_within_s=st.none() | st.integers(1, 300),
        priority=st.sampled_from(Priority),
    )
    def create(
        self,
        deadline_s: int | None,
        begin_within_s: int | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> None:
        job = created(
            self.ledger, deadline_s=deadline_s, begin_within_s=begin_within_s, priority=priority
        )
        self.model.create(job)

    @rule(documents=st.integers(1, 3))
    def create_batch(self, documents: int) -> None:
        batch, _ = self.ledger.batches.create(new_batch())
        self.model.create_batch(batch.id, documents)

    @rule(pick=PICK)
    @precondition(lambda self: self.model.batches)
    def cancel_batch(self, pick: int) -> None:
        ids = list(self.model.batches)
        batch_id = ids[pick % len(ids)]
        with (
            nullcontext() if self.model.cancel_batch(batch_id) else pytest.raises(IllegalTransition)
        ):
            self.ledger.batches.cancel(TENANT, batch_id)

    @rule(pick=PICK)
    @precondition(lambda self: self.tenders)
    def tend_late(self, pick: int) -> None:
        """Somebody comes back that was thought dead, after others may have laid the batch out."""
        self._lay_one_out(self.tenders[pick % len(self.tenders)])

    @rule(documents=st.integers(1, 3))
    def overtake_tender(self, documents: int) -> None:
        """A tender hangs beyond its lease, another takes the batch up, and the first comes back."""
        self.create_batch(documents)
        batch_id = list(self.model.batches)[-1]
        first = self._begin_batch(batch_id)
        self.clock.advance(seconds=LONGEST_HOLD_S)
        second = self._begin_batch(batch_id)
        for batch in (first, second):
            assert batch is not None
            self._lay_one_out(batch)
            self.ledger_holds_what_it_must()

    def _begin_batch(self, batch_id: str) -> Batch | None:
        batch = self.ledger.batches.begin(batch_id, "tender")
        assert (batch is not None) == self.model.begin_batch(batch_id)
        if batch is not None:
            self.tenders.append(batch)
        return batch

    def _tend(self, batch_id: str, dies: bool) -> None:
        batch = self._begin_batch(batch_id)
        if batch is None:
            return
        if batch.state is BatchState.CANCELLING:
            if not dies:
                self.model.cancel_jobs(batch_id)
                while self.ledger.batches.cancel_some(batch):
                    pass
            return
        while batch is not None and batch.laid_out < self.model.batches[batch_id].documents:
            batch = self._lay_one_out(batch)
            if dies:
                return
        if batch is not None:
            self.ledger.batches.expanded(batch)
            self.model.laid_out(batch_id)

    def _lay_one_out(self, batch: Batch) -> Batch | None:
        job_id, index = part_id("job", batch.id, batch.laid_out), batch.laid_out
        new = new_job(id=job_id, batch_id=batch.id, batch_index=index)
        may = self.model.may_lay_out(batch)
        may = may and index < self.model.batches[batch.id].documents
        if not may and self.model.may_lay_out(batch):
            return None  # all of it is laid out: its tender would not go on
        with nullcontext() if may else pytest.raises(StaleClaim):
            batch = self.ledger.batches.expand(batch, [new])
        if not may:
            return None
        self.model.laid_one_out(self.ledger.jobs.load(job_id))
        self.tenders.append(batch)
        return batch

    @rule(claim=claims, pick=st.none() | PICK)
    def cancel(self, claim: Claim, pick: int | None) -> None:
        job_id = claim.job_id if pick is None else self._job(pick)
        with nullcontext() if self.model.cancel(job_id) else pytest.raises(IllegalTransition):
            self.ledger.jobs.cancel(TENANT, job_id)

    @rule(limit=st.integers(1, 5), dies=st.booleans())
    def publish(self, limit: int, dies: bool) -> None:
        """A relay that dies before it has published loses the messages for a while."""
        messages = self.ledger.tasks.take(limit)
        assert len(messages) == min(limit, len(self.model.ready()))
        for message in messages:
            self.model.dispatched(self._hint(message))
        if not dies:
            self.broker += messages

    def _hint(self, message: Message) -> Any:
        return self.seen.hint(message.topic, message.args)

    @rule()
    def wipe_the_broker(self) -> None:
        self.broker.clear()

    @rule(
        target=claims,
        picks=st.lists(PICK, min_size=1, max_size=4),
        pages=st.integers(1, 3),
        again=st.booleans(),
        dies=st.booleans(),
    )
    @precondition(lambda self: self.broker)
    def handle(self, picks: Sequence[int], pages: int, again: bool, dies: bool) -> Any:
        """Messages in any order; with `again` they stay and are given to somebody else, too."""
        claims = []
        for pick in picks:
            if self.broker:
                at = pick % len(self.broker)
                message = self.broker[at] if again else self.broker.pop(at)
                claims += self._handle(message, pages, dies)
        return multiple(*claims)

    def _handle(self, message: Message, pages: int, dies: bool) -> list[Claim]:
        """Do what a worker does first with a message; return the pages it then reads."""
        if message.topic == "read_page":
            return self._claim(*message.args)
        if message.topic == "open_job":
            self._open(message.args[0], pages, dies)
        elif message.topic == "tend_batch":
            self._tend(message.args[0], dies)
        elif message.topic == "finish_job":
            self._begin_finish(message.args[0], dies)
        else:
            self._deliver(message.args[0], self._hint(message)[1][0], dies)
        return []

    def _open(self, job_id: str, pages: int, dies: bool) -> None:
        begun = self.ledger.jobs.begin_open(job_id, "opener")
        assert (begun is not None) == self.model.begin_open(job_id)
        if begun is not None and not dies:
            self.opened(job_id, pages)

    def opened(self, job_id: str, pages: int) -> None:
        numbers = range(1, pages + 1)
        opened = self.ledger.jobs.opened(job_id, "application/pdf", numbers)
        assert opened == self.model.opened(job_id, numbers)

    @rule(pick=PICK, pages=st.integers(1, 3))
    def open_late(self, pick: int, pages: int) -> None:
        """An opener comes back that was thought dead, after others may have opened the job."""
        job_id = self._job(pick)
        if self.model.jobs[job_id].open_attempts:
            self.opened(job_id, pages)

    def _claim(self, job_id: str, number: int) -> list[Claim]:
        claim = self.ledger.pages.claim(job_id, number, "reader")
        assert (claim is not None) == self.model.may_claim(job_id, number)
        if claim is None:
            self.model.not_claimed(job_id, number)
            return []
        self.model.claimed(claim)
        return [claim]

    def _claim_all(self, job_id: str) -> list[Claim]:
        pages = self.model.jobs[job_id].pages
        return [claim for number in pages for claim in self._claim(job_id, number)]

    @rule(claim=claims)
    def succeed(self, claim: Claim) -> None:
        """With any claim ever given, as a worker does that was thought dead."""
        reading = f'"{claim.number} read under {claim.token}"'
        if self.model.holds(claim):
            self.ledger.pages.succeed(claim, reading)
            self.model.succeed(claim, reading)
        else:
            with pytest.raises(StaleClaim):
                self.ledger.pages.succeed(claim, reading)

    @rule(claim=claims)
    def fail(self, claim: Claim) -> None:
        if self.model.holds(claim):
            self.ledger.pages.fail(claim, UNREADABLE)
            self.model.fail(claim, UNREADABLE.code)
        else:
            with pytest.raises(StaleClaim):
                self.ledger.pages.fail(claim, UNREADABLE)

    @rule(claim=claims)
    def release(self, claim: Claim) -> None:
        """A worker that shuts down; a lost claim changes nothing."""
        self.ledger.pages.release(claim)
        if self.model.holds(claim):
            self.model.release(claim)

    @rule(claim=claims)
    def renew(self, claim: Claim) -> None:
        holds = self.model.holds(claim)
        assert self.ledger.pages.renew([claim]) == {claim: holds}
        if holds:
            self.model.renew(claim)

    @rule(target=claims, claim=claims, times=st.integers(1, 3))
    def overtake(self, claim: Claim, times: int) -> Any:
        """Workers hang beyond their leases, others read on, and one of the first comes back."""
        claims = []
        for _ in range(times):
            self.clock.advance(seconds=31)
            self.sweep()
            claims += self._claim_all(claim.job_id)
        for come_back in (self.renew, self.release, self.fail, self.succeed):
            come_back(claim)
            self.ledger_holds_what_it_must()
        return multiple(*claims)

    @rule(times=st.integers(1, 4))
    def lose_openers(self, times: int) -> None:
        self.create(deadline_s=None)
        for _ in range(times):
            self._open(list(self.model.jobs)[-1], pages=1, dies=True)
            self.clock.advance(seconds=LONGEST_HOLD_S)

    @rule()
    def lag(self) -> None:
        """What waits has its messages in the broker, and no worker comes to take them."""
        self.create(deadline_s=None)
        self.publish(limit=100, dies=False)
        self.clock.advance(seconds=31)
        self.sweep()

    @rule(times=st.integers(1, 4))
    def lose_finishers(self, times: int) -> None:
        """Control workers die with a document that never comes together."""
        for job_id, job in list(self.model.jobs.items()):
            if job.read:
                for _ in range(times):
                    self._begin_finish(job_id, dies=True)
                    self.clock.advance(seconds=LONGEST_HOLD_S)
                return

    @rule(pick=PICK, worker=st.sampled_from(["control", "opener", "another"]))
    def put_off(self, pick: int, worker: str) -> None:
        """The blob store is away; only the worker that has the job in hand may say so."""
        job_id = self._job(pick)
        for store in (self.ledger.jobs, self.ledger.finishing):
            store.put_off(job_id, worker)
        self.model.put_off(job_id, worker)

    @rule(claim=claims)
    def put_off_page(self, claim: Claim) -> None:
        self.ledger.pages.put_off(claim)
        if self.model.holds(claim):
            self.model.put_off_page(claim)

    @rule(pick=PICK)
    def finish_late(self, pick: int) -> None:
        """A control worker thought dead comes back with the result that others would make."""
        self._finish(self._job(pick))

    def _begin_finish(self, job_id: str, dies: bool) -> None:
        begun = self.ledger.finishing.begin(job_id, "control")
        assert (begun is not None) == self.model.begin_finish(job_id)
        if begun is not None and not dies:
            self._finish(job_id)

    def _finish(self, job_id: str) -> None:
        finished = self.ledger.finishing.finish(job_id, "result")
        assert (finished is not None) == self.model.finish(job_id)

    def _deliver(self, delivery_id: str, job_id: str, dies: bool) -> None:
        begun = self.ledger.deliveries.begin_attempt(delivery_id)
        assert (begun is not None) == self.model.begin_attempt(job_id)
        if begun is not None and not dies:
            answer = Attempt(delivery_id, 1, self.clock(), duration_ms=5, status=self.answer)
            again = self.clock() + timedelta(seconds=5) if self.answer == BUSY else None
            self.ledger.deliveries.record(begun[0], answer, retry_at=again)
            self.model.answered(job_id, self.answer == WELL, again)

    @rule(status=st.sampled_from([WELL, BUSY, REFUSED]))
    def change_the_receiver(self, status: int) -> None:
        """What it answers from now on."""
        self.answer = status

    @rule(
        states=st.sampled_from(
            [(DeliveryState.FAILED,), (DeliveryState.FAILED, DeliveryState.DELIVERED)]
        )
    )
    def replay(self, states: tuple[DeliveryState, ...]) -> None:
        again = self.ledger.deliveries.replay_many(TENANT, DeliveryFilter(states=states))
        assert again == self.model.replay(states)

    @rule(seconds=st.sampled_from([1, 20, 31, LONGEST_HOLD_S]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds=seconds)

    @rule()
    def sweep(self) -> None:
        """What the reconciler does, step for step."""
        assert self.ledger.pages.lapse() == self.model.lapse()
        assert self.ledger.jobs.expire_due() == self.model.expire_due()
        assert self.ledger.jobs.fail_late() == self.model.fail_late()
        self.ledger_holds_what_it_must()
        assert self.ledger.tasks.recover() == self.model.recover()

    @invariant()
    def ledger_holds_what_it_must(self) -> None:
        self.seen = look(self.ledger)
        assert self.seen.jobs == self.model.expected()
        assert self.seen.batches == self.model.expected_batches()
        assert self.seen.tasks == self.model.tasks

    def teardown(self) -> None:
        """Workers and the reconciler do their part: every job ends, and is told of once."""
        self.answer = WELL
        self.replay((DeliveryState.FAILED,))
        self._work_off()
        for _ in range(SWEEPS):
            if not is_over(self.seen):
                self.clock.advance(seconds=LONGEST_WAIT_S)
                self.sweep()
                self._work_off()
        assert is_over(self.seen)
        assert open_jobs(self.ledger) == 0

    def _work_off(self) -> None:
        """Until no worker is told of anything any more; whatever comes, comes twice."""
        self.publish(limit=100, dies=False)
        while self.broker:
            messages, self.broker = self.broker, []
            for message in messages * 2:
                for claim in self._handle(message, pages=2, dies=False):
                    self.succeed(claim)
            self.ledger_holds_what_it_must()
            self.publish(limit=100, dies=False)


@pytest.mark.slow
@pytest.mark.timeout(1800 if LONG else 600)
@pytest.mark.parametrize("settings", list(EXAMPLES), indirect=True)
def test_whatever_happens_the_ledger_keeps_its_rules(
    settings: Settings, ledger: Ledger, clock: ManualClock
) -> None:
    """The machine asserts after every step; what fails is told as the shortest story there is."""

    def new_machine() -> LedgerMachine:
        clear(ledger)
        ledger.endpoints.create(TENANT, "https://receiver.test/hook")
        return LedgerMachine(ledger, settings, clock)

    profile = hypothesis.settings(
        max_examples=EXAMPLES["sqlite" if ledger.database.is_sqlite else "postgresql"],
        stateful_step_count=20,
        phases=[Phase.generate, Phase.shrink],
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    run_state_machine_as_test(new_machine, settings=profile)
