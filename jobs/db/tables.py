"""The tables of jobs, batches and their work. Times are UTC; a final row has its `finished_at`.

`tasks` is the table of work (jobs/queue/task_table.py). The columns `wake_at` and the table
`outbox` are those of the release before it, whose processes may run beside these for the length of
an upgrade. Only jobs/queue/adoption.py looks there, and the next release drops them.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR

from jobs.db.column_types import UtcDateTime, counter, owner, partial, state
from jobs.db.metadata import metadata
from jobs.db.service_tables import (
    api_keys,
    attempts,
    audit_events,
    deliveries,
    duties,
    endpoints,
    workers,
)
from jobs.domain.states import BatchState, JobState, PageState

__all__ = [  # those of jobs/db/service_tables.py too, so that there is one place to look
    "api_keys",
    "attempts",
    "audit_events",
    "batches",
    "corrections",
    "deliveries",
    "duties",
    "endpoints",
    "events",
    "idempotency_keys",
    "jobs",
    "metadata",
    "outbox",
    "page_results",
    "page_texts",
    "pages",
    "tasks",
    "workers",
]

batches = Table(
    "batches",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("metadata", JSON, nullable=False),
    Column("state", state(BatchState), nullable=False),
    Column("options", JSON, nullable=False),
    Column("archive", Boolean, nullable=False),
    Column("documents", Integer),
    Column("laid_out", Integer, nullable=False),
    Column("open_jobs", Integer, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("callback_url", Text),
    Column("retry_of", String(64)),
    Column("request_id", String(128)),
    Column("trace", String(32)),
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
    Column("deleted_at", UtcDateTime),
)
Index("ix_batches_tenant_id", batches.c.tenant, batches.c.id)
Index("ix_batches_idempotency_key", batches.c.tenant, batches.c.idempotency_key, unique=True)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("state", state(JobState), nullable=False),
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
    Column("retry_of", String(64)),
    Column("request_id", String(128)),
    Column("trace", String(32)),
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


_UNFINISHED = jobs.c.finished_at.is_(None)
partial("ix_jobs_open", jobs.c.tenant, jobs.c.priority, jobs.c.id, where=_UNFINISHED)
partial("ix_jobs_begin_by", jobs.c.begin_by, where=_UNFINISHED & jobs.c.begin_by.is_not(None))
partial("ix_jobs_finished_at", jobs.c.finished_at)
partial("ix_jobs_batch_index", jobs.c.batch_id, jobs.c.batch_index)
partial("ix_jobs_batch_state", jobs.c.batch_id, jobs.c.state)
partial("ix_batches_wake_at", batches.c.wake_at)
partial("ix_batches_open", batches.c.tenant, where=batches.c.finished_at.is_(None))
partial("ix_batches_expires_at", batches.c.expires_at)
partial("ix_batches_deleted_at", batches.c.deleted_at)
partial("ix_jobs_wake_at", jobs.c.wake_at)
_DEADLINE = jobs.c.deadline_at
partial("ix_jobs_deadline_at", _DEADLINE, where=_UNFINISHED & _DEADLINE.is_not(None))
partial("ix_jobs_created_at", jobs.c.created_at, where=_UNFINISHED)
_OF_BATCH = (jobs.c.tenant, jobs.c.batch_id, jobs.c.id)
partial("ix_jobs_batch_id", *_OF_BATCH, where=jobs.c.batch_id.is_not(None))
Index("ix_jobs_state", jobs.c.state, jobs.c.tenant, jobs.c.id)
partial("ix_jobs_expires_at", jobs.c.expires_at)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("fingerprint", String(128)),
    owner("job_id", "jobs.id"),
    Column("expires_at", UtcDateTime, nullable=False),
)
Index("ix_idempotency_keys_job_id", idempotency_keys.c.job_id)

pages = Table(
    "pages",
    metadata,
    owner("job_id", "jobs.id", primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("state", state(PageState), nullable=False),
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
partial("ix_pages_wake_at", pages.c.wake_at)
_PAGE = (pages.c.state, pages.c.job_id, pages.c.number)
partial("ix_pages_open", *_PAGE, where=pages.c.finished_at.is_(None))
partial("ix_pages_finished_at", pages.c.finished_at)
partial("ix_pages_lease_until", pages.c.lease_until)

page_results = Table(
    "page_results",
    metadata,
    owner("job_id", "jobs.id", primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("reading", Text, nullable=False),
)

corrections = Table(
    "corrections",
    metadata,
    owner("job_id", "jobs.id", primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("author", String(64), nullable=False),  # the id of an API key
    Column("words", JSON, nullable=False),  # all corrections of the revision
)

# What is searched: in PostgreSQL `words` with its index, in SQLite the virtual table `page_words`,
# which triggers keep in step (migration 0016).
page_texts = Table(
    "page_texts",
    metadata,
    Column("id", counter, primary_key=True),
    owner("job_id", "jobs.id"),
    Column("number", Integer, nullable=False),
    Column("owner", String(32), nullable=False),  # a word that stands for the tenant
    Column("text", Text, nullable=False),
    Column("words", Text().with_variant(TSVECTOR(), "postgresql")),
)
Index("uq_page_texts_job_id", page_texts.c.job_id, page_texts.c.number, unique=True)
Index(
    "ix_page_texts_words",
    page_texts.c.words,
    postgresql_using="gin",
    sqlite_where=page_texts.c.words.is_not(None),  # none
)

events = Table(
    "events",
    metadata,
    owner("job_id", "jobs.id", primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("data", JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", counter, primary_key=True),
    Column("topic", String(32), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("number", Integer),
    Column("tenant", String(64), nullable=False),
    Column("rank", SmallInteger, nullable=False),
    Column("held_until", UtcDateTime),
)
Index("ix_outbox_turn", outbox.c.topic, outbox.c.tenant, outbox.c.rank, outbox.c.id)
Index("ix_outbox_subject", outbox.c.subject)
partial("ix_outbox_held", outbox.c.topic, where=outbox.c.held_until.is_not(None))

tasks = Table(
    "tasks",
    metadata,
    Column("id", counter, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("number", Integer, nullable=False),  # of a page; 0 elsewhere
    Column("turn", String(64), nullable=False),  # a tenant, or the endpoint of a delivery
    Column("rank", SmallInteger, nullable=False),
    Column("ready_at", UtcDateTime, nullable=False),
    Column("dispatched_until", UtcDateTime),
    Column("attempts", Integer, nullable=False),  # dispatches since a worker began the step
)
Index("uq_tasks_subject", tasks.c.subject, tasks.c.kind, tasks.c.number, unique=True)
partial(
    "ix_tasks_ready",
    *(tasks.c.kind, tasks.c.turn, tasks.c.rank, tasks.c.ready_at, tasks.c.id),
    where=tasks.c.dispatched_until.is_(None),
)
partial("ix_tasks_dispatched_until", tasks.c.dispatched_until)
