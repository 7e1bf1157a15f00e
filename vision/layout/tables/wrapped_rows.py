"""Finds rows of a table that only continue the row above: further lines of wrapped cells.

A line is wrapped because its next word did not fit: so a row is a continuation when the first word
of each of its cells would have crossed the edge of the column at the end of the line above.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil
from statistics import median

from vision.core.geometry import union
from vision.layout.reading_order import Interval
from vision.layout.tables.cells import Cell, GridRow

# In line heights.
_SPACE = 0.25
_RAGGED = 0.6  # tolerance: the edges of columns are known from their words only
_TIGHTER = 0.2  # by how much lines of a cell are closer than rows, where that differs at all
_NO_STRAY = 0.9  # share of the lines of a column that end within it
_ROW_GAP = 0.5  # beyond the usual gap; rows farther below are no continuation


def join_wrapped(
    rows: Sequence[GridRow], columns: Sequence[Interval], unit: float
) -> list[GridRow]:
    """The rows, with continuations joined to the row above; `unit` is the height of a line."""
    continuations = _Continuations(rows, columns, unit)
    joined: list[GridRow] = []
    for at, row in enumerate(rows):
        if joined and continuations.includes(joined[-1], rows[at - 1], row):
            joined[-1] = _together(joined[-1], row)
        else:
            joined.append(row)
    return joined


class _Continuations:
    """Judges rows by how far the table's columns reach and how far apart rows usually are."""

    def __init__(self, rows: Sequence[GridRow], columns: Sequence[Interval], unit: float) -> None:
        self._edges = _edges(rows, columns)
        self._head = rows[0]
        self._unit = unit
        gaps = [_gap(above, row) for above, row in pairwise(rows)]
        keyed = [gap for gap, row in zip(gaps, rows[1:], strict=True) if _keyed(row)]
        self._usual = median(gaps) if gaps else 0.0
        self._between_rows = median(keyed) if keyed else self._usual

    def includes(self, whole: GridRow, above: GridRow, row: GridRow) -> bool:
        """Whether `row` continues `whole`, of which `above` is the last row of text.

        Rows that begin in the first column are new rows, unless that cell itself wraps: then it
        continues with a small letter, and is alone either here or above, where that is not the
        table's header.
        """
        gap = _gap(above, row)
        if not row.cells or gap > self._usual + _ROW_GAP * self._unit:
            return False
        if _keyed(row):
            alone = (len(row.cells) == 1 and whole is not self._head) != (len(whole.cells) == 1)
            return alone and _starts_small(row.cells[0]) and self._wraps(whole, row.cells[0])
        tighter = gap < self._between_rows - _TIGHTER * self._unit
        return all(
            self._wraps(whole, cell) and (tighter or _starts_small(cell)) for cell in row.cells
        )

    def _wraps(self, whole: GridRow, cell: Cell) -> bool:
        """Whether the cell's first word had no room left behind the same cell's last line."""
        over = next((each for each in whole.cells if _same_columns(each, cell)), None)
        if over is None or not (_has_letters(over) and _has_letters(cell)):
            return False
        first, last = cell.fragments[0], over.fragments[-1]
        reach = last.x[1] + _SPACE * self._unit + first.first_width
        return reach > self._edges[cell.last] - _RAGGED * self._unit


def _edges(rows: Sequence[GridRow], columns: Sequence[Interval]) -> list[float]:
    """How far right the text of each column reaches, but for a stray line in ten."""
    ends: list[list[float]] = [[] for _ in columns]
    for cell in (cell for row in rows for cell in row.cells if cell.first == cell.last):
        ends[cell.last] += [each.x[1] for each in cell.fragments]
    return [
        sorted(inside)[ceil(_NO_STRAY * len(inside)) - 1] if inside else end
        for inside, (_, end) in zip(ends, columns, strict=True)
    ]


def _has_letters(cell: Cell) -> bool:
    return any(each.isalpha() for each in cell.text)


def _keyed(row: GridRow) -> bool:
    return bool(row.cells) and row.cells[0].first == 0


def _same_columns(one: Cell, other: Cell) -> bool:
    return (one.first, one.last) == (other.first, other.last)


def _starts_small(cell: Cell) -> bool:
    """Whether the first letter or digit is a small letter; marks before it may be specks."""
    return next((each.islower() for each in cell.text if each.isalnum()), False)


def _gap(above: GridRow, row: GridRow) -> float:
    return row.box.y0 - above.box.y1


def _together(whole: GridRow, row: GridRow) -> GridRow:
    cells = {cell.first: cell for cell in whole.cells}
    for cell in row.cells:
        over = cells.get(cell.first)
        fragments = [*over.fragments, *cell.fragments] if over else cell.fragments
        cells[cell.first] = Cell(cell.first, cell.last, fragments)
    return GridRow([cells[first] for first in sorted(cells)], union([whole.box, row.box]))
