"""Who is told that a job has ended: deliveries are written in the transaction that ends it."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from jobs import tables
from jobs.endpoints import callback_endpoint
from jobs.ids import new_id
from jobs.rows import JobRow, fault_data, to_fault
from jobs.states import DeliveryState

PAYLOAD_BYTES = 20_000  # Standard Webhooks asks senders to stay under 20 kB


def announce(connection: Connection, job: JobRow, now: datetime, wake_at: datetime) -> list[str]:
    """Write a delivery for each receiver of the job's end; return the deliveries' ids.

    Each is due at once; one that no worker took up by `wake_at` is sent to them anew.
    """
    event = f"job.{job.state}"
    receivers = list(_receivers(connection, job, event, now))
    if not receivers:
        return []
    payload = _payload(job, event, now)
    common = _delivery(job, event, payload, now) | {"wake_at": wake_at}
    rows = [
        common | {"id": new_id("msg"), "endpoint_id": endpoint_id, "url": url}
        for endpoint_id, url in receivers
    ]
    connection.execute(insert(tables.deliveries), rows)
    return [row["id"] for row in rows]


def _receivers(
    connection: Connection, job: JobRow, event: str, now: datetime
) -> Iterator[tuple[str, str]]:
    """Pairs of endpoint id and URL."""
    columns = tables.endpoints.c
    found = select(columns.id, columns.url, columns.events).where(
        columns.tenant == job.tenant, columns.enabled, columns.url.is_not(None)
    )
    for row in connection.execute(found.order_by(columns.id)):
        if event in row.events:
            yield row.id, row.url
    if job.callback_url is not None:
        yield callback_endpoint(connection, job.tenant, now).id, job.callback_url


def _delivery(job: JobRow, event: str, payload: str, now: datetime) -> dict[str, Any]:
    return {
        "tenant": job.tenant,
        "job_id": job.id,
        "event": event,
        "payload": payload,
        "state": DeliveryState.PENDING,
        "attempts": 0,
        "created_at": now,
        "next_attempt_at": now,
    }


def _payload(job: JobRow, event: str, now: datetime) -> str:
    """The message's frozen text; metadata that would make it too long is left out."""
    data = {
        "job_id": job.id,
        "state": job.state,
        "pages_total": job.pages_total,
        "pages_succeeded": job.pages_succeeded,
        "pages_failed": job.pages_failed,
        "fault": fault_data(to_fault(job)),
        "metadata": job.metadata,
        "result_path": f"/v1/jobs/{job.id}/result",
    }
    text = json.dumps({"type": event, "timestamp": now.isoformat(), "data": data})
    if len(text) < PAYLOAD_BYTES:
        return text
    data["metadata"] = None
    return json.dumps({"type": event, "timestamp": now.isoformat(), "data": data})
