"""Webhook endpoints, deliveries and every attempt at them."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, literal, select, update

from jobs import tables
from jobs.clock import Clock
from jobs.database import Database
from jobs.deliveries import changed, delivery_row, ending, moving, to_delivery
from jobs.delivery import JOB_EVENTS, Attempt, Delivery, Endpoint
from jobs.endpoints import callback_endpoint, insert_endpoint, rotated, to_endpoint
from jobs.errors import NotFound
from jobs.moves import send
from jobs.settings import Settings
from jobs.states import DeliveryState

_ENDPOINTS = tables.endpoints.c
_DELIVERIES = tables.deliveries.c
_ATTEMPTS = tables.attempts.c
DISABLE_AFTER = timedelta(days=5)
GONE = 410
MAX_RESPONSE = 2000
MAX_LIST = 500


class WebhookStore:
    """The webhooks of every tenant."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock

    def create_endpoint(
        self, tenant: str, url: str, events: Sequence[str] = JOB_EVENTS
    ) -> Endpoint:
        """Write an endpoint that is told of `events`; ValueError for an event there is not."""
        _check_events(events)
        with self._database.write() as connection:
            return insert_endpoint(connection, tenant, url, events, self._clock())

    def callback_endpoint(self, tenant: str) -> Endpoint:
        """Return the endpoint whose secret signs the tenant's per-job callbacks."""
        with self._database.write() as connection:
            return callback_endpoint(connection, tenant, self._clock())

    def get(self, tenant: str, endpoint_id: str) -> Endpoint:
        """Return a tenant's endpoint; NotFound for another tenant's."""
        with self._database.read() as connection:
            return to_endpoint(_endpoint(connection, tenant, endpoint_id), self._clock())

    def list(self, tenant: str) -> Sequence[Endpoint]:
        """Return a tenant's endpoints, oldest first, that of the callbacks included."""
        found = select(tables.endpoints).where(_ENDPOINTS.tenant == tenant)
        now = self._clock()
        with self._database.read() as connection:
            rows = connection.execute(found.order_by(_ENDPOINTS.id)).all()
        return [to_endpoint(row, now) for row in rows]

    def update(
        self,
        tenant: str,
        endpoint_id: str,
        *,
        enabled: bool | None = None,
        url: str | None = None,
        events: Sequence[str] | None = None,
    ) -> Endpoint:
        """Change what is given. Enabling forgets earlier failures; disabling ends what waits."""
        values: dict[str, object] = {}
        if url is not None:
            values["url"] = url
        if events is not None:
            _check_events(events)
            values["events"] = list(events)
        if enabled is not None:
            reason = None if enabled else "disabled by its owner"
            values |= {"enabled": enabled, "disabled_reason": reason, "failing_since": None}
        with self._database.write() as connection:
            _endpoint(connection, tenant, endpoint_id)
            return self._change(connection, endpoint_id, values)

    def delete(self, tenant: str, endpoint_id: str) -> None:
        """Delete an endpoint with its deliveries and their attempts."""
        mine = (_ENDPOINTS.id == endpoint_id) & (_ENDPOINTS.tenant == tenant)
        with self._database.write() as connection:
            if connection.execute(delete(tables.endpoints).where(mine)).rowcount == 0:
                raise NotFound(f"no endpoint {endpoint_id}")

    def rotate_secret(
        self, tenant: str, endpoint_id: str, overlap_s: float = 24 * 3600
    ) -> Endpoint:
        """Make a new secret the first; the old ones sign along for `overlap_s`."""
        now = self._clock()
        with self._database.write() as connection:
            row = _endpoint(connection, tenant, endpoint_id, lock=True)
            secrets = rotated(row.secrets, now, overlap_s)
            return self._change(connection, endpoint_id, {"secrets": secrets})

    def deliveries(
        self,
        tenant: str,
        *,
        endpoint_id: str | None = None,
        job_id: str | None = None,
        limit: int = 50,
        before: str | None = None,
    ) -> tuple[Sequence[Delivery], str | None]:
        """Return a tenant's deliveries, newest first, and where the next page begins, if any."""
        found = select(tables.deliveries).where(_DELIVERIES.tenant == tenant)
        wanted = ((_DELIVERIES.endpoint_id, endpoint_id), (_DELIVERIES.job_id, job_id))
        for column, value in wanted:
            if value is not None:
                found = found.where(column == value)
        if before is not None:
            found = found.where(_DELIVERIES.id < before)
        limit = min(limit, MAX_LIST)
        with self._database.read() as connection:
            rows = connection.execute(found.order_by(_DELIVERIES.id.desc()).limit(limit + 1)).all()
        deliveries = [to_delivery(row) for row in rows[:limit]]
        return deliveries, deliveries[-1].id if len(rows) > limit else None

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
        now = self._clock()
        wake_at = now + timedelta(seconds=self._settings.republish_s)
        this = (_DELIVERIES.id == delivery_id) & (_DELIVERIES.tenant == tenant)
        again = moving(this, DeliveryState.PENDING, attempts=0, finished_at=None)
        with self._database.write() as connection:
            row = changed(connection, again.values(next_attempt_at=now, wake_at=wake_at))
            if row is not None:
                send(connection, "deliver", [(delivery_id,)])
            return to_delivery(row or delivery_row(connection, tenant, delivery_id))

    def receiver(self, delivery_id: str) -> str | None:
        """Return the URL that a pending delivery goes to; None when there is nothing to send."""
        pending = _DELIVERIES.state == DeliveryState.PENDING
        found = select(_DELIVERIES.url).where(_DELIVERIES.id == delivery_id, pending)
        with self._database.read() as connection:
            return connection.execute(found).scalar_one_or_none()

    def begin_attempt(self, delivery_id: str) -> tuple[Delivery, Endpoint] | None:
        """Take a due delivery up; None when it is final, not due, or in another worker's hands.

        `attempts` of what comes back counts this one. A disabled endpoint's delivery fails here.
        """
        now = self._clock()
        due = (_DELIVERIES.id == delivery_id) & (_DELIVERIES.state == DeliveryState.PENDING)
        lease = timedelta(seconds=2 * self._settings.webhook_timeout_s)
        begin = update(tables.deliveries).where(due, _DELIVERIES.next_attempt_at <= now)
        begin = begin.values(attempts=_DELIVERIES.attempts + 1)
        begin = begin.values(next_attempt_at=now + lease, wake_at=now + lease)
        with self._database.write() as connection:
            row = changed(connection, begin)
            if row is None:
                return None
            endpoint = to_endpoint(_endpoint(connection, row.tenant, row.endpoint_id), now)
            if not endpoint.enabled:
                this = _DELIVERIES.id == delivery_id
                changed(connection, ending(this, DeliveryState.FAILED, now))
                return None
        return to_delivery(row), endpoint

    def record(
        self,
        delivery: Delivery,
        attempt: Attempt,
        *,
        final: bool | None = None,
        retry_at: datetime | None = None,
    ) -> Delivery:
        """Keep an attempt and what follows from it; its number is given here.

        2xx delivers. Anything else is tried again at `retry_at`, or fails when that is None or
        `final` is true. 410, or failures over 5 days, disable an endpoint that has a URL.
        """
        now = self._clock()
        ok = attempt.status is not None and 200 <= attempt.status < 300
        with self._database.write() as connection:
            disabled = self._note(connection, delivery, attempt, ok, now)
            self._keep(connection, attempt)
            this = _DELIVERIES.id == delivery.id
            if ok:
                move = ending(this, DeliveryState.DELIVERED, now)
            elif final or disabled or retry_at is None:
                move = ending(this, DeliveryState.FAILED, now)
            else:
                pending = _DELIVERIES.state == DeliveryState.PENDING
                move = update(tables.deliveries).where(this, pending)
                move = move.values(next_attempt_at=retry_at, wake_at=retry_at)
            changed(connection, move)
            if disabled:
                _end_waiting(connection, delivery.endpoint_id, now)
            return to_delivery(delivery_row(connection, delivery.tenant, delivery.id))

    def _note(
        self, connection: Connection, delivery: Delivery, attempt: Attempt, ok: bool, now: datetime
    ) -> bool:
        """Keep since when an endpoint fails; True when that disables it now.

        Callbacks share an endpoint without URL, which one dead receiver must not disable.
        """
        mine = (_ENDPOINTS.id == delivery.endpoint_id) & _ENDPOINTS.url.is_not(None)
        since = (
            None
            if ok
            else func.coalesce(_ENDPOINTS.failing_since, literal(now, tables.UtcDateTime()))
        )
        note = update(tables.endpoints).where(mine, _ENDPOINTS.enabled).values(failing_since=since)
        row = connection.execute(note.returning(tables.endpoints)).one_or_none()
        if row is None or ok:
            return False
        reason = _why_disabled(attempt, row.failing_since, now)
        if reason is None:
            return False
        off = update(tables.endpoints).where(mine)
        connection.execute(off.values(enabled=False, disabled_reason=reason))
        return True

    def _keep(self, connection: Connection, attempt: Attempt) -> None:
        mine = _ATTEMPTS.delivery_id == attempt.delivery_id
        last = connection.execute(select(func.max(_ATTEMPTS.number)).where(mine)).scalar_one()
        values = asdict(attempt) | {
            "number": (last or 0) + 1,
            "response": attempt.response[:MAX_RESPONSE],
        }
        connection.execute(insert(tables.attempts), values)

    def _change(self, connection: Connection, endpoint_id: str, values: dict[str, Any]) -> Endpoint:
        now = self._clock()
        mine = _ENDPOINTS.id == endpoint_id
        if values:
            connection.execute(update(tables.endpoints).where(mine).values(values))
        if values.get("enabled") is False:
            _end_waiting(connection, endpoint_id, now)
        row = connection.execute(select(tables.endpoints).where(mine)).one()
        return to_endpoint(row, now)


