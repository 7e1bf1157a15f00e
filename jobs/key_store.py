"""API keys: `ps_<prefix>_<secret>`, of which only the prefix and a hash are kept."""

import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Literal

from sqlalchemy import Row, insert, select, update

from jobs import tables
from jobs.clock import Clock
from jobs.database import Database
from jobs.errors import NotFound
from jobs.ids import new_id

Scope = Literal["jobs:read", "jobs:write", "webhooks", "admin"]
SCOPES: Final[tuple[Scope, ...]] = ("jobs:read", "jobs:write", "webhooks", "admin")

_KEYS = tables.api_keys.c
_PREFIX_BYTES = 5
_SECRET_BYTES = 32
_PARTS = 3
_TENANT = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What a key may do, and for whom."""

    id: str
    prefix: str
    tenant: str
    scopes: tuple[str, ...]
    name: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None


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
    ) -> tuple[ApiKey, str]:
        """Make a key; the text is shown once, here, and cannot be had again.

        ValueError for a scope there is not, and for a tenant that could not name a folder.
        """
        if _TENANT.fullmatch(tenant) is None:
            raise ValueError(f"a tenant is 1 to 64 of a-z, A-Z, 0-9, _ and -: {tenant!r}")
        if unknown := set(scopes) - set(SCOPES):
            raise ValueError(f"unknown scopes {sorted(unknown)}; there are {', '.join(SCOPES)}")
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
        }
        made = insert(tables.api_keys).values(values).returning(tables.api_keys)
        with self._database.write() as connection:
            return _to_key(connection.execute(made).one()), f"ps_{prefix}_{secret}"

    def verify(self, text: str) -> ApiKey | None:
        """Return the key that a caller showed; None when unknown, expired or revoked."""
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

    def revoke(self, key_id: str) -> None:
        """End a key at once; ending it again changes nothing."""
        with self._database.write() as connection:
            known = update(tables.api_keys).where(_KEYS.id == key_id, _KEYS.revoked_at.is_(None))
            if connection.execute(known.values(revoked_at=self._clock())).rowcount:
                return
            if connection.execute(select(_KEYS.id).where(_KEYS.id == key_id)).first() is None:
                raise NotFound(f"no key {key_id}")


def _digest(secret: str) -> str:
    # A plain hash is enough: the secret is 32 random bytes, so there is nothing to guess.
    return sha256(secret.encode()).hexdigest()


def _to_key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        id=row.id,
        prefix=row.prefix,
        tenant=row.tenant,
        scopes=tuple(row.scopes),
        name=row.name,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
