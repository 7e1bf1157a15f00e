"""Scores of a table that was read against the true one."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from statistics import mean

from benchmarks.tables.teds import teds
from benchmarks.tables.truth import TrueCell, TrueTable, table_html
from vision.core.document import Table

_FIGURES = ("teds", "structure", "cell_f1")
_FOLDED = str.maketrans({"\N{MINUS SIGN}": "-", "\N{EN DASH}": "-", "\N{EM DASH}": "-"})


@dataclass(frozen=True, slots=True)
class TableScore:
    """One table by one program: TEDS, TEDS of its structure alone, and F1 of its cells."""

    name: str
    style: str
    reader: str
    teds: float
    structure: float
    cell_f1: float


def scored(
    name: str, style: str, reader: str, true: TrueTable, found: TrueTable | None
) -> TableScore:
    """The scores; all are 0 where no table was found."""
    if found is None:
        return TableScore(name, style, reader, 0.0, 0.0, 0.0)
    one, other = _written(true), _written(found)
    return TableScore(
        name, style, reader, teds(one, other), teds(one, other, structure_only=True),
        cell_f1(true, found),
    )  # fmt: skip


def cell_f1(true: TrueTable, found: TrueTable) -> float:
    """F1 of cells with text; a cell is right if its place, its spans and its text are."""
    one, other = Counter(map(_key, _filled(true))), Counter(map(_key, _filled(found)))
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 1.0


def grid_of(table: Table) -> TrueTable:
    """A table that was read; places that no cell covers become empty cells."""
    cells = [
        TrueCell(cell.row, cell.column, cell.text, cell.row_span, cell.column_span)
        for cell in table.cells
    ]
    return completed(table.rows, table.columns, cells)


def completed(rows: int, columns: int, cells: Sequence[TrueCell]) -> TrueTable:
    """The table with an empty cell at each place that none covers."""
    covered = {
        place
        for cell in cells
        for place in product(
            range(cell.row, cell.row + cell.row_span),
            range(cell.column, cell.column + cell.column_span),
        )
    }
    free = (TrueCell(*at, "") for at in product(range(rows), range(columns)) if at not in covered)
    return TrueTable(rows, columns, (*cells, *free))


def report(rows: Sequence[TableScore]) -> str:
    """A Markdown table: for each program the mean scores of each style."""
    lines = ["| program | style | tables | TEDS | structure | cell F1 |", "|" + "---|" * 6]
    for reader, style in dict.fromkeys((row.reader, row.style) for row in rows):
        own = [row for row in rows if (row.reader, row.style) == (reader, style)]
        means = [mean(getattr(row, name) for row in own) for name in _FIGURES]
        figures = " | ".join(f"{each:.3f}" for each in means)
        lines.append(f"| {reader} | {style} | {len(own)} | {figures} |")
    return "\n".join(lines)


def _written(table: TrueTable) -> str:
    cells = [
        TrueCell(cell.row, cell.column, _folded(cell.text), cell.row_span, cell.column_span)
        for cell in table.cells
    ]
    return table_html(table.rows, cells)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).translate(_FOLDED).split())


def _filled(table: TrueTable) -> list[TrueCell]:
    return [cell for cell in table.cells if cell.text]


def _key(cell: TrueCell) -> tuple[int, int, int, int, str]:
    return cell.row, cell.column, cell.row_span, cell.column_span, _folded(cell.text)
