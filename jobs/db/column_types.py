"""What the ledger's tables are made of: types of columns, owners, partial indexes."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    Index,
    Integer,
    String,
)
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time in UTC; SQLite keeps no zone, so it is taken off and put on again here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times, hand over UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time of the ledger needs its zone: {value}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Return the time in UTC, aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def state(states: type[StrEnum]) -> Enum:
    """A column type that keeps the values of an enumeration as text."""
    return Enum(
        states, native_enum=False, length=16, values_callable=lambda kind: [s.value for s in kind]
    )


def owner(
    name: str, target: str, *, primary_key: bool = False, nullable: bool = False
) -> Column[str]:
    """The row that this one belongs to and goes with.

    Checked at commit, so that a row may be written before its owner in one transaction.
    """
    key = ForeignKey(target, ondelete="CASCADE", deferrable=True, initially="DEFERRED")
    return Column(name, String(64), key, primary_key=primary_key, nullable=nullable)


counter = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only INTEGER keys


def partial(name: str, *columns: Column[Any], where: ColumnElement[bool] | None = None) -> Index:
    """Index the rows that `where` holds for; those with a first column that is given, if absent."""
    rows = columns[0].is_not(None) if where is None else where
    return Index(name, *columns, sqlite_where=rows, postgresql_where=rows)
