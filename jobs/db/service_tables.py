"""Tables beside the jobs: receivers and deliveries, API keys, audit, duties, workers."""

from sqlalchemy import JSON, Boolean, Column, Float, Index, Integer, String, Table, Text

from jobs.db.column_types import UtcDateTime, counter, owner, partial, state
from jobs.db.metadata import metadata
from jobs.domain.states import DeliveryState

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
    owner("endpoint_id", "endpoints.id"),
    owner("job_id", "jobs.id", nullable=True),
    owner("batch_id", "batches.id", nullable=True),
    Column("url", Text, nullable=False),
    Column("event", String(64), nullable=False),
    Column("payload", Text, nullable=False),
    Column("state", state(DeliveryState), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("next_attempt_at", UtcDateTime),
    Column("wake_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
)
Index("ix_deliveries_tenant_id", deliveries.c.tenant, deliveries.c.id)
Index("ix_deliveries_job_id", deliveries.c.job_id)
partial("ix_deliveries_batch_id", deliveries.c.batch_id)
Index("ix_deliveries_endpoint_id", deliveries.c.endpoint_id, deliveries.c.id)
Index("ix_deliveries_state", deliveries.c.tenant, deliveries.c.state, deliveries.c.id)
_ENDED = deliveries.c.finished_at
_TO_ENDPOINT = (deliveries.c.endpoint_id, deliveries.c.state, deliveries.c.id)
partial("ix_deliveries_open", *_TO_ENDPOINT, where=_ENDED.is_(None))
_WITHOUT_JOB = deliveries.c.job_id.is_(None) & _ENDED.is_not(None)
partial("ix_deliveries_finished_at", deliveries.c.job_id, _ENDED, where=_WITHOUT_JOB)
partial("ix_deliveries_wake_at", deliveries.c.wake_at)

attempts = Table(
    "attempts",
    metadata,
    owner("delivery_id", "deliveries.id", primary_key=True),
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
    Column("rate_per_s", Float),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)

audit_events = Table(
    "audit_events",
    metadata,
    Column("id", counter, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("action", String(64), nullable=False),
    Column("target", String(255), nullable=False),
    Column("tenant", String(64)),
    Column("data", JSON, nullable=False),
)
Index("ix_audit_events_tenant_id", audit_events.c.tenant, audit_events.c.id)

duties = Table(
    "duties",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("holder", String(128), nullable=False),
    Column("held_until", UtcDateTime, nullable=False),
)

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
