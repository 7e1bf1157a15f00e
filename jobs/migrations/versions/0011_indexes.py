"""Indexes for millions of jobs: lists by state, metrics, retention, what is open"""

from alembic import op
import sqlalchemy as sa

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Name, table, columns, and which rows it holds where that is not all. This revision changes indexes
# alone, so on PostgreSQL they are built beside running writers (jobs/migrations/indexes.py).
NEW_INDEXES = (
    ("ix_jobs_state", "jobs", ["state", "tenant", "id"], None),
    ("ix_jobs_created_at", "jobs", ["created_at"], "finished_at IS NULL"),
    (
        "ix_jobs_deadline_at",
        "jobs",
        ["deadline_at"],
        "finished_at IS NULL AND deadline_at IS NOT NULL",
    ),
    ("ix_jobs_batch_id", "jobs", ["tenant", "batch_id", "id"], "batch_id IS NOT NULL"),
    ("ix_pages_open", "pages", ["state", "job_id", "number"], "finished_at IS NULL"),
    ("ix_deliveries_open", "deliveries", ["endpoint_id", "state", "id"], "finished_at IS NULL"),
    (
        "ix_deliveries_finished_at",
        "deliveries",
        ["job_id", "finished_at"],
        "job_id IS NULL AND finished_at IS NOT NULL",
    ),
    ("ix_deliveries_state", "deliveries", ["tenant", "state", "id"], None),
    ("ix_deliveries_endpoint_id", "deliveries", ["endpoint_id", "id"], None),
)
OLD_INDEXES = (
    ("ix_jobs_deadline_at", "jobs", ["deadline_at"], "deadline_at IS NOT NULL"),
    ("ix_pages_open", "pages", ["job_id", "number"], "finished_at IS NULL"),
    ("ix_deliveries_endpoint_id", "deliveries", ["endpoint_id"], None),
)


def upgrade() -> None:
    _replace(OLD_INDEXES, NEW_INDEXES)


def downgrade() -> None:
    _replace(NEW_INDEXES, OLD_INDEXES)


def _replace(gone, made) -> None:
    for name, table, _, _ in gone:
        op.drop_index(name, table_name=table)
    for name, table, columns, where in made:
        rows = None if where is None else sa.text(where)
        op.create_index(name, table, columns, sqlite_where=rows, postgresql_where=rows)
