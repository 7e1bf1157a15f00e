"""Disables endpoints that keep failing, and notifies the tenant's other endpoints."""

import logging
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, func, literal, update

from jobs.db import tables
from jobs.db.column_types import UtcDateTime
from jobs.domain.delivery import Attempt
from jobs.domain.events import WebhookEvent
from jobs.security.audit_log import SERVICE, write_audit
from jobs.webhooks.delivery_rows import end_waiting
from jobs.webhooks.fanout import Notification, fan_out

logger = logging.getLogger(__name__)

DISABLE_AFTER: Final = timedelta(days=5)
# In five days the schedule tries one message ten times: fewer failures are not yet a dead receiver.
DISABLE_FAILURES: Final = 10
GONE: Final = 410

_ENDPOINTS = tables.endpoints.c


def record_success(connection: Connection, endpoint_id: str) -> None:
    """Forget an endpoint's failures; an endpoint without any is not written."""
    failing = (_ENDPOINTS.id == endpoint_id) & _ENDPOINTS.failing_since.is_not(None)
    recovered = update(tables.endpoints).where(failing, _ENDPOINTS.enabled)
    connection.execute(recovered.values(failing_since=None, failures=0))


def record_failure(
    connection: Connection, attempt: Attempt, endpoint_id: str, now: datetime
) -> bool:
    """Count a failed attempt; True when that disables the endpoint now.

    Callbacks share an endpoint without URL, which one dead receiver must not disable.
    """
    mine = (_ENDPOINTS.id == endpoint_id) & _ENDPOINTS.url.is_not(None)
    since = func.coalesce(_ENDPOINTS.failing_since, literal(now, UtcDateTime()))
    count = update(tables.endpoints).where(mine, _ENDPOINTS.enabled)
    count = count.values(failing_since=since, failures=_ENDPOINTS.failures + 1)
    row = connection.execute(count.returning(tables.endpoints)).one_or_none()
    reason = None if row is None else _why_disabled(attempt, row, now)
    if row is None or reason is None:
        return False
    _disable(connection, row, reason, now)
    return True


def _why_disabled(attempt: Attempt, row: Row[Any], now: datetime) -> str | None:
    if attempt.status == GONE:
        return "the receiver answered 410 Gone"
    if now - row.failing_since >= DISABLE_AFTER and row.failures >= DISABLE_FAILURES:
        since = row.failing_since.isoformat(timespec="seconds")
        return f"all {row.failures} attempts since {since} have failed"
    return None


def _disable(connection: Connection, row: Row[Any], reason: str, now: datetime) -> None:
    off = update(tables.endpoints).where(_ENDPOINTS.id == row.id)
    connection.execute(off.values(enabled=False, disabled_at=now, disabled_reason=reason))
    end_waiting(connection, row.id, now)
    fields = {"reason": reason}
    write_audit(
        connection, now, "webhook.disabled", row.id, by=SERVICE, tenant=row.tenant, **fields
    )
    data = {
        "endpoint_id": row.id,
        "url": row.url,
        "reason": reason,
        "failing_since": row.failing_since.isoformat(),
    }
    notification = Notification(row.tenant, WebhookEvent.WEBHOOK_DISABLED, data)
    fan_out(connection, notification, now, excluding=row.id)
    logger.warning("webhook endpoint %s of tenant %s disabled: %s", row.id, row.tenant, reason)
