"""The table of documents that wait to be checked by a person."""

from sqlalchemy import Column, Integer, String, Table

from jobs.db.column_types import UtcDateTime, owner, partial
from jobs.db.tables import metadata

checks = Table(
    "checks",
    metadata,
    owner("job_id", "jobs.id", primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("doubtful", Integer, nullable=False),
    Column("checked_at", UtcDateTime),
    Column("checked_by", String(64)),  # the id of an API key
)
partial("ix_checks_waiting", checks.c.tenant, checks.c.job_id, where=checks.c.checked_at.is_(None))
