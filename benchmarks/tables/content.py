"""What drawn tables say: columns of numbers, dates and words, from a seed."""

import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from benchmarks.made_pages import WORDS
from benchmarks.tables.styles import Style
from benchmarks.tables.truth import TrueCell, TrueTable

_KINDS = ("name", "count", "money", "signed", "percent", "date", "code")
_FEWEST_ROWS, _MOST_ROWS = 4, 11


class _Column(NamedTuple):
    kind: str
    head: str


def make_content(source: random.Random, style: Style) -> tuple[TrueTable, tuple[str, ...]]:
    """A table, and the kind of each column (`name`, `note` and others), for how it is aligned."""
    kinds = ["name", *source.sample(_KINDS[1:], source.randint(2, 4))]
    if style.wraps:
        kinds.insert(source.randint(1, len(kinds)), "note")
    columns = [_Column(kind, _words(source, 1).capitalize()) for kind in kinds]
    rows = source.randint(_FEWEST_ROWS, _MOST_ROWS)
    body = [[_value(source, column.kind, style.blank) for column in columns] for _ in range(rows)]
    cells = [*_head(source, columns, style.heads), *_body(source, body, style)]
    return TrueTable(style.heads + rows, len(columns), tuple(cells)), tuple(kinds)


def _head(source: random.Random, columns: Sequence[_Column], heads: int) -> Iterator[TrueCell]:
    if heads == 1:
        yield from (TrueCell(0, at, each.head, header=True) for at, each in enumerate(columns))
        return
    start = len(columns) - 2
    yield TrueCell(0, start, _words(source, 2).capitalize(), column_span=2, header=True)
    for at, each in enumerate(columns):
        grouped = at >= start
        yield TrueCell(int(grouped), at, each.head, 1 if grouped else 2, header=True)


def _body(source: random.Random, body: Sequence[Sequence[str]], style: Style) -> Iterator[TrueCell]:
    shared = _groups(source, len(body)) if style.groups else {}
    for at, row in enumerate(body):
        for column, text in enumerate(row):
            span = shared.get(at, 1) if column == 0 else 1
            if span:
                yield TrueCell(style.heads + at, column, text, span)


def _groups(source: random.Random, rows: int) -> dict[int, int]:
    """How many rows the first cell of each row spans, 0 where the one above does."""
    spans: dict[int, int] = {}
    at = 0
    while at < rows:
        size = min(source.randint(1, 3), rows - at)
        spans |= {at: size} | {at + more: 0 for more in range(1, size)}
        at += size
    return spans


def _value(source: random.Random, kind: str, blank: float) -> str:
    if kind not in {"name", "note"} and source.random() < blank:
        return ""
    return {
        "name": lambda: _words(source, source.randint(1, 2)).capitalize(),
        "note": lambda: _words(source, source.randint(3, 9)).capitalize(),
        "count": lambda: str(source.choice((source.randint(0, 9), source.randint(10, 9999)))),
        "money": lambda: f"{source.uniform(1, 20000):,.2f}",
        "signed": lambda: f"{source.choice('-+')}{source.uniform(0.1, 900):.2f}",
        "percent": lambda: f"{source.uniform(0, 100):.1f}%",
        "date": lambda: f"{source.randint(1, 28):02}.{source.randint(1, 12):02}.2026",
        "code": lambda: f"{source.choice('ABCDEFGHKMNPRT')}{source.randint(100, 999)}",
    }[kind]()


def _words(source: random.Random, count: int) -> str:
    return " ".join(source.choice(WORDS) for _ in range(count))
