"""Rows of webhook deliveries, and the guarded updates that move them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, ScalarSelect, Update, func, select, update

from jobs.db import tables
from jobs.db.mappers import row_mapper
from jobs.db.soft_delete import kept_deliveries
from jobs.domain.delivery import Delivery, DeliveryFilter
from jobs.domain.errors import NotFound
from jobs.domain.states import DELIVERY_TRANSITIONS, DeliveryState
from jobs.domain.topics import Topic
from jobs.queue.task_rows import end_tasks_of

_DELIVERIES = tables.deliveries.c
_ENDPOINTS = tables.endpoints.c


def delivery_transition(which: ColumnElement[bool], to: DeliveryState, **values: object) -> Update:
    """Return the update that moves deliveries to `to` where legal."""
    sources = [state for state, targets in DELIVERY_TRANSITIONS.items() if to in targets]
    legal = _DELIVERIES.state.in_(sources)
    return update(tables.deliveries).where(which, legal).values(state=to, **values)


def end_deliveries(
    connection: Connection, which: ColumnElement[bool], to: DeliveryState, now: datetime
) -> None:
    """Move deliveries to a final state where legal, and remove their steps."""
    end = delivery_transition(which, to, finished_at=now, next_attempt_at=None)
    ended = connection.execute(end.returning(_DELIVERIES.id)).scalars().all()
    end_tasks_of(connection, Topic.DELIVER, ended)


def end_waiting(connection: Connection, endpoint_id: str, now: datetime) -> None:
    """Fail what still waits for an endpoint that was disabled; each can be replayed."""
    waiting = (_DELIVERIES.endpoint_id == endpoint_id) & _DELIVERIES.finished_at.is_(None)
    end_deliveries(connection, waiting, DeliveryState.FAILED, now)


def update_delivery(connection: Connection, change: Update) -> Row[Any] | None:
    """Run an update of one delivery and return its row; None when none matched."""
    return connection.execute(change.returning(tables.deliveries)).one_or_none()


def present_url() -> ScalarSelect[str]:
    """Where a delivery goes: its endpoint's current URL, or its own for a callback."""
    mine = _ENDPOINTS.id == _DELIVERIES.endpoint_id
    url = func.coalesce(_ENDPOINTS.url, _DELIVERIES.url)
    return select(url).where(mine).correlate(tables.deliveries).scalar_subquery()


def delivery_row(connection: Connection, tenant: str, delivery_id: str) -> Row[Any]:
    """Return a tenant's delivery; NotFound for another tenant's."""
    mine = (_DELIVERIES.id == delivery_id) & (_DELIVERIES.tenant == tenant)
    mine &= kept_deliveries(connection)
    row = connection.execute(select(tables.deliveries).where(mine)).one_or_none()
    if row is None:
        raise NotFound(f"no delivery {delivery_id}")
    return row


def conditions(
    connection: Connection, tenant: str, wanted: DeliveryFilter
) -> Iterator[ColumnElement[bool]]:
    """The SQL conditions of a filter over a tenant's deliveries."""
    yield _DELIVERIES.tenant == tenant
    yield kept_deliveries(connection)
    if wanted.endpoint_id is not None:
        yield _DELIVERIES.endpoint_id == wanted.endpoint_id
    for column, value in (
        (_DELIVERIES.job_id, wanted.job_id),
        (_DELIVERIES.batch_id, wanted.batch_id),
    ):
        if value is not None:
            # Few rows: found first, or a database would read all of a tenant's for their order.
            yield _DELIVERIES.id.in_(select(_DELIVERIES.id).where(column == value))
    if wanted.events is not None:
        yield _DELIVERIES.event.in_(wanted.events)
    if wanted.states is not None:
        yield _DELIVERIES.state.in_(wanted.states)
    if wanted.since is not None:
        yield _DELIVERIES.created_at >= wanted.since
    if wanted.until is not None:
        yield _DELIVERIES.created_at < wanted.until


to_delivery = row_mapper(Delivery, tables.deliveries)
