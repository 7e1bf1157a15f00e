"""API keys: `ps_<prefix>_<secret>`, of which only the prefix and a hash are kept."""

import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, insert, select, update

from jobs.db import tables
from jobs.db.clock import Clock
from jobs.db.engine import Database
from jobs.db.mappers import row_mapper
from jobs.domain.errors import IllegalTransition, NotFound
from jobs.domain.ids import new_id
from jobs.security.audit_log import OPERATOR, write_audit

Scope = Literal["jobs:read", "jobs:write", "webhooks", "admin"]
SCOPES: Final[tuple[Scope, ...]] = ("jobs:read", "jobs:write", "webhooks", "admin")

_KEYS = tables.api_keys.c
_PREFIX_BYTES = 5
_SECRET_BYTES = 32
_PARTS = 3
_TENANT = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key with its tenant and scopes.

    `rate_per_s` is how many requests a second it may send: 0 is no limit, None the usual one.
    """

    id: str
    prefix: str
    tenant: str
    scopes: tuple[str, ...]
    name: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    rate_per_s: float | None = None


class KeyStore:
    """The API keys of every tenant."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create(
        self,
        tenant: str,
        scopes: Sequence[str],
        name: str,
        expires_at: datetime | None = None,
        *,
        rate_per_s: float | None = None,
        by: str = OPERATOR,
    ) -> tuple[ApiKey, str]:
        """Create a key; its text is returned once, here, and cannot be recovered.

        ValueError for an unknown scope, for a tenant that cannot be a folder's name, and for a rate
        below 0.
        """
        if _TENANT.fullmatch(tenant) is None:
            raise ValueError(f"a tenant is 1 to 64 of a-z, A-Z, 0-9, _ and -: {tenant!r}")
        if unknown := set(scopes) - set(SCOPES):
            raise ValueError(f"unknown scopes {sorted(unknown)}; there are {', '.join(SCOPES)}")
        if rate_per_s is not None and rate_per_s < 0:
            raise ValueError(f"a rate is 0 or more requests a second, not {rate_per_s}")
        with self._database.write() as connection:
            key, text = self._insert(
                connection, tenant, scopes, name, expires_at, rate_per_s=rate_per_s
            )
            write_audit(
                connection, self._clock(), "key.made", key.id, by=by, tenant=tenant,
                scopes=list(scopes),
            )  # fmt: skip
        return key, text

    def rotate(self, key_id: str, overlap_s: float, *, by: str = OPERATOR) -> tuple[ApiKey, str]:
        """Create a key like another one, which ends `overlap_s` from now at the latest.

        The new one has the lifetime of the old one. NotFound where there is none,
        IllegalTransition where it is revoked or expired.
        """
        now = self._clock()
        with self._database.write() as connection:
            old = _to_key(_key_row(connection, key_id))
            if old.revoked_at is not None or (old.expires_at and old.expires_at <= now):
                raise IllegalTransition(f"key {key_id} is revoked or expired: make a new one")
            lifetime = None if old.expires_at is None else old.expires_at - old.created_at
            expires_at = None if lifetime is None else now + lifetime
            made = self._insert(
                connection,
                old.tenant,
                old.scopes,
                old.name,
                expires_at,
                rate_per_s=old.rate_per_s,
            )
            ends = min(filter(None, (old.expires_at, now + timedelta(seconds=overlap_s))))
            ending = update(tables.api_keys).where(_KEYS.id == key_id)
            connection.execute(ending.values(expires_at=ends))
            fields = {"made": made[0].id, "old_ends": ends.isoformat()}
            write_audit(connection, now, "key.rotated", key_id, by=by, tenant=old.tenant, **fields)
        return made

    def verify(self, text: str) -> ApiKey | None:
        """Return the key of a request; None when unknown, expired or revoked."""
        parts = text.split("_", _PARTS - 1)
        if len(parts) != _PARTS or parts[0] != "ps":
            return None
        found = select(tables.api_keys).where(_KEYS.prefix == parts[1])
        with self._database.read() as connection:
            row = connection.execute(found).one_or_none()
        if row is None or not hmac.compare_digest(row.secret_sha256, _digest(parts[2])):
            return None
        expired = row.expires_at is not None and row.expires_at <= self._clock()
        return None if expired or row.revoked_at is not None else _to_key(row)

    def list(self, tenant: str | None = None) -> Sequence[ApiKey]:
        """Return the keys of a tenant, or all, oldest first; revoked ones too."""
        found = select(tables.api_keys).order_by(_KEYS.id)
        if tenant is not None:
            found = found.where(_KEYS.tenant == tenant)
        with self._database.read() as connection:
            return [_to_key(row) for row in connection.execute(found)]

    def get(self, tenant: str, key_id: str) -> ApiKey:
        """Return a tenant's key; NotFound for another tenant's."""
        found = select(tables.api_keys).where(_KEYS.id == key_id, _KEYS.tenant == tenant)
        with self._database.read() as connection:
            row = connection.execute(found).one_or_none()
        if row is None:
            raise NotFound(f"no key {key_id}")
        return _to_key(row)

    def revoke(self, key_id: str, *, by: str = OPERATOR) -> None:
        """End a key at once; ending it again changes nothing."""
        now = self._clock()
        with self._database.write() as connection:
            row = _key_row(connection, key_id)
            known = update(tables.api_keys).where(_KEYS.id == key_id, _KEYS.revoked_at.is_(None))
            if connection.execute(known.values(revoked_at=now)).rowcount:
                write_audit(connection, now, "key.revoked", key_id, by=by, tenant=row.tenant)

    def _insert(
        self,
        connection: Connection,
        tenant: str,
        scopes: Sequence[str],
        name: str,
        expires_at: datetime | None,
        *,
        rate_per_s: float | None,
    ) -> tuple[ApiKey, str]:
        prefix = secrets.token_hex(_PREFIX_BYTES)
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        values = {
            "id": new_id("key"),
            "prefix": prefix,
            "tenant": tenant,
            "scopes": list(scopes),
            "name": name,
            "secret_sha256": _digest(secret),
            "created_at": self._clock(),
            "expires_at": expires_at,
            "rate_per_s": rate_per_s,
        }
        made = insert(tables.api_keys).values(values).returning(tables.api_keys)
        return _to_key(connection.execute(made).one()), f"ps_{prefix}_{secret}"


def _key_row(connection: Connection, key_id: str) -> Row[Any]:
    found = select(tables.api_keys).where(_KEYS.id == key_id).with_for_update()
    row = connection.execute(found).one_or_none()
    if row is None:
        raise NotFound(f"no key {key_id}")
    return row


def _digest(secret: str) -> str:
    # A plain hash is enough: the secret is 32 random bytes, so there is nothing to guess.
    return sha256(secret.encode()).hexdigest()


def _to_key(row: Row[Any]) -> ApiKey:
    return _key(row, scopes=tuple(row.scopes))


_key = row_mapper(ApiKey, tables.api_keys)
