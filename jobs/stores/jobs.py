"""Jobs in the ledger: accepting, opening and ending them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    Update,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from jobs.admission.capacity import QueueLoad
from jobs.db import tables
from jobs.db.clock import Clock
from jobs.db.column_types import UtcDateTime
from jobs.db.engine import Database
from jobs.db.mappers import JobRow, to_job
from jobs.db.soft_delete import kept_jobs
from jobs.domain.errors import (
    IllegalTransition,
    LedgerError,
    NotFound,
    QueueFull,
)
from jobs.domain.events import JobEventKind
from jobs.domain.job import Fault, Job, NewJob
from jobs.domain.states import JobState
from jobs.domain.topics import Topic
from jobs.lifecycle.accept import Capacity, Outcome, Ready, accept_jobs
from jobs.lifecycle.job_events import log_event
from jobs.lifecycle.pages import create_pages
from jobs.lifecycle.transitions import LOST, close_job, job_transition, update_job
from jobs.queue.fast_path import choose_at_once
from jobs.queue.relay import Dispatcher
from jobs.queue.task_rows import end_unless, hold_task
from jobs.queue.task_table import messages_of
from jobs.settings import Settings
from jobs.stores.job_search import search_jobs

_JOBS = tables.jobs.c
_PAGES = tables.pages.c
MAX_LIST = 500
_TIME = UtcDateTime()
TOO_LATE = Fault(
    "deadline_passed", "Processing of the document did not start within `begin_within_s`.", "caller"
)


class JobStore:
    """The jobs of every tenant. Every method is one transaction unless it says otherwise."""

    def __init__(
        self, database: Database, settings: Settings, clock: Clock, load: QueueLoad
    ) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._load = load

    def create(self, new: NewJob) -> tuple[Job, bool]:
        """Accept a job; False and the first job when its idempotency key made one already.

        Raises IdempotencyMismatch when that was another request, QueueFull at the cap.
        """
        outcome = self.create_many([new])[new.id]
        if isinstance(outcome, LedgerError):
            raise outcome
        return outcome

    def create_many(
        self,
        news: Sequence[NewJob],
        ready: Ready | None = None,
        dispatcher: Dispatcher | None = None,
    ) -> Mapping[str, Outcome]:
        """Accept jobs in one transaction and return the outcome of each by its id.

        It commits after `ready` has returned, and not where that raises. `dispatcher` is passed
        messages of those that a reader can open at once.
        """
        now = self._clock()
        readers = 0 if dispatcher is None else dispatcher.readers()
        tenants = Counter(new.tenant for new in news)
        load = self._load
        capacity = Capacity(load.capacity(None), {name: load.capacity(name) for name in tenants})
        with self._database.write() as connection:
            at_once = choose_at_once(connection, news, readers)
            outcomes = accept_jobs(connection, news, capacity, self._settings, now, at_once)
            messages = messages_of(connection, at_once)
            if ready is not None:
                ready()
        if dispatcher is not None and messages:
            dispatcher.dispatch(messages)
        for name, count in tenants.items():
            load.consume(name, count)
        return {job_id: self._timed(outcome) for job_id, outcome in outcomes.items()}

    def _timed(self, outcome: Outcome) -> Outcome:
        """Add to a refusal when to try again."""
        return self._load.full(outcome.tenant) if isinstance(outcome, QueueFull) else outcome

    def get(self, tenant: str, job_id: str) -> Job:
        """Return a tenant's job; NotFound for another tenant's."""
        mine = (_JOBS.id == job_id) & (_JOBS.tenant == tenant) & kept_jobs()
        with self._database.read() as connection:
            row = connection.execute(select(tables.jobs).where(mine)).one_or_none()
        if row is None:
            raise NotFound(f"no job {job_id}")
        return to_job(row)

    def get_many(self, tenant: str, job_ids: Sequence[str]) -> Sequence[Job]:
        """Return those of some jobs that are the tenant's, in no order."""
        found = select(tables.jobs).where(_JOBS.tenant == tenant, kept_jobs())
        found = found.where(_JOBS.id.in_(job_ids))
        with self._database.read() as connection:
            return [to_job(row) for row in connection.execute(found)]

    def load(self, job_id: str) -> Job:
        """Return a job of any tenant; for workers."""
        with self._database.read() as connection:
            return to_job(_row(connection, job_id))

    def list(
        self,
        tenant: str,
        *,
        state: JobState | None = None,
        batch_id: str | None = None,
        search: str | None = None,
        limit: int = 50,
        before: str | None = None,
    ) -> tuple[Sequence[Job], str | None]:
        """Return a tenant's jobs, newest first, and where the next page begins, if there is one.

        `search` is a part of the file's name, of the URL or of the custom id, or the beginning of a
        job's id (jobs/stores/job_search.py).
        """
        found = select(tables.jobs).where(_JOBS.tenant == tenant, kept_jobs())
        if state is not None:
            found = found.where(_JOBS.state == state)
        if batch_id is not None:
            found = found.where(_JOBS.batch_id == batch_id)
        if before is not None:
            found = found.where(_JOBS.id < before)
        limit = min(limit, MAX_LIST)
        found = found.order_by(_JOBS.id.desc())
        with self._database.read() as connection:
            if search:
                rows = search_jobs(connection, found, tenant, search, limit + 1)
            else:
                rows = connection.execute(found.limit(limit + 1)).all()
        jobs = [to_job(row) for row in rows[:limit]]
        return jobs, jobs[-1].id if len(rows) > limit else None

    def begin_open(self, job_id: str, worker: str) -> Job | None:
        """Claim a queued job to open it; None when it moved on or another worker has it.

        Counts the attempt; a job that used up its attempts is failed instead.
        """
        now = self._clock()
        until = self._open_until(now)
        free = or_(_JOBS.open_until.is_(None), _JOBS.open_until <= now)
        mine = (_JOBS.id == job_id) & (_JOBS.state == JobState.QUEUED) & free
        attempts = _JOBS.open_attempts
        left = attempts < self._settings.max_attempts
        begin = update(tables.jobs).where(mine, left)
        begin = begin.values(opener=worker, open_attempts=attempts + 1)
        begin = begin.values(open_until=until)
        with self._database.write() as connection:
            row = update_job(connection, begin)
            if row is not None:
                hold_task(connection, Topic.OPEN_JOB, job_id, row.open_until)
                return to_job(row)
            spent = job_transition(job_id, JobState.FAILED).where(mine, ~left)
            close_job(connection, spent, now, self._settings, LOST)
            queued = exists().where(_JOBS.id == job_id, _JOBS.state == JobState.QUEUED)
            end_unless(connection, Topic.OPEN_JOB, job_id, queued)
        return None

    def put_off(self, job_id: str, worker: str) -> None:
        """Release a job that this worker opens, without counting the attempt.

        Nothing happens where another worker has claimed it since, or it moved on.
        """
        later = self._clock() + timedelta(seconds=self._settings.republish_s)
        mine = (_JOBS.id == job_id) & (_JOBS.opener == worker) & (_JOBS.open_attempts > 0)
        back = update(tables.jobs).where(mine, _JOBS.state == JobState.QUEUED)
        back = back.values(open_until=None, open_attempts=_JOBS.open_attempts - 1)
        with self._database.write() as connection:
            if update_job(connection, back) is not None:
                hold_task(connection, Topic.OPEN_JOB, job_id, later)

    def stored_input(
        self, job_id: str, blob: str, sha256: str, size: int, filename: str | None = None
    ) -> None:
        """Record the fetched input of a `source_url` job; a name given before is kept."""
        values = {
            "input_blob": blob,
            "input_sha256": sha256,
            "input_bytes": size,
            "filename": func.coalesce(_JOBS.filename, filename),
        }
        with self._database.write() as connection:
            connection.execute(update(tables.jobs).where(_JOBS.id == job_id).values(values))

    def opened(self, job_id: str, media_type: str, pages: Sequence[int]) -> bool:
        """Start reading: create the pages and their steps; False when the job moved on.

        Pages that are kept from an earlier job (`PageStore.keep`) count as read.
        """
        if not pages:
            raise ValueError(f"{job_id} has no page to read")
        now = self._clock()
        move = job_transition(
            job_id,
            JobState.RUNNING,
            media_type=media_type,
            pages_total=len(pages),
            started_at=now,
            open_until=None,
        )
        with self._database.write() as connection:
            row = update_job(connection, move)
            if row is None:
                return False
            kept = create_pages(connection, row, pages, now)
            data = {"pages_total": len(pages)} | ({"pages_kept": kept} if kept else {})
            log_event(connection, row, JobEventKind.JOB_RUNNING, data, now)
        return True

    def fail(self, job_id: str, fault: Fault) -> bool:
        """End an open job with a fault; False when it is final already."""
        return self._close(job_transition(job_id, JobState.FAILED), fault) is not None

    def cancel(self, tenant: str, job_id: str) -> Job:
        """Cancel an open job; IllegalTransition when it ended otherwise."""
        job = self._close(job_transition(job_id, JobState.CANCELLED).where(_JOBS.tenant == tenant))
        if job is None:
            job = self.get(tenant, job_id)
        if job.state is not JobState.CANCELLED:
            raise IllegalTransition(f"job {job_id} is {job.state} and cannot be cancelled")
        return job

    def expire_due(self) -> int:
        """Expire the open jobs whose deadline passed; each is a transaction."""
        due = _JOBS.deadline_at <= self._clock()
        with self._database.read() as connection:
            found = select(_JOBS.id).where(due, _JOBS.finished_at.is_(None))
            job_ids = connection.execute(found).scalars().all()
        closed = [self._close(job_transition(job_id, JobState.EXPIRED)) for job_id in job_ids]
        return sum(job is not None for job in closed)

    def fail_late(self) -> int:
        """Fail the jobs none of whose pages was started in time; each is a transaction."""
        now = self._clock()
        # A page that a worker released unread has no attempt, so it has not started either.
        started = exists().where(_PAGES.job_id == _JOBS.id, _PAGES.attempts > 0)
        late = (_JOBS.begin_by <= now) & _JOBS.finished_at.is_(None) & ~started
        with self._database.read() as connection:
            job_ids = connection.execute(select(_JOBS.id).where(late)).scalars().all()
        failed = [
            self._close(job_transition(job_id, JobState.FAILED).where(late), TOO_LATE)
            for job_id in job_ids
        ]
        return sum(job is not None for job in failed)

    def _open_until(self, now: datetime) -> ColumnElement[datetime]:
        """How long opening may take: counting pages, and fetching what is not stored yet."""
        settings = self._settings
        stored = now + timedelta(seconds=settings.decode_timeout_s + settings.lease_s)
        fetched = literal(stored + timedelta(seconds=settings.fetch_timeout_s), _TIME)
        return case((_JOBS.input_blob.is_(None), fetched), else_=literal(stored, _TIME))

    def _close(self, close: Update, fault: Fault | None = None) -> Job | None:
        with self._database.write() as connection:
            row = close_job(connection, close, self._clock(), self._settings, fault)
        return None if row is None else to_job(row)


def _row(connection: Connection, job_id: str) -> JobRow:
    row = connection.execute(select(tables.jobs).where(_JOBS.id == job_id)).one_or_none()
    if row is None:
        raise NotFound(f"no job {job_id}")
    return row
