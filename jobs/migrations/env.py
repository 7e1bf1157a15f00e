"""Runs the migrations on the connection and in the transaction of jobs/migrations/upgrade.py."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from jobs.db import check_tables, statistics_tables  # noqa: F401 - they add their tables
from jobs.db.column_types import UtcDateTime
from jobs.db.tables import metadata


def _render(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    # A migration must mean the same for ever, so it names no type of ours.
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=_render,
)
with context.begin_transaction():
    context.run_migrations()
