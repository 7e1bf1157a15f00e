"""Rows of webhook deliveries, and the guarded updates that move them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Update, select, update

from jobs import tables
from jobs.delivery import Delivery
from jobs.errors import NotFound
from jobs.states import DELIVERY_MOVES, DeliveryState

_DELIVERIES = tables.deliveries.c


def moving(which: ColumnElement[bool], to: DeliveryState, **values: object) -> Update:
    """Return the update that moves deliveries to `to` where legal."""
    sources = [state for state, targets in DELIVERY_MOVES.items() if to in targets]
    legal = _DELIVERIES.state.in_(sources)
    return update(tables.deliveries).where(which, legal).values(state=to, **values)


def ending(which: ColumnElement[bool], to: DeliveryState, now: datetime) -> Update:
    """Return the update that moves deliveries to a final state."""
    return moving(which, to, finished_at=now, next_attempt_at=None, wake_at=None)


def changed(connection: Connection, change: Update) -> Row[Any] | None:
    """Run an update of one delivery and return its row; None when none matched."""
    return connection.execute(change.returning(tables.deliveries)).one_or_none()


def delivery_row(connection: Connection, tenant: str, delivery_id: str) -> Row[Any]:
    """Return a tenant's delivery; NotFound for another tenant's."""
    mine = (_DELIVERIES.id == delivery_id) & (_DELIVERIES.tenant == tenant)
    row = connection.execute(select(tables.deliveries).where(mine)).one_or_none()
    if row is None:
        raise NotFound(f"no delivery {delivery_id}")
    return row


def to_delivery(row: Row[Any]) -> Delivery:
    """Return a row of `deliveries` as a value."""
    return Delivery(
        id=row.id,
        tenant=row.tenant,
        endpoint_id=row.endpoint_id,
        url=row.url,
        job_id=row.job_id,
        event=row.event,
        payload=row.payload,
        state=row.state,
        attempts=row.attempts,
        created_at=row.created_at,
        next_attempt_at=row.next_attempt_at,
        finished_at=row.finished_at,
    )
