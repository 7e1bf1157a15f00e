"""Heads over several columns, in the first row of a table without ruling lines.

Such a head stands in the middle above its columns and is narrower than them, so that by itself it
touches one of them or the gap between two.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, pairwise

from vision.core.document import TableCell
from vision.layout.reading_order import Interval
from vision.layout.tables.cells import Cell, GridRow

_MOST_COLUMNS = 14  # the ways to part more are too many to be told apart
_FULL = 0.7  # share of the columns that the row below fills
_OFF_CENTRE = 0.9  # of a head from the middle of its columns, in heights of a line
_LEADING = 2  # columns of names of rows, over which no head need stand

Share = tuple[int, int]  # first and last column


def with_spanning_heads(
    grid: Sequence[GridRow], columns: Sequence[Interval], unit: float
) -> list[GridRow]:
    """The rows of a table, with the heads of the first row over the columns that they name.

    Nothing changes unless the row below is full and every head over several columns stands in
    their middle.
    """
    heads = grid[0].cells
    below = sum(cell.last - cell.first + 1 for cell in grid[1].cells)
    spanned = len(heads) < len(columns) <= _MOST_COLUMNS
    if not heads or not spanned or below < _fewest_below(len(columns)):
        return list(grid)
    best = min(_offsets(heads, columns), default=None)
    if best is None or best[0] > _OFF_CENTRE * unit:
        return list(grid)
    cells = [
        replace(head, first=first, last=last)
        for head, (first, last) in zip(heads, best[1], strict=True)
    ]
    return [replace(grid[0], cells=cells), *grid[1:]]


def _fewest_below(columns: int) -> float:
    """How many columns the second row fills: most, or all but that of the names of the rows."""
    return max(2, min(_FULL * columns, columns - 1))


def _offsets(
    heads: Sequence[Cell], columns: Sequence[Interval]
) -> Iterator[tuple[float, list[Share]]]:
    """Ways to share the columns among the heads, each with how far off its middle a head is."""
    for shares in _shares(len(heads), len(columns)):
        fits = all(
            first <= head.first and head.last <= last
            for head, (first, last) in zip(heads, shares, strict=True)
        )
        if fits:
            offs = (_off(head, share, columns) for head, share in zip(heads, shares, strict=True))
            yield max(offs), shares


def _shares(heads: int, columns: int) -> Iterator[list[Share]]:
    """Every way to part the columns, from one of the leading ones on, into runs."""
    for start in range(min(_LEADING + 1, columns - heads + 1)):
        for cuts in combinations(range(start + 1, columns), heads - 1):
            edges = (start, *cuts, columns)
            yield [(a, b - 1) for a, b in pairwise(edges)]


def _off(head: Cell, share: Share, columns: Sequence[Interval]) -> float:
    """How far a head is from the middle of its columns; a head of one column may stand anywhere."""
    if share[0] == share[1]:
        return 0.0
    left = min(fragment.x[0] for fragment in head.fragments)
    right = max(fragment.x[1] for fragment in head.fragments)
    first, last = columns[share[0]], columns[share[1]]
    return abs((left + right) - (first[0] + last[1])) / 2


def with_tall_heads(cells: Sequence[TableCell]) -> list[TableCell]:
    """The cells with heads of one column two rows high, beside heads over several columns.

    So it is where the second row holds nothing but what stands below those.
    """
    shared = {
        column
        for cell in cells
        if cell.row == 0 and cell.text and cell.column_span > 1
        for column in range(cell.column, cell.column + cell.column_span)
    }
    second = {cell.column: cell for cell in cells if cell.row == 1}
    if not shared or not shared >= {at for at, cell in second.items() if cell.text}:
        return list(cells)
    tall = {
        cell.column
        for cell in cells
        if cell.row == 0 and cell.text and cell.column not in shared and cell.column in second
    }
    return [
        replace(cell, row_span=2) if cell.row == 0 and cell.column in tall else cell
        for cell in cells
        if not (cell.row == 1 and cell.column in tall)
    ]
