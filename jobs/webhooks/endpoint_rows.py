"""Rows of webhook endpoints: their secrets, and the one that signs per-job callbacks."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from jobs.db import tables
from jobs.db.engine import upsert
from jobs.db.mappers import row_mapper
from jobs.domain.delivery import Endpoint
from jobs.domain.errors import NotFound
from jobs.domain.events import ALL
from jobs.domain.ids import new_id
from jobs.webhooks.secret_box import SecretKeys, is_sealed

SECRET_BYTES = 32  # Standard Webhooks: between 24 and 64

_ENDPOINTS = tables.endpoints.c
_endpoint = row_mapper(Endpoint, tables.endpoints)


def insert_endpoint(connection: Connection, **values: object) -> Row[Any]:
    """Write an enabled endpoint; tenant, url, events, secrets and the like are `values`."""
    made = insert(tables.endpoints).values(**{"enabled": True, "secrets": []} | values)
    return connection.execute(made.returning(tables.endpoints)).one()


def callback_row(connection: Connection, tenant: str, now: datetime) -> Row[Any]:
    """Return the tenant's endpoint without URL, made at first use; its secret comes later.

    Made where jobs end, and that must not fail for want of a key.
    """
    row = _find_callback(connection, tenant)
    if row is not None:
        return row
    fresh = {
        "id": new_id("we"),
        "tenant": tenant,
        "url": None,
        "events": [ALL],
        "secrets": [],
        "created_at": now,
        "enabled": True,
    }
    made = upsert(connection, tables.endpoints).values(fresh)
    connection.execute(made.on_conflict_do_nothing())  # another thread may be first
    row = _find_callback(connection, tenant)
    assert row is not None
    return row


def _find_callback(connection: Connection, tenant: str) -> Row[Any] | None:
    found = select(tables.endpoints).where(_ENDPOINTS.tenant == tenant, _ENDPOINTS.url.is_(None))
    return connection.execute(found).one_or_none()


def endpoint_row(
    connection: Connection, tenant: str, endpoint_id: str, *, lock: bool = False
) -> Row[Any]:
    """Return a tenant's endpoint; NotFound for another tenant's."""
    mine = (_ENDPOINTS.id == endpoint_id) & (_ENDPOINTS.tenant == tenant)
    found = select(tables.endpoints).where(mine)
    row = connection.execute(found.with_for_update() if lock else found).one_or_none()
    if row is None:
        raise NotFound(f"no endpoint {endpoint_id}")
    return row


def fresh_secret(connection: Connection, keys: SecretKeys, endpoint_id: str) -> dict[str, Any]:
    """Return a new secret as it is kept.

    Raises SecretKeyMissing where no key may be made: another one sealed what is there already.
    """
    if keys.current() is None:
        keys.make_first(others=_any_sealed(connection))
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    return {"secret": keys.seal(secret, endpoint_id), "until": None}


def rotated(
    kept: Sequence[dict[str, Any]], fresh: dict[str, Any], now: datetime, overlap_s: float
) -> list[Any]:
    """Return the secrets with a fresh one in front; the others hold for `overlap_s` at most."""
    until = (now + timedelta(seconds=overlap_s)).isoformat()
    old = [
        {"secret": each["secret"], "until": min(each["until"] or until, until)}
        for each in kept
        if _holds(each, now)
    ]
    return [fresh, *old]


def open_secrets(keys: SecretKeys, row: Row[Any], now: datetime) -> tuple[str, ...]:
    """Return the secrets that hold at `now`, newest first, in plain."""
    held = [each["secret"] for each in row.secrets if _holds(each, now)]
    return tuple(keys.open(each, row.id) if is_sealed(each) else each for each in held)


def to_endpoint(row: Row[Any], plain: tuple[str, ...] = ()) -> Endpoint:
    """Return a row of `endpoints` as a value, with its secrets where they were opened."""
    return _endpoint(row, events=tuple(row.events), secrets=plain)


def _holds(secret: dict[str, Any], now: datetime) -> bool:
    return secret["until"] is None or datetime.fromisoformat(secret["until"]) > now


def _any_sealed(connection: Connection) -> bool:
    kept = connection.execute(select(_ENDPOINTS.secrets)).scalars()
    return any(is_sealed(each["secret"]) for secrets_ in kept for each in secrets_)
