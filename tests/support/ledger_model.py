"""What a ledger must hold after every step, kept in plain dictionaries."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from jobs.domain.job import Batch, Claim, Job
from jobs.domain.states import FINAL_JOB_STATES, BatchState, DeliveryState, JobState, PageState
from jobs.domain.topics import ROUTES, Topic
from jobs.queue.task_table import LONGEST_BACK_OFF
from jobs.settings import Settings
from jobs.stores.finishing import PER_PAGE_S
from tests.support.ledger_view import Hint

ENDED = {PageState.SUCCEEDED, PageState.FAILED}


@dataclass
class ModelPage:
    """A page as it must be."""

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
    state: DeliveryState = DeliveryState.PENDING


@dataclass
class ModelBatch:
    """A batch as it must be; `documents` is what its list holds."""

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
        # Every step, and until when it is left alone: None while it may be dispatched.
        self.tasks: dict[Hint, datetime | None] = {}
        self.dispatches: Counter[Hint] = Counter()  # of a step that nobody has begun since

    def _in(self, seconds: float) -> datetime:
        return self._clock() + timedelta(seconds=seconds)

    def _add(self, topic: Topic, *args: Any) -> None:
        self._hold(None, topic, *args)

    def _hold(self, until: datetime | None, topic: Topic, *args: Any) -> None:
        self.tasks[topic, args] = until
        self.dispatches[topic, args] = 0

    def _end_step(self, topic: Topic, *args: Any) -> None:
        self.tasks.pop((topic, args), None)

    def _end_steps_of(self, subject: str) -> None:
        """Those of a job or batch itself; the delivery about it goes by its id too."""
        self.tasks = {
            (topic, args): until
            for (topic, args), until in self.tasks.items()
            if args[0] != subject or topic == Topic.DELIVER
        }

    def ready(self) -> set[Hint]:
        return {hint for hint, until in self.tasks.items() if until is None}

    def dispatched(self, hint: Hint) -> None:
        topic = Topic(hint[0])
        most = LONGEST_BACK_OFF if ROUTES[topic].backs_off else 0
        assert self.tasks[hint] is None, "a step is dispatched once at a time"
        doublings = min(self.dispatches[hint], most)
        self.tasks[hint] = self._in(self._settings.republish_s * 2**doublings)
        self.dispatches[hint] += 1

    def recover(self) -> int:
        over = [
            hint
            for hint, until in self.tasks.items()
            if until is not None and until <= self._clock()
        ]
        self.tasks |= dict.fromkeys(over)
        return len(over)

    def create(self, job: Job) -> None:
        self.jobs[job.id] = ModelJob(job.deadline_at, job.begin_by, batch=job.batch_id)
        self._add(Topic.OPEN_JOB, job.id)

    def create_batch(self, batch_id: str, documents: int) -> None:
        self.batches[batch_id] = ModelBatch(documents)
        self._add(Topic.PROCESS_BATCH, batch_id)

    def begin_batch(self, batch_id: str) -> bool:
        batch = self.batches[batch_id]
        busy = batch.lease_until is not None and batch.lease_until > self._clock()
        if batch.state not in {BatchState.PREPARING, BatchState.CANCELLING}:
            self._end_step(Topic.PROCESS_BATCH, batch_id)
            return False
        if busy:
            return False
        preparing = batch.state is BatchState.PREPARING
        if preparing and batch.attempts == self._settings.max_attempts:
            self._stop(batch_id, "worker_lost")
            return False
        batch.token += 1
        batch.attempts += 1
        self._hold_batch(batch_id)
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
        self._hold_batch(job.batch_id)
        self.create(job)

    def laid_out(self, batch_id: str) -> None:
        batch = self.batches[batch_id]
        batch.state, batch.lease_until = BatchState.RUNNING, None
        self._end_step(Topic.PROCESS_BATCH, batch_id)
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

    def _hold_batch(self, batch_id: str) -> None:
        until = self._in(self._settings.lease_s + self._settings.fetch_timeout_s)
        self.batches[batch_id].lease_until = until
        self._hold(until, Topic.PROCESS_BATCH, batch_id)

    def _stop(self, batch_id: str, fault: str | None) -> None:
        batch = self.batches[batch_id]
        batch.state, batch.fault = BatchState.CANCELLING, fault
        batch.lease_until = None
        self._add(Topic.PROCESS_BATCH, batch_id)
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
        batch.lease_until = None
        self._end_steps_of(batch_id)
        batch.delivery = ModelDelivery(self._clock())
        self._add(Topic.DELIVER, batch_id)

    def begin_open(self, job_id: str) -> bool:
        job = self.jobs[job_id]
        busy = job.open_until is not None and job.open_until > self._clock()
        if job.state is not JobState.QUEUED:
            self._end_step(Topic.OPEN_JOB, job_id)
            return False
        if busy:
            return False
        if job.open_attempts == self._settings.max_attempts:
            self._close(job_id, JobState.FAILED, "worker_lost")
            return False
        settings = self._settings
        job.open_attempts += 1
        job.open_until = self._in(
            settings.decode_timeout_s + settings.lease_s + settings.fetch_timeout_s
        )
        self._hold(job.open_until, Topic.OPEN_JOB, job_id)
        return True

    def opened(self, job_id: str, numbers: Sequence[int]) -> bool:
        job = self.jobs[job_id]
        if job.state is not JobState.QUEUED:
            return False
        job.state = JobState.RUNNING
        job.open_until = None
        job.pages = {number: ModelPage() for number in numbers}
        job.events.append("job.running")
        self._end_step(Topic.OPEN_JOB, job_id)
        for number in numbers:
            self._add(Topic.READ_PAGE, job_id, number)
        return True

    def may_claim(self, job_id: str, number: int) -> bool:
        job = self.jobs[job_id]
        page = job.pages.get(number)
        return job.state is JobState.RUNNING and page is not None and page.state is PageState.QUEUED

    def not_claimed(self, job_id: str, number: int) -> None:
        """A page that is over needs no step; one that another worker has keeps it."""
        page = self.jobs[job_id].pages.get(number)
        if page is None or page.state not in {PageState.QUEUED, PageState.RUNNING}:
            self._end_step(Topic.READ_PAGE, job_id, number)

    def claimed(self, claim: Claim) -> None:
        page = self._page(claim)
        assert claim.token not in page.tokens, "a token fences only when it is new"
        page.tokens.append(claim.token)
        page.state = PageState.RUNNING
        page.attempts += 1
        assert claim.attempt == page.attempts <= self._settings.max_attempts
        page.lease_until = self._in(self._settings.lease_s)
        self._hold(page.lease_until, Topic.READ_PAGE, claim.job_id, claim.number)

    def holds(self, claim: Claim) -> bool:
        page = self._page(claim)
        return page.state is PageState.RUNNING and page.tokens[-1] == claim.token

    def renew(self, claim: Claim) -> None:
        until = self._page(claim).lease_until = self._in(self._settings.lease_s)
        self._hold(until, Topic.READ_PAGE, claim.job_id, claim.number)

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
        if job.state is not JobState.RUNNING:
            self._end_step(Topic.FINISH_JOB, job_id)
            return False
        if not job.read or busy:
            return False
        if job.finish_attempts == self._settings.max_attempts:
            self._close(job_id, JobState.FAILED, "result_failed")
            return False
        job.finish_attempts += 1
        job.open_until = self._in(self._settings.lease_s + PER_PAGE_S * len(job.pages))
        self._hold(job.open_until, Topic.FINISH_JOB, job_id)
        return True

    def put_off(self, job_id: str, worker: str) -> None:
        job = self.jobs[job_id]
        if job.state is JobState.QUEUED and job.open_attempts and worker == "opener":
            job.open_attempts -= 1
            self._put_off(job, Topic.OPEN_JOB, job_id)
        if job.state is JobState.RUNNING and job.finish_attempts and worker == "control":
            job.finish_attempts -= 1
            self._put_off(job, Topic.FINISH_JOB, job_id)

    def _put_off(self, job: ModelJob, topic: Topic, job_id: str) -> None:
        job.open_until = None
        self._hold(self._in(self._settings.republish_s), topic, job_id)

    def put_off_page(self, claim: Claim) -> None:
        self.release(claim)
        until = self._in(self._settings.republish_s)
        self._hold(until, Topic.READ_PAGE, claim.job_id, claim.number)

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
        if delivery.state is not DeliveryState.PENDING:
            self._end_step(Topic.DELIVER, owner)
            return False
        if delivery.due_at > self._clock():
            return False
        delivery.due_at = self._in(2 * self._settings.webhook_timeout_s)
        self._hold(delivery.due_at, Topic.DELIVER, owner)
        return True

    def answered(self, owner: str, well: bool, again: datetime | None) -> None:
        """The receiver took the message, or it is tried `again`, or it has failed."""
        delivery = self._told(owner)
        if again is not None:
            delivery.due_at = again
            self._hold(again, Topic.DELIVER, owner)
        else:
            self._end_step(Topic.DELIVER, owner)
            delivery.state = DeliveryState.DELIVERED if well else DeliveryState.FAILED

    def replay(self, states: Sequence[DeliveryState]) -> int:
        """Send again what has ended so; return how many."""
        owners: Mapping[str, ModelJob | ModelBatch] = {**self.jobs, **self.batches}
        ended = 0
        for owner, each in owners.items():
            told = each.delivery
            if told is not None and told.state in states:
                each.delivery = ModelDelivery(self._clock())
                self._add(Topic.DELIVER, owner)
                ended += 1
        return ended

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

    def _requeue(self, job_id: str, number: int) -> None:
        page = self.jobs[job_id].pages[number]
        page.state = PageState.QUEUED
        self.tasks[Topic.READ_PAGE, (job_id, number)] = None

    def _end(self, job_id: str, number: int, state: PageState) -> None:
        job = self.jobs[job_id]
        job.pages[number].state = state
        job.events.append(f"page.{state}")
        self._end_step(Topic.READ_PAGE, job_id, number)
        if job.read:
            self._add(Topic.FINISH_JOB, job_id)

    def _close(self, job_id: str, state: JobState, fault: str | None = None) -> None:
        job = self.jobs[job_id]
        job.state, job.fault = state, fault
        job.events.append(f"job.{state}")
        self._end_steps_of(job_id)
        job.delivery = ModelDelivery(self._clock())
        self._add(Topic.DELIVER, job_id)
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
