"""The guarded updates that every store shares: a transition with its event and its messages.

Lock order, the same everywhere so that writers never wait for each other in a ring: the job's row
first, then its pages, their steps, its batch, deliveries and their steps; an endpoint before its
deliveries.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, Update, case, literal, update

from jobs.db import tables
from jobs.db.column_types import UtcDateTime
from jobs.db.engine import note_ended
from jobs.db.mappers import JobRow, fault_columns, fault_data
from jobs.domain.events import JobEventKind
from jobs.domain.job import Fault
from jobs.domain.states import (
    FINAL_JOB_STATES,
    FINAL_PAGE_STATES,
    JOB_TRANSITIONS,
    PAGE_TRANSITIONS,
    JobState,
    PageState,
)
from jobs.lifecycle.batch_transitions import count_out
from jobs.lifecycle.job_events import log_event, notify_ended
from jobs.queue.task_rows import end_all_tasks
from jobs.settings import Settings

LOST = Fault("worker_lost", "The worker was lost at every attempt.", "operator")


def job_transition(job_id: str, to: JobState, **values: object) -> Update:
    """Return the update that moves a job to `to` from wherever that is legal, or touches no row."""
    sources = [state for state, targets in JOB_TRANSITIONS.items() if to in targets]
    return (
        update(tables.jobs)
        .where(tables.jobs.c.id == job_id, tables.jobs.c.state.in_(sources))
        .values(state=to, last_event=tables.jobs.c.last_event + 1, **values)
    )


def page_transition(job_id: str, number: int | None, to: PageState, **values: object) -> Update:
    """Return the update that moves one page (all when `number` is None) to `to` where legal."""
    sources = [state for state, targets in PAGE_TRANSITIONS.items() if to in targets]
    move = update(tables.pages).where(
        tables.pages.c.job_id == job_id, tables.pages.c.state.in_(sources)
    )
    if number is not None:
        move = move.where(tables.pages.c.number == number)
    if to in FINAL_PAGE_STATES:
        values |= {"lease_until": None}
    return move.values(state=to, **values)


def update_job(connection: Connection, move: Update) -> JobRow | None:
    """Run an update of one job and return the updated row; None when none matched."""
    return connection.execute(move.returning(tables.jobs)).one_or_none()


def close_job(
    connection: Connection,
    close: Update,
    now: datetime,
    settings: Settings,
    fault: Fault | None = None,
) -> JobRow | None:
    """Run `close`, a move to a final state, and what belongs to it; None when it did not match.

    Open pages are cancelled, deliveries written, the event logged, the time to keep it set.
    """
    kept_until = now + timedelta(hours=settings.retention_h)
    # A job of a batch is kept until its batch has ended, and as long after it.
    alone = tables.jobs.c.batch_id.is_(None)
    expires_at = case((alone, literal(kept_until, UtcDateTime())), else_=None)
    columns = {"open_until": None, "finished_at": now, "expires_at": expires_at}
    row = update_job(connection, close.values(**columns, **fault_columns(fault)))
    if row is None:
        return None
    assert row.state in FINAL_JOB_STATES
    connection.execute(page_transition(row.id, None, PageState.CANCELLED, finished_at=now))
    end_all_tasks(connection, row.id)
    data = {"pages_total": row.pages_total, "fault": fault_data(fault)}
    log_event(connection, row, JobEventKind(f"job.{row.state}"), data, now)
    notify_ended(connection, row, now)
    note_ended(connection, row.id)
    if row.batch_id is not None:
        count_out(connection, row.batch_id, now, settings)
    return row
