"""Ends a claimed page: counted in its job, logged, its step removed; every store ends pages so."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Update, update

from jobs.db import tables
from jobs.db.mappers import JobRow, fault_columns, fault_data
from jobs.domain.errors import StaleClaim
from jobs.domain.events import JobEventKind
from jobs.domain.job import Claim, Fault
from jobs.domain.states import JobState, PageState
from jobs.domain.topics import Topic
from jobs.lifecycle.job_events import log_event
from jobs.lifecycle.transitions import page_transition, update_job
from jobs.queue.task_rows import end_task

_JOBS = tables.jobs.c
_PAGES = tables.pages.c


def settle_page(
    connection: Connection,
    claim: Claim,
    to: PageState,
    now: datetime,
    fault: Fault | None = None,
    *conditions: Any,
) -> JobRow:
    """Count the page in its job, then end it; return the job's row.

    Raises StaleClaim where the claim was lost or the job has ended.
    """
    job = _count(connection, claim.job_id, to)
    if job is None:
        raise StaleClaim(f"job {claim.job_id} is no longer running")
    settle = held_page(claim, page_transition(claim.job_id, claim.number, to, finished_at=now))
    settle = settle.where(*conditions).values(**fault_columns(fault))
    if update_page(connection, settle) is None:
        raise StaleClaim(f"page {claim.number} of {claim.job_id} was claimed by another worker")
    data = {
        "number": claim.number,
        "pages_total": job.pages_total,
        "pages_succeeded": job.pages_succeeded,
        "pages_failed": job.pages_failed,
        "fault": fault_data(fault),
    }
    log_event(connection, job, JobEventKind(f"page.{to}"), data, now)
    end_task(connection, Topic.READ_PAGE, claim.job_id, claim.number)
    return job


def held_page(claim: Claim, change: Update) -> Update:
    """Narrow a change of pages to the one that is claimed, as long as it is."""
    return change.where(
        _PAGES.job_id == claim.job_id,
        _PAGES.number == claim.number,
        _PAGES.token == claim.token,
        _PAGES.state == PageState.RUNNING,
    )


def update_page(connection: Connection, change: Update) -> Row[Any] | None:
    """Run an update of one page and return the updated row; None when none matched."""
    return connection.execute(change.returning(tables.pages)).one_or_none()


def _count(connection: Connection, job_id: str, to: PageState) -> JobRow | None:
    """Count one more ended page in its running job.

    This update holds the job's row to the end of the transaction, so of two workers that end the
    last two pages at once exactly one counts the last.
    """
    counter = _JOBS.pages_succeeded if to is PageState.SUCCEEDED else _JOBS.pages_failed
    count = update(tables.jobs).where(_JOBS.id == job_id, _JOBS.state == JobState.RUNNING)
    count = count.values({counter: counter + 1, _JOBS.last_event: _JOBS.last_event + 1})
    return update_job(connection, count)
