"""Inserts many rows of one table with one statement, for transactions that must be short.

SQLAlchemy builds a dictionary for each row twice over and converts every value apart, which took
two thirds of the processor time of a transaction that accepts jobs. The driver's `executemany`
releases the interpreter's lock at every row, and waits until the event loop releases it again. Here
a row is a tuple, and what all rows share is converted once. Types convert as they do everywhere.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from sqlalchemy import Connection, Dialect, Table

_PLACEHOLDERS: Final = {"qmark": "?", "format": "%s", "pyformat": "%s"}
_MOST_PARAMETERS: Final = 30_000  # of a statement: SQLite 32,766, PostgreSQL 65,535
Converter = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An insert in a dialect: the places in a row that are converted, and what all rows share."""

    head: str
    marks: str
    of_each: Sequence[tuple[int, Converter]]
    of_common: Sequence[Converter]


class RowInsert:
    """Inserts rows of the columns `each`, and the columns `common` with one value for all."""

    def __init__(self, table: Table, each: Sequence[str], common: Sequence[str]) -> None:
        self._table = table
        self._each = tuple(each)
        self._common = tuple(common)
        self._at_once = _MOST_PARAMETERS // (len(self._each) + len(self._common))
        self._prepared: dict[str, _Prepared] = {}

    def __call__(
        self,
        connection: Connection,
        rows: Sequence[tuple[Any, ...]],
        common: Mapping[str, Any],
    ) -> None:
        """Insert the rows, in their order. Raises what an insert by SQLAlchemy does."""
        prepared = self._prepare(connection.dialect)
        named = zip(prepared.of_common, self._common, strict=True)
        tail = [convert(common[name]) for convert, name in named]
        for at in range(0, len(rows), self._at_once):
            some = [
                _converted(row, prepared.of_each, tail) for row in rows[at : at + self._at_once]
            ]
            statement = prepared.head + ", ".join([prepared.marks] * len(some))
            connection.exec_driver_sql(statement, tuple(chain.from_iterable(some)))

    def _prepare(self, dialect: Dialect) -> _Prepared:
        if dialect.name not in self._prepared:
            names = (*self._each, *self._common)
            columns = ", ".join(dialect.identifier_preparer.quote(name) for name in names)
            marks = ", ".join([_PLACEHOLDERS[dialect.paramstyle]] * len(names))
            converters = [_converter(self._table, name, dialect) for name in self._each]
            self._prepared[dialect.name] = _Prepared(
                f"INSERT INTO {self._table.name} ({columns}) VALUES ",  # noqa: S608 - our names
                f"({marks})",
                [(at, each) for at, each in enumerate(converters) if each is not None],
                [_converter(self._table, name, dialect) or _same for name in self._common],
            )
        return self._prepared[dialect.name]


def _converted(
    row: tuple[Any, ...], of_each: Sequence[tuple[int, Converter]], tail: Sequence[Any]
) -> Sequence[Any]:
    values = [*row, *tail]
    for at, convert in of_each:
        values[at] = convert(values[at])
    return values


def _converter(table: Table, column: str, dialect: Dialect) -> Converter | None:
    """What a type makes of a value before it goes to the driver, if anything."""
    kind: Any = table.c[column].type
    converter: Converter | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return converter


def _same(value: Any) -> Any:
    return value