def _check_events(events: Sequence[str]) -> None:
    if unknown := set(events) - set(JOB_EVENTS):
        raise ValueError(f"unknown events {sorted(unknown)}; there are {', '.join(JOB_EVENTS)}")


def _why_disabled(attempt: Attempt, failing_since: datetime, now: datetime) -> str | None:
    if attempt.status == GONE:
        return "the receiver answered 410 Gone"
    if now - failing_since >= DISABLE_AFTER:
        return f"every delivery has failed since {failing_since.isoformat(timespec='seconds')}"
    return None


def _endpoint(
    connection: Connection, tenant: str, endpoint_id: str, *, lock: bool = False
) -> Row[Any]:
    mine = (_ENDPOINTS.id == endpoint_id) & (_ENDPOINTS.tenant == tenant)
    found = select(tables.endpoints).where(mine)
    row = connection.execute(found.with_for_update() if lock else found).one_or_none()
    if row is None:
        raise NotFound(f"no endpoint {endpoint_id}")
    return row


def _end_waiting(connection: Connection, endpoint_id: str, now: datetime) -> None:
    """Fail what still waits for an endpoint that was disabled; each can be replayed."""
    waiting = _DELIVERIES.endpoint_id == endpoint_id
    connection.execute(ending(waiting, DeliveryState.FAILED, now))
