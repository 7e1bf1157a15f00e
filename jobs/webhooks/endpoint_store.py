"""Webhook endpoints: which events they subscribe to, and the secrets that sign deliveries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, select, update

from jobs.db import tables
from jobs.db.clock import Clock
from jobs.db.engine import Database
from jobs.domain.delivery import Delivery, Endpoint
from jobs.domain.errors import IllegalTransition, NotFound
from jobs.domain.events import ALL, FILTERS, WebhookEvent
from jobs.domain.ids import new_id
from jobs.security.audit_log import OPERATOR, Action, write_audit
from jobs.settings import Settings
from jobs.webhooks.delivery_rows import end_waiting, to_delivery
from jobs.webhooks.endpoint_rows import (
    callback_row,
    endpoint_row,
    fresh_secret,
    insert_endpoint,
    open_secrets,
    rotated,
    to_endpoint,
)
from jobs.webhooks.fanout import Notification, write_deliveries
from jobs.webhooks.secret_box import SecretKeys

OVERLAP_S: Final = 24 * 3600.0
_AUDITED: Final = frozenset({"url", "events", "description", "enabled"})

_ENDPOINTS = tables.endpoints.c


class EndpointStore:
    """The webhook endpoints of every tenant."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._keys = secret_keys(settings)

    def create(
        self,
        tenant: str,
        url: str,
        events: Sequence[str] = (ALL,),
        description: str = "",
        *,
        by: str = OPERATOR,
    ) -> Endpoint:
        """Create an endpoint that subscribes to `events` and return it with its secret.

        ValueError for an event there is not.
        """
        _check_events(events)
        endpoint_id = new_id("we")
        with self._database.write() as connection:
            row = insert_endpoint(
                connection,
                id=endpoint_id,
                tenant=tenant,
                url=url,
                events=list(events),
                description=description,
                secrets=[fresh_secret(connection, self._keys, endpoint_id)],
                created_at=self._clock(),
            )
            self._note(connection, "webhook.made", row, by, url=url, events=list(events))
            return self._shown(row)

    def show_callback_secret(self, tenant: str, *, by: str = OPERATOR) -> str:
        """Return the secret that signs callbacks, once per tenant; IllegalTransition after that."""
        with self._database.write() as connection:
            row = self._with_secret(connection, callback_row(connection, tenant, self._clock()))
            newest, *old = row.secrets
            if newest.get("shown"):
                raise IllegalTransition(
                    "the secret of callbacks was shown already: rotate it to get another"
                )
            known = {"secrets": [newest | {"shown": True}, *old]}
            self._note(connection, "webhook.secret_shown", row, by)
            return self._shown(self._change(connection, row.id, known)).secrets[0]

    def rotate_callback_secret(
        self, tenant: str, overlap_s: float = OVERLAP_S, *, by: str = OPERATOR
    ) -> str:
        """Add a new secret for callbacks and return it; old ones stay valid for `overlap_s`."""
        with self._database.write() as connection:
            row = callback_row(connection, tenant, self._clock())
        return self.rotate_secret(tenant, row.id, overlap_s, by=by).secrets[0]

    def secrets(self, endpoint_id: str) -> tuple[str, ...]:
        """Return the secrets that sign an endpoint's deliveries, newest first; for workers.

        Raises SecretKeyMissing where they cannot be opened here.
        """
        with self._database.read() as connection:
            row = _load(connection, endpoint_id)
        if not row.secrets:
            with self._database.write() as connection:
                row = self._with_secret(connection, row)
        return open_secrets(self._keys, row, self._clock())

    def get(self, tenant: str, endpoint_id: str) -> Endpoint:
        """Return a tenant's endpoint without its secrets; NotFound for another tenant's."""
        with self._database.read() as connection:
            return to_endpoint(endpoint_row(connection, tenant, endpoint_id))

    def list(self, tenant: str) -> Sequence[Endpoint]:
        """Return a tenant's endpoints, oldest first, that of the callbacks included."""
        found = select(tables.endpoints).where(_ENDPOINTS.tenant == tenant)
        with self._database.read() as connection:
            rows = connection.execute(found.order_by(_ENDPOINTS.id)).all()
        return [to_endpoint(row) for row in rows]

    def update(
        self,
        tenant: str,
        endpoint_id: str,
        *,
        enabled: bool | None = None,
        url: str | None = None,
        events: Sequence[str] | None = None,
        description: str | None = None,
        by: str = OPERATOR,
    ) -> Endpoint:
        """Change what is given. Enabling forgets earlier failures; disabling ends what waits.

        IllegalTransition for a URL of the endpoint that signs callbacks: each job gives its own.
        """
        values: dict[str, Any] = {}
        if events is not None:
            _check_events(events)
            values["events"] = list(events)
        if description is not None:
            values["description"] = description
        if url is not None:
            values["url"] = url
        if enabled is not None:
            values |= _switched(enabled, self._clock())
        with self._database.write() as connection:
            row = endpoint_row(connection, tenant, endpoint_id, lock=True)
            if url is not None and row.url is None:
                raise IllegalTransition(f"endpoint {endpoint_id} signs callbacks and has no URL")
            said = {name: values[name] for name in values if name in _AUDITED}
            self._note(connection, "webhook.changed", row, by, **said)
            return to_endpoint(self._change(connection, endpoint_id, values))

    def delete(self, tenant: str, endpoint_id: str, *, by: str = OPERATOR) -> None:
        """Delete an endpoint with its deliveries and their attempts."""
        with self._database.write() as connection:
            row = endpoint_row(connection, tenant, endpoint_id, lock=True)
            connection.execute(delete(tables.endpoints).where(_ENDPOINTS.id == endpoint_id))
            self._note(connection, "webhook.deleted", row, by, url=row.url)

    def rotate_secret(
        self,
        tenant: str,
        endpoint_id: str,
        overlap_s: float = OVERLAP_S,
        *,
        by: str = OPERATOR,
    ) -> Endpoint:
        """Add a new secret; the old ones stay valid for `overlap_s`.

        The caller is shown it, also where it is the secret of callbacks.
        """
        now = self._clock()
        with self._database.write() as connection:
            row = endpoint_row(connection, tenant, endpoint_id, lock=True)
            fresh = fresh_secret(connection, self._keys, endpoint_id)
            secrets = rotated(row.secrets, fresh | {"shown": True}, now, overlap_s)
            self._note(connection, "webhook.secret_rotated", row, by, overlap_s=overlap_s)
            return self._shown(self._change(connection, endpoint_id, {"secrets": secrets}))

    def ping(self, tenant: str, endpoint_id: str) -> Delivery:
        """Send a `webhook.ping`, whatever the filter; IllegalTransition when it cannot be sent."""
        now = self._clock()
        data = {"endpoint_id": endpoint_id, "message": "This is a test; nothing has happened."}
        notification = Notification(tenant, WebhookEvent.WEBHOOK_PING, data)
        with self._database.write() as connection:
            row = endpoint_row(connection, tenant, endpoint_id)
            if row.url is None or not row.enabled:
                why = "has no URL" if row.url is None else "is disabled"
                raise IllegalTransition(f"endpoint {endpoint_id} {why}")
            targets = [(row.id, row.url)]
            (sent,) = write_deliveries(connection, notification, targets, now)
            written = select(tables.deliveries).where(tables.deliveries.c.id == sent)
            return to_delivery(connection.execute(written).one())

    def _note(
        self, connection: Connection, action: Action, row: Row[Any], by: str, **data: object
    ) -> None:
        write_audit(connection, self._clock(), action, row.id, by=by, tenant=row.tenant, **data)

    def _shown(self, row: Row[Any]) -> Endpoint:
        return to_endpoint(row, open_secrets(self._keys, row, self._clock()))

    def _with_secret(self, connection: Connection, row: Row[Any]) -> Row[Any]:
        """The row with a secret, made now unless another process was first."""
        row = endpoint_row(connection, row.tenant, row.id, lock=True)
        if row.secrets:
            return row
        fresh = fresh_secret(connection, self._keys, row.id)
        return self._change(connection, row.id, {"secrets": [fresh]})

    def _change(self, connection: Connection, endpoint_id: str, values: dict[str, Any]) -> Row[Any]:
        mine = _ENDPOINTS.id == endpoint_id
        if values:
            connection.execute(update(tables.endpoints).where(mine).values(values))
        if values.get("enabled") is False:
            end_waiting(connection, endpoint_id, self._clock())
        return _load(connection, endpoint_id)


def secret_keys(settings: Settings) -> SecretKeys:
    """Return the keys that `settings` names.

    A first key is created automatically only where no other process could need it.
    """
    alone = settings.database_url is None or settings.webhook_key_file is not None
    return SecretKeys(settings.webhook_key_path, may_make=alone)


def _check_events(events: Sequence[str]) -> None:
    if unknown := set(events) - set(FILTERS):
        raise ValueError(f"unknown events {sorted(unknown)}; there are {', '.join(FILTERS)}")


def _switched(enabled: bool, now: datetime) -> dict[str, Any]:
    return {
        "enabled": enabled,
        "disabled_at": None if enabled else now,
        "disabled_reason": None if enabled else "disabled by its owner",
        "failing_since": None,
        "failures": 0,
    }


def _load(connection: Connection, endpoint_id: str) -> Row[Any]:
    row = connection.execute(
        select(tables.endpoints).where(_ENDPOINTS.id == endpoint_id)
    ).one_or_none()
    if row is None:
        raise NotFound(f"no endpoint {endpoint_id}")
    return row
