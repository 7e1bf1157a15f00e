"""Webhook deliveries: their log, every attempt and its consequence, and replay."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, delete, exists, func, insert, select, update

from jobs.db import tables
from jobs.db.clock import CLOCKS_DIFFER, Clock
from jobs.db.engine import Database
from jobs.domain.delivery import Attempt, Delivery, DeliveryFilter, Destination, Endpoint
from jobs.domain.states import DeliveryState
from jobs.domain.topics import Topic
from jobs.queue.task_rows import add_tasks, end_unless, hold_task
from jobs.settings import Settings
from jobs.webhooks.auto_disable import record_failure, record_success
from jobs.webhooks.delivery_rows import (
    conditions,
    delivery_row,
    delivery_transition,
    end_deliveries,
    present_url,
    to_delivery,
    update_delivery,
)
from jobs.webhooks.endpoint_rows import endpoint_row, to_endpoint

MAX_LIST: Final = 500
MAX_RESPONSE: Final = 2000
REPLAYED_AT_ONCE: Final = 1000
_PURGED_AT_ONCE = 1000

_ANY = DeliveryFilter()
_DELIVERIES = tables.deliveries.c
_ENDPOINTS = tables.endpoints.c
_ATTEMPTS = tables.attempts.c


class DeliveryStore:
    """The webhook deliveries of every tenant."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock

    def list(
        self,
        tenant: str,
        wanted: DeliveryFilter = _ANY,
        *,
        limit: int = 50,
        before: str | None = None,
    ) -> tuple[Sequence[Delivery], str | None]:
        """Return a tenant's deliveries, newest first, and where the next page begins, if any."""
        found = select(tables.deliveries)
        if before is not None:
            found = found.where(_DELIVERIES.id < before)
        limit = min(limit, MAX_LIST)
        with self._database.read() as connection:
            found = found.where(*conditions(connection, tenant, wanted))
            rows = connection.execute(found.order_by(_DELIVERIES.id.desc()).limit(limit + 1)).all()
        deliveries = [to_delivery(row) for row in rows[:limit]]
        return deliveries, deliveries[-1].id if len(rows) > limit else None

    def get(self, tenant: str, delivery_id: str) -> Delivery:
        """Return a tenant's delivery; NotFound for another tenant's."""
        with self._database.read() as connection:
            return to_delivery(delivery_row(connection, tenant, delivery_id))

    def attempts(self, tenant: str, delivery_id: str) -> Sequence[Attempt]:
        """Return every attempt at a delivery, first to last."""
        found = select(tables.attempts).where(_ATTEMPTS.delivery_id == delivery_id)
        with self._database.read() as connection:
            delivery_row(connection, tenant, delivery_id)
            rows = connection.execute(found.order_by(_ATTEMPTS.number)).all()
        return [Attempt(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name

    def replay(self, tenant: str, delivery_id: str) -> Delivery:
        """Send a delivery again, from the start of its schedule and with the same id.

        One that is pending already is left to its schedule.
        """
        this = (_DELIVERIES.id == delivery_id) & (_DELIVERIES.tenant == tenant)
        with self._database.write() as connection:
            again = self._send_again(connection, this)
            return to_delivery(again[0] if again else delivery_row(connection, tenant, delivery_id))

    def replay_many(self, tenant: str, wanted: DeliveryFilter) -> int:
        """Send final deliveries to enabled endpoints again, oldest first; return how many.

        REPLAYED_AT_ONCE at most: they are pending then, so asking again takes the next ones.
        """
        enabled = select(_ENDPOINTS.id).where(_ENDPOINTS.tenant == tenant, _ENDPOINTS.enabled)
        ended = _DELIVERIES.state != DeliveryState.PENDING
        found = select(_DELIVERIES.id).where(_DELIVERIES.endpoint_id.in_(enabled), ended)
        found = found.order_by(_DELIVERIES.id).limit(REPLAYED_AT_ONCE)
        found = found.with_for_update(skip_locked=True)
        with self._database.write() as connection:
            found = found.where(*conditions(connection, tenant, wanted))
            ids = connection.execute(found).scalars().all()
            self._send_again(connection, _DELIVERIES.id.in_(ids))
        return len(ids)

    def destination(self, delivery_id: str) -> Destination | None:
        """Return where a pending delivery goes; None when there is nothing to send."""
        pending = (_DELIVERIES.id == delivery_id) & (_DELIVERIES.state == DeliveryState.PENDING)
        found = select(_ENDPOINTS.tenant, _ENDPOINTS.id, _ENDPOINTS.url, _DELIVERIES.url)
        found = found.join_from(tables.deliveries, tables.endpoints).where(pending)
        with self._database.read() as connection:
            row = connection.execute(found).one_or_none()
        if row is None:
            return None
        tenant, endpoint_id, url, own_url = row
        return Destination(tenant, endpoint_id, url or own_url, callback=url is None)

    def begin_attempt(self, delivery_id: str) -> tuple[Delivery, Endpoint] | None:
        """Take a due delivery up; None when it is final, not due, or in another worker's hands.

        `attempts` of what comes back counts this one. A disabled endpoint's delivery fails here.
        """
        now = self._clock()
        due = (_DELIVERIES.id == delivery_id) & (_DELIVERIES.state == DeliveryState.PENDING)
        lease = timedelta(seconds=2 * self._settings.webhook_timeout_s)
        # The message may come within milliseconds, from a host whose clock is ahead of this one.
        ready = _DELIVERIES.next_attempt_at <= now + CLOCKS_DIFFER
        begin = update(tables.deliveries).where(due, ready)
        begin = begin.values(attempts=_DELIVERIES.attempts + 1, url=present_url())
        begin = begin.values(next_attempt_at=now + lease)
        with self._database.write() as connection:
            row = update_delivery(connection, begin)
            if row is None:
                end_unless(connection, Topic.DELIVER, delivery_id, exists().where(due))
                return None
            hold_task(connection, Topic.DELIVER, delivery_id, now + lease)
            endpoint = to_endpoint(endpoint_row(connection, row.tenant, row.endpoint_id))
            if not endpoint.enabled:
                this = _DELIVERIES.id == delivery_id
                end_deliveries(connection, this, DeliveryState.FAILED, now)
                return None
        return to_delivery(row), endpoint

    def record(
        self,
        delivery: Delivery,
        attempt: Attempt,
        *,
        retry_at: datetime | None = None,
        blame: bool = True,
    ) -> Delivery:
        """Keep an attempt and what follows from it; its number is given here.

        2xx delivers. Anything else is tried again at `retry_at`, or fails when that is None. 410,
        or failing for days, disables an endpoint that has a URL, unless it is not to `blame`.
        NotFound when the delivery was deleted meanwhile.
        """
        now = self._clock()
        ok = attempt.status is not None and 200 <= attempt.status < 300
        with self._database.write() as connection:
            delivery_row(connection, delivery.tenant, delivery.id)
            self._keep(connection, attempt)
            if ok:
                record_success(connection, delivery.endpoint_id)
            elif blame:
                record_failure(connection, attempt, delivery.endpoint_id, now)
            _follow(connection, delivery, ok, retry_at, now)
            return to_delivery(delivery_row(connection, delivery.tenant, delivery.id))

    def purge(self) -> int:
        """Delete what no job keeps and whose retention is over; return how many."""
        over = self._clock() - timedelta(hours=self._settings.retention_h)
        due = select(_DELIVERIES.id).where(_DELIVERIES.job_id.is_(None))
        due = due.where(_DELIVERIES.finished_at <= over).limit(_PURGED_AT_ONCE)
        with self._database.read() as connection:
            ids = connection.execute(due).scalars().all()
        if ids:
            with self._database.write() as connection:
                connection.execute(delete(tables.deliveries).where(_DELIVERIES.id.in_(ids)))
        return len(ids)

    def _send_again(self, connection: Connection, which: ColumnElement[bool]) -> Sequence[Row[Any]]:
        now = self._clock()
        again = delivery_transition(which, DeliveryState.PENDING, attempts=0, finished_at=None)
        again = again.values(next_attempt_at=now).returning(tables.deliveries)
        rows = connection.execute(again).all()
        by_endpoint = attrgetter("endpoint_id", "id")
        for endpoint_id, some in groupby(
            sorted(rows, key=by_endpoint), key=attrgetter("endpoint_id")
        ):
            add_tasks(connection, Topic.DELIVER, [(row.id,) for row in some], now, endpoint_id)
        return rows

    def _keep(self, connection: Connection, attempt: Attempt) -> None:
        mine = _ATTEMPTS.delivery_id == attempt.delivery_id
        last = connection.execute(select(func.max(_ATTEMPTS.number)).where(mine)).scalar_one()
        values = asdict(attempt) | {
            "number": (last or 0) + 1,
            "response": attempt.response[:MAX_RESPONSE],
        }
        connection.execute(insert(tables.attempts), values)


def _follow(
    connection: Connection, delivery: Delivery, ok: bool, retry_at: datetime | None, now: datetime
) -> None:
    """Do what an attempt leads to; failing is for the latest attempt alone to say."""
    this = _DELIVERIES.id == delivery.id
    latest = this & (_DELIVERIES.attempts == delivery.attempts)
    if ok:
        end_deliveries(connection, this, DeliveryState.DELIVERED, now)
    elif retry_at is None:
        end_deliveries(connection, latest, DeliveryState.FAILED, now)
    else:
        pending = _DELIVERIES.state == DeliveryState.PENDING
        later = update(tables.deliveries).where(latest, pending).values(next_attempt_at=retry_at)
        if update_delivery(connection, later) is not None:
            hold_task(connection, Topic.DELIVER, delivery.id, retry_at)
