"""Telling a tenant's receivers: deliveries are written in the transaction that they tell of."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from jobs.db import tables
from jobs.domain.delivery import Event, wants
from jobs.domain.ids import new_id
from jobs.domain.states import DeliveryState
from jobs.webhooks.endpoint_rows import callback_row

PAYLOAD_BYTES = 20_000  # Standard Webhooks asks senders to stay under 20 kB


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell: what happened, and `data` of the message.

    `callback_url` is told too, whatever the endpoints' filters say. `metadata` among the data is
    left out where it would make the message too long.
    """

    tenant: str
    event: Event
    data: Mapping[str, object]
    job_id: str | None = None
    batch_id: str | None = None
    callback_url: str | None = None


def tell(
    connection: Connection,
    notice: Notice,
    now: datetime,
    wake_at: datetime,
    *,
    besides: str | None = None,
) -> Sequence[str]:
    """Write a delivery for each receiver that wants to know; return the deliveries' ids.

    Each is due at once; one that no worker took up by `wake_at` is sent to them anew. The
    endpoint `besides` is passed over.
    """
    receivers = [each for each in _receivers(connection, notice, now) if each[0] != besides]
    return write_deliveries(connection, notice, receivers, now, wake_at)


def write_deliveries(
    connection: Connection,
    notice: Notice,
    receivers: Sequence[tuple[str, str]],
    now: datetime,
    wake_at: datetime,
) -> Sequence[str]:
    """Write a delivery for each pair of endpoint id and URL; return the deliveries' ids."""
    if not receivers:
        return []
    common = _delivery(notice, now) | {"wake_at": wake_at}
    rows = [
        common | {"id": new_id("msg"), "endpoint_id": endpoint_id, "url": url}
        for endpoint_id, url in receivers
    ]
    connection.execute(insert(tables.deliveries), rows)
    return [row["id"] for row in rows]


def _receivers(connection: Connection, notice: Notice, now: datetime) -> Iterator[tuple[str, str]]:
    columns = tables.endpoints.c
    found = select(columns.id, columns.url, columns.events).where(
        columns.tenant == notice.tenant, columns.enabled, columns.url.is_not(None)
    )
    for row in connection.execute(found.order_by(columns.id)):
        if wants(row.events, notice.event):
            yield row.id, row.url
    if notice.callback_url is not None:
        yield callback_row(connection, notice.tenant, now).id, notice.callback_url


def _delivery(notice: Notice, now: datetime) -> dict[str, Any]:
    return {
        "tenant": notice.tenant,
        "job_id": notice.job_id,
        "batch_id": notice.batch_id,
        "event": notice.event,
        "payload": _payload(notice, now),
        "state": DeliveryState.PENDING,
        "attempts": 0,
        "created_at": now,
        "next_attempt_at": now,
    }


def _payload(notice: Notice, now: datetime) -> str:
    """The message's frozen text."""
    message = {"type": notice.event, "timestamp": now.isoformat(), "data": dict(notice.data)}
    text = json.dumps(message)
    if len(text) < PAYLOAD_BYTES or not notice.data.get("metadata"):
        return text
    return json.dumps(message | {"data": {**notice.data, "metadata": None}})
