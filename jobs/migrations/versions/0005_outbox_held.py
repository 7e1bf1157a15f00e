"""Messages on their way are counted without looking at those that wait"""

from alembic import op
import sqlalchemy as sa

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    held = sa.text("held_until IS NOT NULL")
    op.create_index(
        "ix_outbox_held", "outbox", ["topic"], sqlite_where=held, postgresql_where=held
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_held", table_name="outbox")
