"""A batch that is deleted is marked at once and goes with its jobs some at a time"""

from alembic import op
import sqlalchemy as sa

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    deleted = sa.text("deleted_at IS NOT NULL")
    op.add_column("batches", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_batches_deleted_at",
        "batches",
        ["deleted_at"],
        sqlite_where=deleted,
        postgresql_where=deleted,
    )


def downgrade() -> None:
    op.drop_index("ix_batches_deleted_at", table_name="batches")
    op.drop_column("batches", "deleted_at")
