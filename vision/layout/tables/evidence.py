"""Judges from its lines whether what a detector reported as a table is one.

A table shows as gaps at the same place in several rows. Columns of prose have that too, so that
an uncertain detection with prose on both sides of the gap is none.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from vision.core.arrays import Affine
from vision.layout.placed_line import PlacedLine
from vision.layout.reading_order import Interval
from vision.layout.tables.structure import CELL_GAP, runs, words_by_line

_CERTAIN = 0.75  # from here on one row of cells will do: the others may be blank
_CONFIDENT = 0.5  # from here on a detection counts for more than prose in its cells
_FEWEST_ROWS = 2  # with a gap at the same place
_SHARE = 1 / 3  # of the rows that have that gap
_PROSE = 8.0  # line heights; wider pieces on both sides of the gap are prose

_Pieces = list[Interval]


def shows_columns(
    rows: Sequence[Sequence[PlacedLine]], confidence: float, to_layout: Affine
) -> bool:
    """Whether enough rows, each of lines side by side, have a gap between cells in common."""
    unit = median([line.box.height for row in rows for line in row] or [1.0])
    pieces = [each for row in rows for each in _pieces(row, unit, to_layout)]
    place = _shared_gap(pieces)
    if place is None:
        return False
    sides = [side for row in pieces if (side := _beside(row, place))]
    if confidence >= _CERTAIN:
        return True
    if len(sides) < max(_FEWEST_ROWS, _SHARE * len(pieces)):
        return False
    return confidence >= _CONFIDENT or not _is_prose(sides, unit)


def _pieces(row: Sequence[PlacedLine], unit: float, to_layout: Affine) -> Iterator[_Pieces]:
    """The extents of cells in each line of a row."""
    for words in words_by_line(row, to_layout):
        cells = runs(words, CELL_GAP * unit)
        yield [(cell[0].x[0], max(word.x[1] for word in cell)) for cell in cells]


def _shared_gap(rows: Sequence[_Pieces]) -> float | None:
    """The place across the table that lies in gaps of the most rows."""
    gaps = [(left[1], right[0]) for row in rows for left, right in pairwise(row)]
    places = sorted({place for start, end in gaps for place in (start, (start + end) / 2, end)})
    counts = {place: sum(start <= place <= end for start, end in gaps) for place in places}
    return max(places, key=counts.__getitem__, default=None)


def _beside(row: _Pieces, place: float) -> tuple[Interval, Interval] | None:
    """The pieces of a row on either side of a place in a gap between them."""
    pairs = ((left, right) for left, right in pairwise(row) if left[1] <= place <= right[0])
    return next(pairs, None)


def _is_prose(sides: Sequence[tuple[Interval, Interval]], unit: float) -> bool:
    widths = [[end - start for start, end in side] for side in zip(*sides, strict=True)]
    return all(median(side) >= _PROSE * unit for side in widths)
