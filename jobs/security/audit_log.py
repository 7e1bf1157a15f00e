"""The audit log of keys, webhooks and stored documents: append-only.

The database itself refuses to change these rows (revision 0004). They contain no secrets and no
content of documents.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Connection, insert, select

from jobs.db import tables
from jobs.db.clock import Clock
from jobs.db.engine import Database

Action = Literal[
    "key.made",
    "key.rotated",
    "key.revoked",
    "key.refused",
    "job.deleted",
    "batch.deleted",
    "webhook.made",
    "webhook.changed",
    "webhook.deleted",
    "webhook.secret_rotated",
    "webhook.secret_shown",
    "webhook.disabled",
]
OPERATOR: Final = "operator"  # who runs commands on the service's machine
SERVICE: Final = "service"
MAX_LIST: Final = 1000

_AUDIT = tables.audit_events.c


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One audited action. `actor` is the id of an API key, `operator`, `service`, or an address.

    `tenant` owns the target; None where a key was refused, since no tenant is known.
    """

    id: int
    at: datetime
    actor: str
    action: str
    target: str
    tenant: str | None
    data: Mapping[str, object]


def write_audit(
    connection: Connection,
    now: datetime,
    action: Action,
    target: str,
    *,
    by: str,
    tenant: str | None,
    **data: object,
) -> None:
    """Write an entry in the transaction of the action."""
    values = {
        "at": now,
        "actor": by,
        "action": action,
        "target": target,
        "tenant": tenant,
        "data": data,
    }
    connection.execute(insert(tables.audit_events), values)


class AuditStore:
    """The audit log of all tenants."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(
        self, action: Action, target: str, *, by: str, tenant: str | None, **data: object
    ) -> None:
        """Write an entry in its own transaction."""
        with self._database.write() as connection:
            write_audit(connection, self._clock(), action, target, by=by, tenant=tenant, **data)

    def list(
        self,
        *,
        tenant: str | None = None,
        action: str | None = None,
        limit: int = 100,
        before: int | None = None,
    ) -> Sequence[AuditEvent]:
        """Return entries, newest first, of a tenant or of all."""
        found = select(tables.audit_events).order_by(_AUDIT.id.desc()).limit(min(limit, MAX_LIST))
        if tenant is not None:
            found = found.where(_AUDIT.tenant == tenant)
        if action is not None:
            found = found.where(_AUDIT.action == action)
        if before is not None:
            found = found.where(_AUDIT.id < before)
        with self._database.read() as connection:
            return [AuditEvent(**row._mapping) for row in connection.execute(found)]  # noqa: SLF001 - SQLAlchemy's public name
