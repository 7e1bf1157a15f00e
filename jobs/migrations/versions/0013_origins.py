"""Jobs and batches keep the ids of the request that made them, for the log lines of all their steps"""

from alembic import op
import sqlalchemy as sa

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = ("batches", "jobs")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("request_id", sa.String(length=128), nullable=True))
        op.add_column(table, sa.Column("trace", sa.String(length=32), nullable=True))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "trace")
        op.drop_column(table, "request_id")
