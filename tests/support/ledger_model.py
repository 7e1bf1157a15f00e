"""What a ledger must hold after every step, kept in plain dictionaries."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from jobs.domain.job import Batch, Claim, Job
from jobs.domain.states import FINAL_JOB_STATES, BatchState, DeliveryState, JobState, PageState
from jobs.domain.topics import ROUTES, Topic
from jobs.settings import Settings
from jobs.stores.finishing import PER_PAGE_S
from tests.support.ledger_view import Hint

ENDED = {PageState.SUCCEEDED, PageState.FAILED}


@dataclass
class ModelPage:
    """A page as it must be."""

    wake_at: datetime
    state: PageState = PageState.QUEUED
    attempts: int = 0
    tokens: list[int] = field(default_factory=list)
    lease_until: datetime | None = None
    reading: str | None = None
    fault: str | None = None


@dataclass
class ModelDelivery:
    """The one message about a job's end."""

    due_at: datetime
    wake_at: datetime
    state: DeliveryState = DeliveryState.PENDING


@dataclass
class ModelBatch:
    """A batch as it must be; `documents` is what its list holds."""

    wake_at: datetime | None
    documents: int
    state: BatchState = BatchState.PREPARING
    laid_out: int = 0
    token: int = 0
    attempts: int = 0
    lease_until: datetime | None = None
    fault: str | None = None
    delivery: ModelDelivery | None = None


@dataclass
class ModelJob:
    """A job as it must be."""

    wake_at: datetime
    deadline_at: datetime | None
    begin_by: datetime | None = None
    batch: str | None = None
    state: JobState = JobState.QUEUED
    open_attempts: int = 0
    open_until: datetime | None = None
    finish_attempts: int = 0
    fault: str | None = None
    pages: dict[int, ModelPage] = field(default_factory=dict)
    events: list[str] = field(default_factory=lambda: ["job.queued"])
    delivery: ModelDelivery | None = None

    def count(self, state: PageState) -> int:
        """Pages in a state."""
        return sum(page.state is state for page in self.pages.values())

    @property
    def read(self) -> bool:
        """Running, with no page left to end."""
        return self.state is JobState.RUNNING and all(
            page.state in ENDED for page in self.pages.values()
        )


