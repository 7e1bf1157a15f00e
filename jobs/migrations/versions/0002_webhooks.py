"""Deliveries that tell of batches and of webhooks themselves; endpoints that count failures"""

from collections.abc import Callable

from alembic import op
import sqlalchemy as sa

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
    ):
        op.add_column("endpoints", column)
    _keep_attempts(_tell_of_batches)


def downgrade() -> None:
    op.execute("DELETE FROM deliveries WHERE job_id IS NULL")
    _keep_attempts(_tell_of_jobs_alone)
    for name in ("description", "failures", "disabled_at"):
        op.drop_column("endpoints", name)  # not in a batch: see _keep_attempts


def _tell_of_batches() -> None:
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.alter_column("job_id", existing_type=sa.String(length=64), nullable=True)
        batch_op.add_column(sa.Column("batch_id", sa.String(length=64), nullable=True))
        batch_op.create_foreign_key(
            "fk_deliveries_batch_id",
            "batches",
            ["batch_id"],
            ["id"],
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        )
    op.create_index(
        "ix_deliveries_batch_id",
        "deliveries",
        ["batch_id"],
        unique=False,
        sqlite_where=sa.text("batch_id IS NOT NULL"),
        postgresql_where=sa.text("batch_id IS NOT NULL"),
    )


def _tell_of_jobs_alone() -> None:
    op.drop_index("ix_deliveries_batch_id", table_name="deliveries")
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_constraint("fk_deliveries_batch_id", type_="foreignkey")
        batch_op.drop_column("batch_id")
        batch_op.alter_column("job_id", existing_type=sa.String(length=64), nullable=False)


def _keep_attempts(change: Callable[[], None]) -> None:
    """Run a change of `deliveries`; on SQLite that makes the table anew.

    Dropping the old one there deletes what refers to it.
    """
    if op.get_bind().dialect.name != "sqlite":
        change()
        return
    op.execute("CREATE TEMPORARY TABLE kept_attempts AS SELECT * FROM attempts")
    change()
    op.execute("DELETE FROM attempts")
    op.execute("INSERT INTO attempts SELECT * FROM kept_attempts")
    op.execute("DROP TABLE kept_attempts")
