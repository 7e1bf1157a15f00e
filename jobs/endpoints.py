"""Rows of webhook endpoints: their secrets, and the one that signs per-job callbacks."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from jobs import tables
from jobs.database import upsert
from jobs.delivery import JOB_EVENTS, Endpoint
from jobs.ids import new_id

SECRET_BYTES = 32  # Standard Webhooks: between 24 and 64


def insert_endpoint(
    connection: Connection, tenant: str, url: str, events: Sequence[str], now: datetime
) -> Endpoint:
    """Write an enabled endpoint with a fresh secret."""
    made = insert(tables.endpoints).values(_fresh(tenant, url, events, now))
    row = connection.execute(made.returning(tables.endpoints)).one()
    return to_endpoint(row, now)


def callback_endpoint(connection: Connection, tenant: str, now: datetime) -> Endpoint:
    """Return the tenant's endpoint without URL, made at first use."""
    row = _callback_row(connection, tenant)
    if row is None:
        made = upsert(connection, tables.endpoints).values(_fresh(tenant, None, JOB_EVENTS, now))
        connection.execute(made.on_conflict_do_nothing())  # another thread may be first
        row = _callback_row(connection, tenant)
        assert row is not None
    return to_endpoint(row, now)


def _fresh(tenant: str, url: str | None, events: Sequence[str], now: datetime) -> dict[str, Any]:
    return {
        "id": new_id("we"),
        "tenant": tenant,
        "url": url,
        "events": list(events),
        "secrets": [{"secret": _new_secret(), "until": None}],
        "created_at": now,
        "enabled": True,
    }


def _callback_row(connection: Connection, tenant: str) -> Row[Any] | None:
    columns = tables.endpoints.c
    found = select(tables.endpoints).where(columns.tenant == tenant, columns.url.is_(None))
    return connection.execute(found).one_or_none()


def rotated(kept: Sequence[dict[str, Any]], now: datetime, overlap_s: float) -> list[Any]:
    """Return the secrets with a fresh one in front; the others hold for `overlap_s` at most."""
    until = (now + timedelta(seconds=overlap_s)).isoformat()
    old = [
        {"secret": each["secret"], "until": min(each["until"] or until, until)}
        for each in kept
        if _holds(each, now)
    ]
    return [{"secret": _new_secret(), "until": None}, *old]


def to_endpoint(row: Row[Any], now: datetime) -> Endpoint:
    """Return a row of `endpoints` as a value, with the secrets that hold at `now`."""
    return Endpoint(
        id=row.id,
        tenant=row.tenant,
        url=row.url,
        events=tuple(row.events),
        secrets=tuple(each["secret"] for each in row.secrets if _holds(each, now)),
        created_at=row.created_at,
        enabled=row.enabled,
        disabled_reason=row.disabled_reason,
        failing_since=row.failing_since,
    )


def _holds(secret: dict[str, Any], now: datetime) -> bool:
    return secret["until"] is None or datetime.fromisoformat(secret["until"]) > now


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
