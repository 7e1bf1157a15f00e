"""Fan-out of events to webhook endpoints.

Deliveries are written in the transaction that they report.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from jobs.db import tables
from jobs.domain.events import WebhookEvent, wants
from jobs.domain.ids import new_id
from jobs.domain.states import DeliveryState
from jobs.domain.topics import Topic
from jobs.queue.task_rows import add_tasks
from jobs.webhooks.endpoint_rows import callback_row

PAYLOAD_BYTES = 20_000  # Standard Webhooks asks senders to stay under 20 kB


@dataclass(frozen=True, slots=True)
class Notification:
    """An event to deliver, and the `data` of its message.

    It also goes to `callback_url`, whatever the endpoints' filters. `metadata` in the data is left
    out where it would make the message too long.
    """

    tenant: str
    event: WebhookEvent
    data: Mapping[str, object]
    job_id: str | None = None
    batch_id: str | None = None
    callback_url: str | None = None


def fan_out(
    connection: Connection,
    notification: Notification,
    now: datetime,
    *,
    excluding: str | None = None,
) -> None:
    """Write a delivery and its step for each subscribed endpoint but `excluding`."""
    targets = [each for each in _targets(connection, notification, now) if each[0] != excluding]
    write_deliveries(connection, notification, targets, now)


def write_deliveries(
    connection: Connection,
    notification: Notification,
    targets: Sequence[tuple[str, str]],
    now: datetime,
) -> Sequence[str]:
    """Write a delivery and its step for each pair of endpoint id and URL; return their ids."""
    if not targets:
        return []
    common = _delivery(notification, now)
    rows = [
        common | {"id": new_id("msg"), "endpoint_id": endpoint_id, "url": url}
        for endpoint_id, url in targets
    ]
    connection.execute(insert(tables.deliveries), rows)
    for row in rows:
        add_tasks(connection, Topic.DELIVER, [(row["id"],)], now, row["endpoint_id"])
    return [row["id"] for row in rows]


def _targets(
    connection: Connection, notification: Notification, now: datetime
) -> Iterator[tuple[str, str]]:
    columns = tables.endpoints.c
    found = select(columns.id, columns.url, columns.events).where(
        columns.tenant == notification.tenant, columns.enabled, columns.url.is_not(None)
    )
    for row in connection.execute(found.order_by(columns.id)):
        if wants(row.events, notification.event):
            yield row.id, row.url
    if notification.callback_url is not None:
        yield callback_row(connection, notification.tenant, now).id, notification.callback_url


def _delivery(notification: Notification, now: datetime) -> dict[str, Any]:
    return {
        "tenant": notification.tenant,
        "job_id": notification.job_id,
        "batch_id": notification.batch_id,
        "event": notification.event,
        "payload": _payload(notification, now),
        "state": DeliveryState.PENDING,
        "attempts": 0,
        "created_at": now,
        "next_attempt_at": now,
    }


def _payload(notification: Notification, now: datetime) -> str:
    """The text of the message, which every attempt sends byte for byte."""
    data = dict(notification.data)
    message = {"type": notification.event, "timestamp": now.isoformat(), "data": data}
    text = json.dumps(message)
    if len(text) < PAYLOAD_BYTES or not data.get("metadata"):
        return text
    return json.dumps(message | {"data": {**data, "metadata": None}})
