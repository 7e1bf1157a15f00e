"""Who is told that a job has ended: deliveries are written in the transaction that ends it."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Connection

from jobs.db.mappers import JobRow, fault_data, to_fault
from jobs.domain.delivery import JobEvent
from jobs.webhooks.fanout import Notice, tell


def announce(
    connection: Connection, job: JobRow, now: datetime, wake_at: datetime
) -> Sequence[str]:
    """Write a delivery for each receiver of the job's end; return the deliveries' ids.

    Each is due at once; one that no worker took up by `wake_at` is sent to them anew.
    """
    notice = Notice(
        job.tenant,
        cast("JobEvent", f"job.{job.state}"),
        _data(job),
        job_id=job.id,
        callback_url=job.callback_url,
    )
    return tell(connection, notice, now, wake_at)


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
