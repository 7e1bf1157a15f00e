"""What a ledger must hold after every step, kept in plain dictionaries."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from jobs.job import Claim, Job
from jobs.settings import Settings
from jobs.states import FINAL_JOB_STATES, DeliveryState, JobState, PageState
from jobs.topics import MOST_TOGETHER, QUEUES, Topic
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
class ModelJob:
    """A job as it must be."""

    wake_at: datetime
    deadline_at: datetime | None
    state: JobState = JobState.QUEUED
    open_attempts: int = 0
    open_until: datetime | None = None
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
        self.outbox: Counter[Hint] = Counter()

    def _in(self, seconds: float) -> datetime:
        return self._clock() + timedelta(seconds=seconds)

    @property
    def _patience(self) -> datetime:
        return self._in(self._settings.republish_s)

    def create(self, job: Job) -> None:
        self.jobs[job.id] = ModelJob(self._patience, job.deadline_at)
        self.outbox["open_job", (job.id,)] += 1

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

    def cancel(self, job_id: str) -> bool:
        """Say whether the job is cancelled afterwards."""
        if self.jobs[job_id].state not in FINAL_JOB_STATES:
            self._close(job_id, JobState.CANCELLED)
        return self.jobs[job_id].state is JobState.CANCELLED

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

    def begin_attempt(self, job_id: str) -> bool:
        delivery = self.jobs[job_id].delivery
        assert delivery is not None
        if delivery.state is not DeliveryState.PENDING or delivery.due_at > self._clock():
            return False
        delivery.due_at = delivery.wake_at = self._in(2 * self._settings.webhook_timeout_s)
        return True

    def delivered(self, job_id: str) -> None:
        delivery = self.jobs[job_id].delivery
        assert delivery is not None
        delivery.state = DeliveryState.DELIVERED

    def waiting(self) -> dict[Hint, datetime]:
        """What wants a worker and has none, and from when on it is to be sent again."""
        found: dict[Hint, datetime] = {}
        for job_id, job in self.jobs.items():
            free = job.open_until is None or job.open_until <= self._clock()
            if job.state is JobState.QUEUED and free:
                found["open_job", (job_id,)] = job.wake_at
            if job.read:
                found["finish_job", (job_id,)] = job.wake_at
            for number, page in job.pages.items():
                if page.state is PageState.QUEUED:
                    found["read_page", (job_id, number)] = page.wake_at
            told = job.delivery
            if told and told.state is DeliveryState.PENDING and told.due_at <= self._clock():
                found["deliver", (job_id,)] = told.wake_at
        return found

    def requeue(self, added: Counter[Hint], broker: Counter[str]) -> None:
        """Check what was sent again while the broker's queues held so many messages."""
        waiting = self.waiting()
        late = {hint for hint, wake_at in waiting.items() if wake_at <= self._clock()}
        assert set(added) <= late
        for queue in set(QUEUES.values()):
            together = max(MOST_TOGETHER[topic] for topic in QUEUES if QUEUES[topic] == queue)
            on_way = broker[queue] * together + _in_queue(self.outbox.elements(), queue)
            room = max(0, _in_queue(waiting, queue) - on_way)
            assert _in_queue(added.elements(), queue) == min(_in_queue(late, queue), room)
        for topic, args in added:
            self._waiter(topic, args).wake_at = self._patience
        self.outbox += added

    def expected(self) -> dict[str, Any]:
        """The jobs in the form that `look` gives them."""
        return {job_id: _facts(job) for job_id, job in self.jobs.items()}

    def _page(self, claim: Claim) -> ModelPage:
        return self.jobs[claim.job_id].pages[claim.number]

    def _waiter(self, topic: Topic, args: tuple[Any, ...]) -> ModelJob | ModelPage | ModelDelivery:
        job = self.jobs[args[0]]
        if topic == "read_page":
            return job.pages[args[1]]
        if topic == "deliver":
            assert job.delivery is not None
            return job.delivery
        return job

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
    return sum(QUEUES[topic] == queue for topic, _ in hints)
