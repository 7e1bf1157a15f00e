"""A grid of rows and columns from where the words of a table stand.

Rows are the lines of text: a cell that wraps gives as many rows as it has lines. Columns are what
white gaps part in the fullest rows; a cell that reaches over several of them spans them. Ruling
lines are not looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from vision.geometry import transform_box
from vision.placed import PlacedLine
from vision.reading_order import Interval, merge_intervals
from vision.regions import union
from vision.stages import Affine
from vision.types import Box, Region, Table, TableCell

# In line heights: wider than the space between words, narrower than that between columns.
_CELL_GAP = 0.7
# Rows with at least this share of the most pieces tell where the columns are: heads and
# subtitles that span columns have fewer.
_FULL_ROW = 0.7


@dataclass(frozen=True, slots=True)
class _Piece:
    """Words of one row that stand together. `x` in the layout frame, `box` on the page."""

    text: str
    x: Interval
    box: Box


def make_table(
    table_id: str, region: Region, rows: Sequence[Sequence[PlacedLine]], to_layout: Affine
) -> Table | None:
    """The grid of a table region; None where its text shows no two rows and two columns.

    `rows` hold the region's lines side by side, from the top; places without text get no cell.
    """
    unit = median([line.box.height for row in rows for line in row])
    pieces = [_pieces(row, to_layout, _CELL_GAP * unit) for row in rows]
    columns = _columns(pieces)
    if len(rows) < 2 or len(columns) < 2:
        return None
    cells = [cell for at, row in enumerate(pieces) for cell in _cells(at, row, columns)]
    return Table(table_id, region.box, len(rows), len(columns), tuple(cells), region.id)


def _pieces(row: Sequence[PlacedLine], to_layout: Affine, gap: float) -> list[_Piece]:
    words = sorted(
        (piece for line in row for piece in _words(line, to_layout)), key=lambda piece: piece.x
    )
    joined: list[_Piece] = []
    for word in words:
        if joined and word.x[0] - joined[-1].x[1] <= gap:
            joined[-1] = _join(joined[-1], word)
        else:
            joined.append(word)
    return joined


def _words(line: PlacedLine, to_layout: Affine) -> list[_Piece]:
    if not line.line.words:
        return [_Piece(line.line.text, (line.box.x0, line.box.x1), line.line.box)]
    boxes = [transform_box(to_layout, word.box) for word in line.line.words]
    pairs = zip(line.line.words, boxes, strict=True)
    return [_Piece(word.text, (box.x0, box.x1), word.box) for word, box in pairs]


def _join(left: _Piece, right: _Piece) -> _Piece:
    reach = min(left.x[0], right.x[0]), max(left.x[1], right.x[1])
    return _Piece(f"{left.text} {right.text}", reach, union([left.box, right.box]))


def _columns(rows: Sequence[Sequence[_Piece]]) -> list[Interval]:
    fullest = max(len(row) for row in rows)
    full = [row for row in rows if len(row) >= max(_FULL_ROW * fullest, 2)]
    return merge_intervals(piece.x for row in full for piece in row)


def _cells(row: int, pieces: Sequence[_Piece], columns: list[Interval]) -> list[TableCell]:
    """The row's cells; pieces that share a column share a cell."""
    placed: list[tuple[int, int, _Piece]] = []
    for piece in pieces:
        first, last = _reach(piece.x, columns)
        if placed and first <= placed[-1][1]:
            start, end, before = placed.pop()
            placed.append((start, max(end, last), _join(before, piece)))
        else:
            placed.append((first, last, piece))
    return [
        TableCell(row, first, piece.text, piece.box, column_span=last - first + 1)
        for first, last, piece in placed
    ]


def _reach(x: Interval, columns: list[Interval]) -> tuple[int, int]:
    """The first and last column that the piece touches, or the nearest one twice."""
    touched = [i for i, (start, end) in enumerate(columns) if x[0] < end and x[1] > start]
    if touched:
        return touched[0], touched[-1]
    middles = [(left[1] + right[0]) / 2 for left, right in pairwise(columns)]
    nearest = sum((x[0] + x[1]) / 2 > middle for middle in middles)
    return nearest, nearest
