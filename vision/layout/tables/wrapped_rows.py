"""Which rows of a table only carry on the row above: the further lines of cells that wrapped.

A line is wrapped because its next word did not fit: so a row carries on when the first word of each
of its cells would have reached over the edge of the column, had it stood in the line above.
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
_RAGGED = 0.6  # by which a word may have fitted after all: columns are known by their words only
_TIGHTER = 0.2  # how much closer the lines of a cell stand than rows do, where they tell
_NO_STRAY = 0.9  # share of the lines of a column that end within it
_ROW_GAP = 0.5  # further below than this, beyond the usual gap, nothing is carried on


def join_wrapped(
    rows: Sequence[GridRow], columns: Sequence[Interval], unit: float
) -> list[GridRow]:
    """The rows with those that carry on joined to the row above; `unit` is a line's height."""
    judge = _Judge(rows, columns, unit)
    joined: list[GridRow] = []
    for at, row in enumerate(rows):
        if joined and judge.carries_on(joined[-1], rows[at - 1], row):
            joined[-1] = _together(joined[-1], row)
        else:
            joined.append(row)
    return joined


class _Judge:
    """Knows how far the table's columns reach, and how far apart its rows usually stand."""

    def __init__(self, rows: Sequence[GridRow], columns: Sequence[Interval], unit: float) -> None:
        self._edges = _edges(rows, columns)
        self._head = rows[0]
        self._unit = unit
        gaps = [_gap(above, row) for above, row in pairwise(rows)]
        keyed = [gap for gap, row in zip(gaps, rows[1:], strict=True) if _keyed(row)]
        self._usual = median(gaps) if gaps else 0.0
        self._between_rows = median(keyed) if keyed else self._usual

    def carries_on(self, whole: GridRow, above: GridRow, row: GridRow) -> bool:
        """Whether `row` carries on `whole`, of which `above` is the last row of text.

        Rows that begin in the first column begin something new, unless that cell itself wraps:
        then it goes on with a small letter, and stands alone either here or above, where that is
        no head of the table.
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
