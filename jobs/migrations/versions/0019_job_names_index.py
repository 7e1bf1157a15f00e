"""The index of job names on PostgreSQL"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# Built beside running writers (jobs/migrations/indexes.py).
_GRAMS = "pagesight_grams(filename, source_url, custom_id)"
NEW_INDEXES = (("ix_jobs_names", "jobs", [_GRAMS], None, "gin"),)
OLD_INDEXES = ()


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"CREATE INDEX ix_jobs_names ON jobs USING gin ({_GRAMS})")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX ix_jobs_names")
