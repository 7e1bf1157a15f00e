"""A job's event log, and the webhooks that report its end."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, insert

from jobs.db import tables
from jobs.db.mappers import JobRow, fault_data, to_fault
from jobs.domain.events import JobEventKind, WebhookEvent
from jobs.webhooks.fanout import Notification, fan_out


def log_event(
    connection: Connection,
    row: JobRow,
    kind: JobEventKind,
    data: Mapping[str, object],
    now: datetime,
) -> None:
    """Write an event under the number that the job's own update just took."""
    event = {
        "job_id": row.id,
        "sequence": row.last_event,
        "kind": kind,
        "data": dict(data),
        "at": now,
    }
    connection.execute(insert(tables.events), event)


def notify_ended(connection: Connection, job: JobRow, now: datetime) -> None:
    """Fan the end of a job out to its tenant's endpoints and its callback."""
    notification = Notification(
        job.tenant,
        WebhookEvent(f"job.{job.state}"),
        _data(job),
        job_id=job.id,
        callback_url=job.callback_url,
    )
    fan_out(connection, notification, now)


def _data(job: JobRow) -> dict[str, object]:
    return {
        "job_id": job.id,
        "state": job.state,
        "pages_total": job.pages_total,
        "pages_succeeded": job.pages_succeeded,
        "pages_failed": job.pages_failed,
        "fault": fault_data(to_fault(job)),
        "metadata": job.metadata,
        "result_path": f"/v1/jobs/{job.id}/result",
    }
