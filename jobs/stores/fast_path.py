"""The fast path of a small document: one reader opens it, reads its page and ends its job.

The states, events and counters are those of the steps that it replaces. While the reader works,
the step of its page has a lease like any other, so what is lost with the reader is found the same
way and done in single steps.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy import exists, or_

from jobs.db import tables
from jobs.db.clock import Clock
from jobs.db.engine import Database
from jobs.db.mappers import to_job
from jobs.domain.errors import StaleClaim
from jobs.domain.events import JobEventKind
from jobs.domain.job import Claim, Job
from jobs.domain.states import JobState, PageState
from jobs.domain.topics import Topic
from jobs.lifecycle.job_events import log_event
from jobs.lifecycle.page_texts import add_page_texts
from jobs.lifecycle.pages import create_claimed_pages
from jobs.lifecycle.settle_page import settle_page
from jobs.lifecycle.transitions import close_job, job_transition, update_job
from jobs.queue.task_rows import end_unless, release_task
from jobs.settings import Settings
from jobs.stores.checks import keep_doubtful

_JOBS = tables.jobs.c


class FastPathStore:
    """The two transactions of the fast path, and the way back to single steps."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock

    def begin(
        self, job_id: str, worker: str, media_type: str, pages: Sequence[int]
    ) -> Claim | None:
        """Open a job and claim its first page; None when it moved on or another has it."""
        now = self._clock()
        until = now + timedelta(seconds=self._settings.lease_s)
        move = job_transition(
            job_id,
            JobState.RUNNING,
            media_type=media_type,
            pages_total=len(pages),
            started_at=now,
            open_attempts=_JOBS.open_attempts + 1,
            opener=worker,
            open_until=None,
        )
        move = move.where(or_(_JOBS.open_until.is_(None), _JOBS.open_until <= now))
        with self._database.write() as connection:
            row = update_job(connection, move)
            if row is None:
                queued = exists().where(_JOBS.id == job_id, _JOBS.state == JobState.QUEUED)
                end_unless(connection, Topic.OPEN_JOB, job_id, queued)
                return None
            claim = create_claimed_pages(connection, row, pages, now, worker, until)
            log_event(connection, row, JobEventKind.JOB_RUNNING, {"pages_total": len(pages)}, now)
        return claim

    def leave(self, job_id: str) -> None:
        """Leave a job that was not opened to the control worker, at once."""
        with self._database.write() as connection:
            release_task(connection, Topic.OPEN_JOB, job_id, self._clock())

    def finish(self, claim: Claim, text: str, store: Callable[[], str], doubtful: int = 0) -> Job:
        """End the only page of a job and the job with it; `store` returns the key of its result.

        The page's `text` is indexed, if texts are.

        It is called once nothing can end the page before this transaction does, so it must not
        wait for others. `doubtful` counts the words that somebody should check. Raises StaleClaim
        when the claim was lost, and what `store` raises; nothing is written then.
        """
        now = self._clock()
        ending = job_transition(claim.job_id, JobState.SUCCEEDED).where(
            _JOBS.state == JobState.RUNNING, _JOBS.pages_total == _JOBS.pages_succeeded
        )
        with self._database.write() as connection:
            settle_page(connection, claim, PageState.SUCCEEDED, now)
            ending = ending.values(result_blob=store())
            row = close_job(connection, ending, now, self._settings)
            if row is None:
                raise StaleClaim(f"job {claim.job_id} has other pages")
            if self._settings.text_index:
                add_page_texts(connection, row.tenant, row.id, [(claim.number, text)])
            job = to_job(row)
            keep_doubtful(connection, job, doubtful)
        return job
