"""Batches that are laid out as jobs, priorities, times to begin by, an outbox that takes turns"""

from typing import Any

from alembic import op
import sqlalchemy as sa

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)

# Columns are added one by one: making `jobs` anew would delete what refers to it on SQLite.
def _jobs() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("batch_index", sa.Integer(), nullable=True),
        sa.Column("custom_id", sa.Text(), nullable=True),
        sa.Column("priority", sa.SmallInteger(), server_default="2", nullable=False),
        sa.Column("begin_by", _TIME, nullable=True),
        sa.Column("finish_attempts", sa.Integer(), server_default="0", nullable=False),
    )


def _batches() -> tuple[sa.Column[Any], ...]:
    return (
        # No batch could be made before there was a state: none is there to be mistaken.
        sa.Column("state", sa.String(length=16), server_default="completed", nullable=False),
        sa.Column("options", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("archive", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=True),
        sa.Column("laid_out", sa.Integer(), server_default="0", nullable=False),
        sa.Column("open_jobs", sa.Integer(), server_default="0", nullable=False),
        sa.Column("priority", sa.SmallInteger(), server_default="3", nullable=False),
        sa.Column("callback_url", sa.Text(), nullable=True),
        sa.Column("retry_of", sa.String(length=64), nullable=True),
        sa.Column("idempotency_key", sa.String(length=255), nullable=True),
        sa.Column("fingerprint", sa.String(length=128), nullable=True),
        sa.Column("token", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("worker", sa.String(length=128), nullable=True),
        sa.Column("lease_until", _TIME, nullable=True),
        sa.Column("wake_at", _TIME, nullable=True),
        sa.Column("fault_code", sa.String(length=64), nullable=True),
        sa.Column("fault_message", sa.Text(), nullable=True),
        sa.Column("fault_actor", sa.String(length=16), nullable=True),
        sa.Column("deadline_at", _TIME, nullable=True),
        sa.Column("begin_by", _TIME, nullable=True),
        sa.Column("finished_at", _TIME, nullable=True),
        sa.Column("expires_at", _TIME, nullable=True),
    )


_UNFINISHED = "finished_at IS NULL"
_INDEXES = (
    ("ix_jobs_open", "jobs", ["tenant", "priority", "id"], _UNFINISHED),
    ("ix_jobs_begin_by", "jobs", ["begin_by"], f"{_UNFINISHED} AND begin_by IS NOT NULL"),
    ("ix_jobs_finished_at", "jobs", ["finished_at"], "finished_at IS NOT NULL"),
    ("ix_jobs_batch_index", "jobs", ["batch_id", "batch_index"], "batch_id IS NOT NULL"),
    ("ix_jobs_batch_state", "jobs", ["batch_id", "state"], "batch_id IS NOT NULL"),
    ("ix_batches_wake_at", "batches", ["wake_at"], "wake_at IS NOT NULL"),
    ("ix_batches_expires_at", "batches", ["expires_at"], "expires_at IS NOT NULL"),
)


def upgrade() -> None:
    for table, columns in (("jobs", _jobs()), ("batches", _batches())):
        for column in columns:
            op.add_column(table, column)
    op.drop_index("ix_jobs_open", table_name="jobs")
    op.drop_index("ix_jobs_batch_id", table_name="jobs")
    for index in _INDEXES:
        _create(*index)
    op.create_index("ix_batches_tenant_id", "batches", ["tenant", "id"])
    op.create_index(
        "ix_batches_idempotency_key", "batches", ["tenant", "idempotency_key"], unique=True
    )
    op.drop_table("outbox")  # whatever waited in it is sent again by the reconciler
    _create_outbox(
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
    )
    op.create_index("ix_outbox_turn", "outbox", ["topic", "tenant", "rank", "id"])
    op.create_index("ix_outbox_subject", "outbox", ["subject"])


def downgrade() -> None:
    op.drop_table("outbox")
    _create_outbox(sa.Column("args", sa.JSON(), nullable=False))
    op.drop_index("ix_batches_idempotency_key", table_name="batches")
    op.drop_index("ix_batches_tenant_id", table_name="batches")
    for name, table, *_ in _INDEXES:
        op.drop_index(name, table_name=table)
    _create("ix_jobs_open", "jobs", ["tenant"], _UNFINISHED)
    _create("ix_jobs_batch_id", "jobs", ["batch_id"], "batch_id IS NOT NULL")
    for table, columns in (("jobs", _jobs()), ("batches", _batches())):
        for column in columns:
            op.drop_column(table, column.name)


def _create(name: str, table: str, columns: list[str], where: str) -> None:
    rows = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=rows, postgresql_where=rows)


def _create_outbox(*columns: sa.Column[Any]) -> None:
    counter = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "outbox",
        sa.Column("id", counter, nullable=False),
        sa.Column("topic", sa.String(length=32), nullable=False),
        *columns,
        sa.Column("held_until", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
