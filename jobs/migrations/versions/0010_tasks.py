"""One table of work: a row for each step until the step's own commit removes it

Jobs, pages, batches and deliveries that are in progress get their rows. What a worker holds keeps
its lease; a message that is on its way already is found done or is sent a second time, which is
harmless. The outbox and the columns `wake_at` stay for processes of the release before; see
jobs/queue/adoption.py.
"""

from alembic import op
import sqlalchemy as sa

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_READY = sa.text("dispatched_until IS NULL")
_AWAY = sa.text("dispatched_until IS NOT NULL")
_OPEN = sa.text("finished_at IS NULL")

_COLUMNS = "kind, subject, number, turn, rank, ready_at, dispatched_until, attempts"
_STEPS = (
    "SELECT 'tend_batch', id, 0, tenant, 0, created_at, lease_until, 0 FROM batches"
    " WHERE state IN ('preparing', 'cancelling')",
    "SELECT 'finish_job', id, 0, tenant, 0, created_at, open_until, 0 FROM jobs"
    " WHERE state = 'running' AND pages_succeeded + pages_failed = pages_total",
    "SELECT 'open_job', id, 0, tenant, priority, created_at, open_until, 0 FROM jobs"
    " WHERE state = 'queued'",
    "SELECT 'read_page', job_id, number, tenant, priority, created_at, lease_until, 0"
    " FROM pages JOIN jobs ON jobs.id = pages.job_id"
    " WHERE pages.state IN ('queued', 'running') ORDER BY job_id, number",
    "SELECT 'deliver', id, 0, endpoint_id, 0, created_at, next_attempt_at, 0 FROM deliveries"
    " WHERE state = 'pending'",
)
# What the release before finds again by itself: it sends messages for rows whose time has come.
_WAITING = (
    "UPDATE batches SET wake_at = CURRENT_TIMESTAMP WHERE state IN ('preparing', 'cancelling')",
    "UPDATE jobs SET wake_at = CURRENT_TIMESTAMP WHERE state = 'queued'"
    " OR (state = 'running' AND pages_succeeded + pages_failed = pages_total)",
    "UPDATE pages SET wake_at = CURRENT_TIMESTAMP WHERE state = 'queued'",
    "UPDATE deliveries SET wake_at = next_attempt_at WHERE state = 'pending'",
)


def upgrade() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("turn", sa.String(length=64), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dispatched_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
    )
    for step in _STEPS:
        op.execute(f"INSERT INTO tasks ({_COLUMNS}) {step}")
    op.create_index("uq_tasks_subject", "tasks", ["subject", "kind", "number"], unique=True)
    order = ["kind", "turn", "rank", "ready_at", "id"]
    op.create_index(
        "ix_tasks_ready", "tasks", order, sqlite_where=_READY, postgresql_where=_READY
    )
    op.create_index(
        "ix_tasks_dispatched_until",
        "tasks",
        ["dispatched_until"],
        sqlite_where=_AWAY,
        postgresql_where=_AWAY,
    )
    for name, table, columns in (
        ("ix_batches_open", "batches", ["tenant"]),
        ("ix_pages_open", "pages", ["job_id", "number"]),
    ):
        op.create_index(name, table, columns, sqlite_where=_OPEN, postgresql_where=_OPEN)


def downgrade() -> None:
    for waiting in _WAITING:
        op.execute(waiting)
    op.drop_index("ix_pages_open", table_name="pages")
    op.drop_index("ix_batches_open", table_name="batches")
    op.drop_table("tasks")
