"""How batches move on: when one of their jobs ends, and when the last does.

A batch's row is locked after the rows of its jobs, never before: the order of
jobs/lifecycle/transitions.py.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Update, func, select, update

from jobs.db import tables
from jobs.db.mappers import fault_data, to_fault
from jobs.domain.events import WebhookEvent
from jobs.domain.states import BATCH_TRANSITIONS, FINAL_BATCH_STATES, BatchState, JobState
from jobs.queue.task_rows import end_all_tasks
from jobs.settings import Settings
from jobs.webhooks.fanout import Notification, fan_out

_BATCHES = tables.batches.c
_JOBS = tables.jobs.c


def batch_transition(batch_id: str, to: BatchState, **values: object) -> Update:
    """Return the update that moves a batch to `to` from wherever that is legal, or touches none."""
    sources = [state for state, targets in BATCH_TRANSITIONS.items() if to in targets]
    legal = (_BATCHES.id == batch_id) & _BATCHES.state.in_(sources)
    return update(tables.batches).where(legal).values(state=to, **values)


def update_batch(connection: Connection, move: Update) -> Row[Any] | None:
    """Run an update of one batch and return the updated row; None when none matched."""
    return connection.execute(move.returning(tables.batches)).one_or_none()


def count_out(connection: Connection, batch_id: str, now: datetime, settings: Settings) -> None:
    """Count one open job less; the last one ends its batch."""
    counted = update(tables.batches).where(_BATCHES.id == batch_id)
    row = update_batch(connection, counted.values(open_jobs=_BATCHES.open_jobs - 1))
    if row is not None:
        end_when_over(connection, row, now, settings)


def end_when_over(connection: Connection, row: Row[Any], now: datetime, settings: Settings) -> None:
    """End a batch that has no open job and none to come, and fan that out.

    From then on its jobs are kept as long as it is.
    """
    if row.open_jobs or row.state in FINAL_BATCH_STATES | {BatchState.PREPARING}:
        return
    expires_at = now + timedelta(hours=settings.retention_h)
    ending = batch_transition(row.id, _end_of(row), finished_at=now, expires_at=expires_at)
    ended = update_batch(connection, ending.values(lease_until=None))
    assert ended is not None
    end_all_tasks(connection, row.id)
    mine = update(tables.jobs).where(_JOBS.batch_id == row.id)
    connection.execute(mine.values(expires_at=expires_at))
    notification = Notification(
        ended.tenant,
        WebhookEvent(f"batch.{ended.state}"),
        _data(ended, count_jobs(connection, ended.id)),
        batch_id=ended.id,
        callback_url=ended.callback_url,
    )
    fan_out(connection, notification, now)


def count_jobs(connection: Connection, batch_id: str) -> Mapping[JobState, int]:
    """Count a batch's jobs by state, from an index that holds nothing else."""
    counted = select(_JOBS.state, func.count()).where(_JOBS.batch_id == batch_id)
    rows = connection.execute(counted.group_by(_JOBS.state)).all()
    return {row[0]: row[1] for row in rows}


def _end_of(row: Row[Any]) -> BatchState:
    if row.state == BatchState.RUNNING:
        return BatchState.COMPLETED
    return BatchState.CANCELLED if row.fault_code is None else BatchState.FAILED


def _data(row: Row[Any], counts: Mapping[JobState, int]) -> dict[str, object]:
    return {
        "batch_id": row.id,
        "state": row.state,
        "documents": row.documents,
        "counts": counts,
        "fault": fault_data(to_fault(row)),
        "metadata": row.metadata,
        "results_path": f"/v1/batches/{row.id}/results.jsonl",
        "errors_path": f"/v1/batches/{row.id}/errors.jsonl",
    }
