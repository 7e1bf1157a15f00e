"""Tables of figures that outlast the rows which they were counted from."""

from sqlalchemy import JSON, Column, Date, Integer, String, Table

from jobs.db.column_types import UtcDateTime
from jobs.db.tables import metadata

deleted_usage = Table(
    "deleted_usage",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("day", Date, primary_key=True),  # in UTC
    Column("jobs", Integer, nullable=False),
    Column("pages_read", Integer, nullable=False),
    Column("pages_failed", Integer, nullable=False),
)

minutes = Table(
    "minutes",
    metadata,
    Column("at", UtcDateTime, primary_key=True),  # when the minute began
    Column("figures", JSON, nullable=False),
)