class LedgerModel:
    """The rules of the ledger for one caller at a time; each method is one transaction."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self.jobs: dict[str, ModelJob] = {}
        self.batches: dict[str, ModelBatch] = {}
        self.outbox: Counter[Hint] = Counter()

    def _in(self, seconds: float) -> datetime:
        return self._clock() + timedelta(seconds=seconds)

    @property
    def _patience(self) -> datetime:
        return self._in(self._settings.republish_s)

    def create(self, job: Job) -> None:
        self.jobs[job.id] = ModelJob(
            self._patience, job.deadline_at, job.begin_by, batch=job.batch_id
        )
        self.outbox["open_job", (job.id,)] += 1

    def create_batch(self, batch_id: str, documents: int) -> None:
        self.batches[batch_id] = ModelBatch(self._patience, documents)
        self.outbox["tend_batch", (batch_id,)] += 1

    def begin_batch(self, batch_id: str) -> bool:
        batch = self.batches[batch_id]
        busy = batch.lease_until is not None and batch.lease_until > self._clock()
        if batch.wake_at is None or busy:
            return False
        preparing = batch.state is BatchState.PREPARING
        if preparing and batch.attempts == self._settings.max_attempts:
            self._stop(batch_id, "worker_lost")
            return False
        batch.token += 1
        batch.attempts += 1
        self._hold(batch)
        return True

    def may_lay_out(self, held: Batch) -> bool:
        batch = self.batches[held.id]
        preparing = batch.state is BatchState.PREPARING
        return preparing and (batch.token, batch.laid_out) == (held.token, held.laid_out)

    def laid_one_out(self, job: Job) -> None:
        assert job.batch_id is not None
        batch = self.batches[job.batch_id]
        assert batch.laid_out == job.batch_index
        batch.laid_out += 1
        batch.attempts = 1
        self._hold(batch)
        self.create(job)

    def laid_out(self, batch_id: str) -> None:
        batch = self.batches[batch_id]
        batch.state, batch.wake_at, batch.lease_until = BatchState.RUNNING, None, None
        self._end_batch_when_over(batch_id)

    def cancel_batch(self, batch_id: str) -> bool:
        """Say whether the batch is or will be cancelled."""
        batch = self.batches[batch_id]
        if batch.state in {BatchState.PREPARING, BatchState.RUNNING}:
            self._stop(batch_id, None)
        return batch.state in {BatchState.CANCELLING, BatchState.CANCELLED}

    def cancel_jobs(self, batch_id: str) -> None:
        for job_id in self._open_jobs(batch_id):
            self._close(job_id, JobState.CANCELLED)

    def _open_jobs(self, batch_id: str) -> Sequence[str]:
        return [
            job_id
            for job_id, job in self.jobs.items()
            if job.batch == batch_id and job.state not in FINAL_JOB_STATES
        ]

    def _hold(self, batch: ModelBatch) -> None:
        held_s = self._settings.lease_s + self._settings.fetch_timeout_s
        batch.lease_until = batch.wake_at = self._in(held_s)

    def _stop(self, batch_id: str, fault: str | None) -> None:
        batch = self.batches[batch_id]
        batch.state, batch.fault = BatchState.CANCELLING, fault
        batch.lease_until, batch.wake_at = None, self._patience
        if self._open_jobs(batch_id):
            self.outbox["tend_batch", (batch_id,)] += 1
        self._end_batch_when_over(batch_id)

    def _end_batch_when_over(self, batch_id: str) -> None:
        batch = self.batches[batch_id]
        if self._open_jobs(batch_id) or batch.state not in {
            BatchState.RUNNING,
            BatchState.CANCELLING,
        }:
            return
        if batch.state is BatchState.RUNNING:
            batch.state = BatchState.COMPLETED
        else:
            batch.state = BatchState.FAILED if batch.fault else BatchState.CANCELLED
        batch.wake_at = batch.lease_until = None
        batch.delivery = ModelDelivery(self._clock(), self._patience)
        self.outbox["deliver", (batch_id,)] += 1

    def begin_open(self, job_id: str) -> bool:
        job = self.jobs[job_id]
        busy = job.open_until is not None and job.open_until > self._clock()
        if job.state is not JobState.QUEUED or busy:
            return False
        if job.open_attempts == self._settings.max_attempts:
            self._close(job_id, JobState.FAILED, "worker_lost")
            return False
        settings = self._settings
        job.open_attempts += 1
        job.open_until = job.wake_at = self._in(
            settings.decode_timeout_s + settings.lease_s + settings.fetch_timeout_s
        )
        return True

    def opened(self, job_id: str, numbers: Sequence[int]) -> bool:
        job = self.jobs[job_id]
        if job.state is not JobState.QUEUED:
            return False
        job.state = JobState.RUNNING
        job.open_until = None
        job.pages = {number: ModelPage(self._patience) for number in numbers}
        job.events.append("job.running")
        self.outbox.update(("read_page", (job_id, number)) for number in numbers)
        return True

    def may_claim(self, job_id: str, number: int) -> bool:
        job = self.jobs[job_id]
        page = job.pages.get(number)
        return job.state is JobState.RUNNING and page is not None and page.state is PageState.QUEUED

    def claimed(self, claim: Claim) -> None:
        page = self._page(claim)
        assert claim.token not in page.tokens, "a token fences only when it is new"
        page.tokens.append(claim.token)
        page.state = PageState.RUNNING
        page.attempts += 1
        assert claim.attempt == page.attempts <= self._settings.max_attempts
        page.lease_until = self._in(self._settings.lease_s)

    def holds(self, claim: Claim) -> bool:
        page = self._page(claim)
        return page.state is PageState.RUNNING and page.tokens[-1] == claim.token

    def renew(self, claim: Claim) -> None:
        self._page(claim).lease_until = self._in(self._settings.lease_s)

    def succeed(self, claim: Claim, reading: str) -> None:
        self._page(claim).reading = reading
        self._end(claim.job_id, claim.number, PageState.SUCCEEDED)

    def fail(self, claim: Claim, fault: str) -> None:
        self._page(claim).fault = fault
        self._end(claim.job_id, claim.number, PageState.FAILED)

    def release(self, claim: Claim) -> None:
        self._page(claim).attempts -= 1
        self._requeue(claim.job_id, claim.number)

    def lapse(self) -> int:
        """Take back what is held beyond its lease; return how many pages that are."""
        late = [
            (job_id, number, page)
            for job_id, job in self.jobs.items()
            for number, page in job.pages.items()
            if page.state is PageState.RUNNING
            and page.lease_until is not None
            and page.lease_until < self._clock()
        ]
        for job_id, number, page in late:
            if page.attempts < self._settings.max_attempts:
                self._requeue(job_id, number)
            else:
                page.fault = "worker_lost"
                self._end(job_id, number, PageState.FAILED)
        return len(late)

    def expire_due(self) -> int:
        """Expire what is open past its deadline; return how many jobs that are."""
        due = [
            job_id
            for job_id, job in self.jobs.items()
            if job.state not in FINAL_JOB_STATES
            and job.deadline_at is not None
            and job.deadline_at <= self._clock()
        ]
        for job_id in due:
            self._close(job_id, JobState.EXPIRED)
        return len(due)

    def fail_late(self) -> int:
        """Fail what is not begun by its time; return how many jobs that are."""
        late = [
            job_id
            for job_id, job in self.jobs.items()
            if job.state not in FINAL_JOB_STATES
            and job.begin_by is not None
            and job.begin_by <= self._clock()
            and not any(page.attempts for page in job.pages.values())
        ]
        for job_id in late:
            self._close(job_id, JobState.FAILED, "deadline_passed")
        return len(late)

    def cancel(self, job_id: str) -> bool:
        """Say whether the job is cancelled afterwards."""
        if self.jobs[job_id].state not in FINAL_JOB_STATES:
            self._close(job_id, JobState.CANCELLED)
        return self.jobs[job_id].state is JobState.CANCELLED

    def begin_finish(self, job_id: str) -> bool:
        job = self.jobs[job_id]
        busy = job.open_until is not None and job.open_until > self._clock()
        if not job.read or busy:
            return False
        if job.finish_attempts == self._settings.max_attempts:
            self._close(job_id, JobState.FAILED, "result_failed")
            return False
        job.finish_attempts += 1
        job.open_until = job.wake_at = self._in(
            self._settings.lease_s + PER_PAGE_S * len(job.pages)
        )
        return True

    def put_off(self, job_id: str, worker: str) -> None:
        job = self.jobs[job_id]
        if job.state is JobState.RUNNING and job.finish_attempts and worker == "control":
            job.finish_attempts -= 1
            job.open_until = None
            job.wake_at = self._patience

    def finish(self, job_id: str) -> bool:
        job = self.jobs[job_id]
        if not job.read:
            return False
        if job.count(PageState.FAILED) == 0:
            self._close(job_id, JobState.SUCCEEDED)
        elif job.count(PageState.SUCCEEDED) > 0:
            self._close(job_id, JobState.PARTIAL)
        else:
            self._close(job_id, JobState.FAILED, job.pages[min(job.pages)].fault)
        return True

    def _told(self, owner: str) -> ModelDelivery:
        """The message about a job or a batch."""
        owners: Mapping[str, ModelJob | ModelBatch] = {**self.jobs, **self.batches}
        delivery = owners[owner].delivery
        assert delivery is not None
        return delivery

    def begin_attempt(self, owner: str) -> bool:
        delivery = self._told(owner)
        if delivery.state is not DeliveryState.PENDING or delivery.due_at > self._clock():
            return False
        delivery.due_at = delivery.wake_at = self._in(2 * self._settings.webhook_timeout_s)
        return True

    def answered(self, owner: str, well: bool, again: datetime | None) -> None:
        """The receiver took the message, or it is tried `again`, or it has failed."""
        delivery = self._told(owner)
        if again is not None:
            delivery.due_at = delivery.wake_at = again
        else:
            delivery.state = DeliveryState.DELIVERED if well else DeliveryState.FAILED

    def replay(self, states: Sequence[DeliveryState]) -> int:
        """Send again what has ended so; return how many."""
        owners: Mapping[str, ModelJob | ModelBatch] = {**self.jobs, **self.batches}
        ended = 0
        for owner, each in owners.items():
            told = each.delivery
            if told is not None and told.state in states:
                each.delivery = ModelDelivery(self._clock(), self._patience)
                self.outbox["deliver", (owner,)] += 1
                ended += 1
        return ended

    def waiting(self) -> dict[Hint, datetime]:
        """What wants a worker and has none, and from when on it is to be sent again."""
        found: dict[Hint, datetime] = {}
        for job_id, job in self.jobs.items():
            free = job.open_until is None or job.open_until <= self._clock()
            if job.state is JobState.QUEUED and free:
                found["open_job", (job_id,)] = job.wake_at
            if job.read and free:
                found["finish_job", (job_id,)] = job.wake_at
            for number, page in job.pages.items():
                if page.state is PageState.QUEUED:
                    found["read_page", (job_id, number)] = page.wake_at
        for batch_id, batch in self.batches.items():
            free = batch.lease_until is None or batch.lease_until <= self._clock()
            if batch.wake_at is not None and free:
                found["tend_batch", (batch_id,)] = batch.wake_at
        for owner, each in [*self.jobs.items(), *self.batches.items()]:
            told = each.delivery
            if told and told.state is DeliveryState.PENDING and told.due_at <= self._clock():
                found["deliver", (owner,)] = told.wake_at
        return found

    def requeue(self, added: Counter[Hint], broker: Counter[str]) -> None:
        """Check what was sent again while the broker's queues held so many messages."""
        waiting = self.waiting()
        lapsed = {hint for hint, wake_at in waiting.items() if wake_at <= self._clock()}
        late = {hint for hint in lapsed if not self.outbox[hint]}
        assert set(added) <= late
        for queue in {route.queue for route in ROUTES.values()}:
            together = max(
                ROUTES[topic].rows_per_message for topic in ROUTES if ROUTES[topic].queue == queue
            )
            on_way = broker[queue] * together + _in_queue(self.outbox.elements(), queue)
            room = max(0, _in_queue(waiting, queue) - on_way)
            assert _in_queue(added.elements(), queue) == min(_in_queue(late, queue), room)
        for topic, args in added:
            self._waiter(topic, args).wake_at = self._patience
        self.outbox += added

    def expected(self) -> dict[str, Any]:
        """The jobs in the form that `look` gives them."""
        return {job_id: _facts(job) for job_id, job in self.jobs.items()}

    def expected_batches(self) -> dict[str, Any]:
        """The batches in the form that `look` gives them."""
        return {
            batch_id: {
                "state": batch.state,
                "fault": batch.fault,
                "laid_out": batch.laid_out,
                "open_jobs": len(self._open_jobs(batch_id)),
                "deliveries": [(f"batch.{batch.state}", batch.delivery.state)]
                if batch.delivery
                else [],
            }
            for batch_id, batch in self.batches.items()
        }

    def _page(self, claim: Claim) -> ModelPage:
        return self.jobs[claim.job_id].pages[claim.number]

    def _waiter(
        self, topic: Topic, args: tuple[Any, ...]
    ) -> ModelBatch | ModelJob | ModelPage | ModelDelivery:
        if topic == "tend_batch":
            return self.batches[args[0]]
        if topic == "deliver":
            return self._told(args[0])
        job = self.jobs[args[0]]
        return job.pages[args[1]] if topic == "read_page" else job

    def _requeue(self, job_id: str, number: int) -> None:
        page = self.jobs[job_id].pages[number]
        page.state = PageState.QUEUED
        page.wake_at = self._patience
        self.outbox["read_page", (job_id, number)] += 1

    def _end(self, job_id: str, number: int, state: PageState) -> None:
        job = self.jobs[job_id]
        job.pages[number].state = state
        job.events.append(f"page.{state}")
        if job.read:
            job.wake_at = self._patience
            self.outbox["finish_job", (job_id,)] += 1

    def _close(self, job_id: str, state: JobState, fault: str | None = None) -> None:
        job = self.jobs[job_id]
        job.state, job.fault = state, fault
        job.events.append(f"job.{state}")
        job.delivery = ModelDelivery(self._clock(), self._patience)
        self.outbox["deliver", (job_id,)] += 1
        for page in job.pages.values():
            if page.state not in ENDED:
                page.state = PageState.CANCELLED
        if job.batch is not None:
            self._end_batch_when_over(job.batch)


def _facts(job: ModelJob) -> dict[str, Any]:
    told = job.delivery
    return {
        "state": job.state,
        "fault": job.fault,
        "ended": job.state in FINAL_JOB_STATES,
        "total": len(job.pages) or None,
        "succeeded": job.count(PageState.SUCCEEDED),
        "failed": job.count(PageState.FAILED),
        "events": list(enumerate(job.events, start=1)),
        "deliveries": [(f"job.{job.state}", told.state)] if told else [],
        "pages": {
            number: (page.state, page.attempts, page.fault, page.reading)
            for number, page in job.pages.items()
        },
    }


def _in_queue(hints: Iterable[Hint], queue: str) -> int:
    return sum(ROUTES[topic].queue == queue for topic, _ in hints)
