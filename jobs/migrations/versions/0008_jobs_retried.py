"""A job that reads a document again says which job's finished pages it may keep"""

from alembic import op
import sqlalchemy as sa

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("retry_of", sa.String(length=64), nullable=True))


def downgrade() -> None:
    op.drop_column("jobs", "retry_of")
