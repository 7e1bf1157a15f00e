"""Pages in the ledger: claims with leases and fencing tokens, readings, lapses."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    delete,
    exists,
    insert,
    literal,
    select,
    update,
)

from jobs.db import tables
from jobs.db.clock import Clock
from jobs.db.engine import Database
from jobs.db.mappers import to_page
from jobs.domain.errors import StaleClaim
from jobs.domain.job import Claim, Fault, Job, PageRow
from jobs.domain.states import JobState, PageState
from jobs.domain.topics import Topic
from jobs.lifecycle.settle_page import held_page, settle_page, update_page
from jobs.lifecycle.transitions import LOST, page_transition
from jobs.queue.task_rows import add_tasks, end_unless, hold_task, release_task
from jobs.settings import Settings

_JOBS = tables.jobs.c
_PAGES = tables.pages.c
_RESULTS = tables.page_results.c
RESULTS_AT_ONCE = 16
KEPT_AT_ONCE = 100
DROPPED_AT_ONCE = 100


class PageStore:
    """The pages of every job. A page's reading is written once, by the holder of its claim."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock

    def claim(self, job_id: str, number: int, worker: str) -> Claim | None:
        """Claim a queued page of a running job; None when it is not available."""
        lease_until = self._lease_until()
        job_runs = exists().where(_JOBS.id == job_id, _JOBS.state == JobState.RUNNING)
        take = page_transition(
            job_id,
            number,
            PageState.RUNNING,
            attempts=_PAGES.attempts + 1,
            token=_PAGES.token + 1,
            worker=worker,
            lease_until=lease_until,
        )
        with self._database.write() as connection:
            row = update_page(connection, take.where(job_runs))
            if row is None:
                end_unless(connection, Topic.READ_PAGE, job_id, _is_open(job_id, number), number)
                return None
            hold_task(connection, Topic.READ_PAGE, job_id, lease_until, number)
        return Claim(job_id, number, row.token, row.attempts, lease_until)

    def renew(self, claims: Sequence[Claim]) -> dict[Claim, bool]:
        """Extend leases, each in its own transaction; False means stop working on that page."""
        return {claim: self._renew(claim) for claim in claims}

    def _renew(self, claim: Claim) -> bool:
        until = self._lease_until()
        extend = held_page(claim, update(tables.pages)).values(lease_until=until)
        with self._database.write() as connection:
            if update_page(connection, extend) is None:
                return False
            hold_task(connection, Topic.READ_PAGE, claim.job_id, until, claim.number)
        return True

    def succeed(self, claim: Claim, reading_json: str) -> None:
        """Store a page's reading; the last page adds the step that finishes the job.

        Raises StaleClaim when the claim was lost; nothing is stored then.
        """
        reading = {"job_id": claim.job_id, "number": claim.number, "reading": reading_json}
        with self._database.write() as connection:
            self._settle(connection, claim, PageState.SUCCEEDED)
            connection.execute(insert(tables.page_results), reading)

    def fail(self, claim: Claim, fault: Fault) -> None:
        """Store why a page cannot be read. Raises StaleClaim when the claim was lost."""
        with self._database.write() as connection:
            self._settle(connection, claim, PageState.FAILED, fault)

    def release(self, claim: Claim) -> None:
        """Release a page unread, without counting the attempt; a lost claim is not an error."""
        with self._database.write() as connection:
            self._requeue(connection, claim, attempts=_PAGES.attempts - 1)

    def put_off(self, claim: Claim) -> None:
        """Release a page for a later time, without counting the attempt: the cause is not its own.

        A lost claim is not an error.
        """
        later = self._clock() + timedelta(seconds=self._settings.republish_s)
        with self._database.write() as connection:
            if self._requeue(connection, claim, attempts=_PAGES.attempts - 1):
                hold_task(connection, Topic.READ_PAGE, claim.job_id, later, claim.number)

    def lapse(self) -> int:
        """Take pages back whose lease has lapsed; return how many.

        Each is queued again, or fails when its attempts are used up.
        """
        now = self._clock()
        late = select(tables.pages).where(_PAGES.lease_until < now)
        with self._database.read() as connection:
            rows = connection.execute(late).all()
        # Sorted here: asked for an order, SQLite would read every page by its key instead.
        claims = sorted(map(_claim, rows), key=attrgetter("job_id", "number"))
        return sum(self._lapse(claim, now) for claim in claims)

    def _lapse(self, claim: Claim, now: datetime) -> bool:
        late = _PAGES.lease_until < now  # it may have been renewed since it was selected
        try:
            with self._database.write() as connection:
                if claim.attempt < self._settings.max_attempts:
                    return self._requeue(connection, claim, late)
                self._settle(connection, claim, PageState.FAILED, LOST, late)
        except StaleClaim:
            return False
        return True

    def keep(self, job: Job, numbers: Sequence[int]) -> None:
        """Copy the readings of the job that this one retries, before its pages are created.

        Copies nothing where that job is gone, or has another document or other options.
        """
        source = select(tables.jobs).where(_JOBS.id == job.retry_of, _JOBS.tenant == job.tenant)
        source = source.where(_JOBS.input_sha256 == job.input_sha256)
        mine = tables.page_results.alias().c
        there = exists().where(mine.job_id == job.id, mine.number == _RESULTS.number)
        found = select(literal(job.id), _RESULTS.number, _RESULTS.reading)
        found = found.where(_RESULTS.job_id == job.retry_of, ~there)
        take = insert(tables.page_results)
        for start in range(0, len(numbers), KEPT_AT_ONCE):
            some = found.where(_RESULTS.number.in_(numbers[start : start + KEPT_AT_ONCE]))
            with self._database.write() as connection:
                row = connection.execute(source).one_or_none()
                if row is None or row.options != job.options:
                    return
                connection.execute(take.from_select(["job_id", "number", "reading"], some))

    def drop_results(self, job_id: str) -> None:
        """Delete a job's readings, some at a time: its stored result has them."""
        some = select(_RESULTS.number).where(_RESULTS.job_id == job_id).limit(DROPPED_AT_ONCE)
        drop = delete(tables.page_results).where(
            _RESULTS.job_id == job_id, _RESULTS.number.in_(some)
        )
        deleted = DROPPED_AT_ONCE
        while deleted == DROPPED_AT_ONCE:
            with self._database.write() as connection:
                deleted = connection.execute(drop).rowcount

    def list(self, job_id: str) -> Sequence[PageRow]:
        """Return a job's pages in order."""
        found = select(tables.pages).where(_PAGES.job_id == job_id).order_by(_PAGES.number)
        with self._database.read() as connection:
            return [to_page(row) for row in connection.execute(found)]

    def attempts(self, job_id: str, number: int) -> int:
        """Return the attempts at a page so far; 0 where there is no such page."""
        page = (_PAGES.job_id == job_id, _PAGES.number == number)
        with self._database.read() as connection:
            return connection.execute(select(_PAGES.attempts).where(*page)).scalar() or 0

    def result(self, job_id: str, number: int) -> str | None:
        """Return the JSON text of one page's reading."""
        found = select(_RESULTS.reading).where(_RESULTS.job_id == job_id, _RESULTS.number == number)
        with self._database.read() as connection:
            return connection.execute(found).scalar_one_or_none()

    def results(self, job_id: str) -> Iterator[tuple[int, str]]:
        """Yield page numbers and readings in page order, a few in memory at a time."""
        found = select(_RESULTS.number, _RESULTS.reading).where(_RESULTS.job_id == job_id)
        found = found.order_by(_RESULTS.number).limit(RESULTS_AT_ONCE)
        last = 0
        while True:
            with self._database.read() as connection:
                rows = connection.execute(found.where(_RESULTS.number > last)).all()
            yield from ((row.number, row.reading) for row in rows)
            if len(rows) < RESULTS_AT_ONCE:
                return
            last = rows[-1].number

    def _lease_until(self) -> datetime:
        return self._clock() + timedelta(seconds=self._settings.lease_s)

    def _settle(
        self,
        connection: Connection,
        claim: Claim,
        to: PageState,
        fault: Fault | None = None,
        *conditions: Any,
    ) -> None:
        """End the page; the last one adds the step that finishes its job."""
        now = self._clock()
        job = settle_page(connection, claim, to, now, fault, *conditions)
        if job.pages_succeeded + job.pages_failed == job.pages_total:
            add_tasks(connection, Topic.FINISH_JOB, [(claim.job_id,)], now, job.tenant)

    def _requeue(
        self, connection: Connection, claim: Claim, *conditions: Any, **values: Any
    ) -> bool:
        back = held_page(claim, page_transition(claim.job_id, claim.number, PageState.QUEUED))
        back = back.values(worker=None, lease_until=None, **values)
        if update_page(connection, back.where(*conditions)) is None:
            return False
        release_task(connection, Topic.READ_PAGE, claim.job_id, self._clock(), claim.number)
        return True


def _is_open(job_id: str, number: int) -> ColumnElement[bool]:
    page = (_PAGES.job_id == job_id) & (_PAGES.number == number)
    states = (PageState.QUEUED, PageState.RUNNING)
    return exists().where(page, _PAGES.state.in_(states))


def _claim(row: Row[Any]) -> Claim:
    return Claim(row.job_id, row.number, row.token, row.attempts, row.lease_until)
