"""Rows of webhook deliveries, and the guarded updates that move them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, ScalarSelect, Update, func, select, update

from jobs.db import tables
from jobs.db.soft_delete import kept_deliveries
from jobs.domain.delivery import Delivery, Which
from jobs.domain.errors import NotFound
from jobs.domain.states import DELIVERY_MOVES, DeliveryState

_DELIVERIES = tables.deliveries.c
_ENDPOINTS = tables.endpoints.c


def moving(which: ColumnElement[bool], to: DeliveryState, **values: object) -> Update:
    """Return the update that moves deliveries to `to` where legal."""
    sources = [state for state, targets in DELIVERY_MOVES.items() if to in targets]
    legal = _DELIVERIES.state.in_(sources)
    return update(tables.deliveries).where(which, legal).values(state=to, **values)


def ending(which: ColumnElement[bool], to: DeliveryState, now: datetime) -> Update:
    """Return the update that moves deliveries to a final state."""
    return moving(which, to, finished_at=now, next_attempt_at=None, wake_at=None)


def end_waiting(connection: Connection, endpoint_id: str, now: datetime) -> None:
    """Fail what still waits for an endpoint that was disabled; each can be replayed."""
    waiting = _DELIVERIES.endpoint_id == endpoint_id
    connection.execute(ending(waiting, DeliveryState.FAILED, now))


def changed(connection: Connection, change: Update) -> Row[Any] | None:
    """Run an update of one delivery and return its row; None when none matched."""
    return connection.execute(change.returning(tables.deliveries)).one_or_none()


def present_url() -> ScalarSelect[str]:
    """Where a delivery goes: its endpoint's URL as it stands now, or its own for a callback."""
    mine = _ENDPOINTS.id == _DELIVERIES.endpoint_id
    url = func.coalesce(_ENDPOINTS.url, _DELIVERIES.url)
    return select(url).where(mine).correlate(tables.deliveries).scalar_subquery()


def delivery_row(connection: Connection, tenant: str, delivery_id: str) -> Row[Any]:
    """Return a tenant's delivery; NotFound for another tenant's."""
    mine = (_DELIVERIES.id == delivery_id) & (_DELIVERIES.tenant == tenant) & kept_deliveries()
    row = connection.execute(select(tables.deliveries).where(mine)).one_or_none()
    if row is None:
        raise NotFound(f"no delivery {delivery_id}")
    return row


def conditions(tenant: str, which: Which) -> Iterator[ColumnElement[bool]]:
    """What must hold for a tenant's delivery to be among those meant."""
    yield _DELIVERIES.tenant == tenant
    yield kept_deliveries()
    for column, value in (
        (_DELIVERIES.endpoint_id, which.endpoint_id),
        (_DELIVERIES.job_id, which.job_id),
        (_DELIVERIES.batch_id, which.batch_id),
    ):
        if value is not None:
            yield column == value
    if which.events is not None:
        yield _DELIVERIES.event.in_(which.events)
    if which.states is not None:
        yield _DELIVERIES.state.in_(which.states)
    if which.since is not None:
        yield _DELIVERIES.created_at >= which.since
    if which.until is not None:
        yield _DELIVERIES.created_at < which.until


def to_delivery(row: Row[Any]) -> Delivery:
    """Return a row of `deliveries` as a value."""
    return Delivery(
        id=row.id,
        tenant=row.tenant,
        endpoint_id=row.endpoint_id,
        url=row.url,
        event=row.event,
        payload=row.payload,
        state=row.state,
        attempts=row.attempts,
        created_at=row.created_at,
        job_id=row.job_id,
        batch_id=row.batch_id,
        next_attempt_at=row.next_attempt_at,
        finished_at=row.finished_at,
    )
