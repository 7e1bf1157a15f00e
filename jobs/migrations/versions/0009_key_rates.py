"""API keys may have a rate limit of their own"""

from alembic import op
import sqlalchemy as sa

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("api_keys", sa.Column("rate_per_s", sa.Float(), nullable=True))


def downgrade() -> None:
    op.drop_column("api_keys", "rate_per_s")
