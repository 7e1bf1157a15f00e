"""The tables of the ledger. Times are UTC; a final row has its `finished_at`.

`wake_at` stands exactly on the rows that wait for a message: queued jobs and pages, running jobs
whose pages are all read, batches that are laid out or cancelled, pending deliveries. The
reconciler sends anew what it overtook.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    Dialect,
    Enum,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
)
from sqlalchemy.types import TypeDecorator

from jobs.states import BatchState, DeliveryState, JobState, PageState


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time in UTC; SQLite keeps no zone, so it is taken off and put on again here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times, hand over UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time of the ledger needs its zone: {value}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Return the time in UTC, aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _state(states: type[StrEnum]) -> Enum:
    return Enum(
        states, native_enum=False, length=16, values_callable=lambda kind: [s.value for s in kind]
    )


def _owner(
    name: str, target: str, *, primary_key: bool = False, nullable: bool = False
) -> Column[str]:
    """The row that this one belongs to and goes with.

    Checked at commit, so that a row may be written before its owner in one transaction.
    """
    key = ForeignKey(target, ondelete="CASCADE", deferrable=True, initially="DEFERRED")
    return Column(name, String(64), key, primary_key=primary_key, nullable=nullable)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
_counter = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only INTEGER keys

batches = Table(
    "batches",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("metadata", JSON, nullable=False),
    Column("state", _state(BatchState), nullable=False),
    Column("options", JSON, nullable=False),
    Column("archive", Boolean, nullable=False),
    Column("documents", Integer),
    Column("laid_out", Integer, nullable=False),
    Column("open_jobs", Integer, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("callback_url", Text),
    Column("retry_of", String(64)),
    Column("idempotency_key", String(255)),
    Column("fingerprint", String(128)),
    Column("token", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("worker", String(128)),
    Column("lease_until", UtcDateTime),
    Column("wake_at", UtcDateTime),
    Column("fault_code", String(64)),
    Column("fault_message", Text),
    Column("fault_actor", String(16)),
    Column("deadline_at", UtcDateTime),
    Column("begin_by", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("expires_at", UtcDateTime),
)
Index("ix_batches_tenant_id", batches.c.tenant, batches.c.id)
Index("ix_batches_idempotency_key", batches.c.tenant, batches.c.idempotency_key, unique=True)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("state", _state(JobState), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("options", JSON, nullable=False),
    Column("metadata", JSON, nullable=False),
    Column("filename", Text),
    Column("input_blob", Text),
    Column("input_sha256", String(64)),
    Column("input_bytes", BigInteger),
    Column("source_url", Text),
    Column("media_type", String(128)),
    Column("callback_url", Text),
    Column("batch_id", String(64), ForeignKey("batches.id")),
    Column("batch_index", Integer),
    Column("custom_id", Text),
    Column("priority", SmallInteger, nullable=False),
    Column("pages_total", Integer),
    Column("pages_succeeded", Integer, nullable=False),
    Column("pages_failed", Integer, nullable=False),
    Column("open_attempts", Integer, nullable=False),
    Column("finish_attempts", Integer, nullable=False),
    Column("opener", String(128)),
    Column("open_until", UtcDateTime),
    Column("wake_at", UtcDateTime),
    Column("last_event", Integer, nullable=False),
    Column("fault_code", String(64)),
    Column("fault_message", Text),
    Column("fault_actor", String(16)),
    Column("result_blob", Text),
    Column("started_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("deadline_at", UtcDateTime),
    Column("begin_by", UtcDateTime),
    Column("expires_at", UtcDateTime),
)
Index("ix_jobs_tenant_id", jobs.c.tenant, jobs.c.id)


def _partial(name: str, *columns: Column[Any], where: ColumnElement[bool] | None = None) -> Index:
    """Index the rows that `where` holds for; those with a first column that is given, if absent."""
    rows = columns[0].is_not(None) if where is None else where
    return Index(name, *columns, sqlite_where=rows, postgresql_where=rows)


_UNFINISHED = jobs.c.finished_at.is_(None)
_partial("ix_jobs_open", jobs.c.tenant, jobs.c.priority, jobs.c.id, where=_UNFINISHED)
_partial("ix_jobs_begin_by", jobs.c.begin_by, where=_UNFINISHED & jobs.c.begin_by.is_not(None))
_partial("ix_jobs_finished_at", jobs.c.finished_at)
_partial("ix_jobs_batch_index", jobs.c.batch_id, jobs.c.batch_index)
_partial("ix_jobs_batch_state", jobs.c.batch_id, jobs.c.state)
_partial("ix_batches_wake_at", batches.c.wake_at)
_partial("ix_batches_expires_at", batches.c.expires_at)
_partial("ix_jobs_wake_at", jobs.c.wake_at)
_partial("ix_jobs_deadline_at", jobs.c.deadline_at)
_partial("ix_jobs_expires_at", jobs.c.expires_at)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("fingerprint", String(128)),
    _owner("job_id", "jobs.id"),
    Column("expires_at", UtcDateTime, nullable=False),
)
Index("ix_idempotency_keys_job_id", idempotency_keys.c.job_id)

pages = Table(
    "pages",
    metadata,
    _owner("job_id", "jobs.id", primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("state", _state(PageState), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("token", Integer, nullable=False),
    Column("worker", String(128)),
    Column("lease_until", UtcDateTime),
    Column("wake_at", UtcDateTime),
    Column("fault_code", String(64)),
    Column("fault_message", Text),
    Column("fault_actor", String(16)),
    Column("finished_at", UtcDateTime),
)
_partial("ix_pages_wake_at", pages.c.wake_at)
_partial("ix_pages_lease_until", pages.c.lease_until)

page_results = Table(
    "page_results",
    metadata,
    _owner("job_id", "jobs.id", primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("reading", Text, nullable=False),
)

events = Table(
    "events",
    metadata,
    _owner("job_id", "jobs.id", primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("data", JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _counter, primary_key=True),
    Column("topic", String(32), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("number", Integer),
    Column("tenant", String(64), nullable=False),
    Column("rank", SmallInteger, nullable=False),
    Column("held_until", UtcDateTime),
)
Index("ix_outbox_turn", outbox.c.topic, outbox.c.tenant, outbox.c.rank, outbox.c.id)
Index("ix_outbox_subject", outbox.c.subject)
_partial("ix_outbox_held", outbox.c.topic, where=outbox.c.held_until.is_not(None))

endpoints = Table(
    "endpoints",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(64), nullable=False, index=True),
    Column("url", Text),
    Column("events", JSON, nullable=False),
    Column("secrets", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("disabled_at", UtcDateTime),
    Column("disabled_reason", Text),
    Column("failing_since", UtcDateTime),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("description", Text, nullable=False, server_default=""),
)
Index(
    "uq_endpoints_callback",
    endpoints.c.tenant,
    unique=True,
    sqlite_where=endpoints.c.url.is_(None),
    postgresql_where=endpoints.c.url.is_(None),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(64), nullable=False),
    _owner("endpoint_id", "endpoints.id"),
    _owner("job_id", "jobs.id", nullable=True),
    _owner("batch_id", "batches.id", nullable=True),
    Column("url", Text, nullable=False),
    Column("event", String(64), nullable=False),
    Column("payload", Text, nullable=False),
    Column("state", _state(DeliveryState), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("next_attempt_at", UtcDateTime),
    Column("wake_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
)
Index("ix_deliveries_tenant_id", deliveries.c.tenant, deliveries.c.id)
Index("ix_deliveries_job_id", deliveries.c.job_id)
_partial("ix_deliveries_batch_id", deliveries.c.batch_id)
Index("ix_deliveries_endpoint_id", deliveries.c.endpoint_id)
_partial("ix_deliveries_wake_at", deliveries.c.wake_at)

attempts = Table(
    "attempts",
    metadata,
    _owner("delivery_id", "deliveries.id", primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("duration_ms", Float, nullable=False),
    Column("status", Integer),
    Column("error", Text),
    Column("response", Text, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("prefix", String(16), nullable=False, unique=True),
    Column("tenant", String(64), nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("name", Text, nullable=False),
    Column("secret_sha256", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)

audit_events = Table(
    "audit_events",
    metadata,
    Column("id", _counter, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("action", String(64), nullable=False),
    Column("target", String(255), nullable=False),
    Column("tenant", String(64)),
    Column("data", JSON, nullable=False),
)
Index("ix_audit_events_tenant_id", audit_events.c.tenant, audit_events.c.id)

workers = Table(
    "workers",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("role", String(32), nullable=False),
    Column("ready", Boolean, nullable=False),
    Column("reason", Text),
    Column("capabilities", JSON, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False, index=True),
)
