"""Table regions grown to rows that the detector cut off: a head above, the end of a cell below.

Lengths are in heights of the table's usual line.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from vision.core.document import Box
from vision.core.geometry import union
from vision.layout.placed_line import PlacedLine
from vision.layout.regions import Finding, kind_of

_FARTHEST = 2.0  # between a head and the table
_NEAREST = 1.0  # between a cell and its last line
_CUT = 0.6  # of a line's height may lie inside the region that cut it off
_GAP = 1.2  # between the pieces of a head: wider than a space
_BESIDE = 0.5  # a piece may stand out from the table by so much
_MOST_WORDS = 6  # of a piece of a head
_MOST_ROWS = 2
_CROSSING = 0.1  # share of the table's lines that may cross the gap between two columns


def with_edge_rows(findings: Iterable[Finding], lines: Sequence[PlacedLine]) -> list[Finding]:
    """The findings; tables reach over heads right above them and cells that go on below."""
    known = list(findings)
    return [
        (model, replace(found, box=_grown(found.box, lines)))
        if kind_of(found.label) == "table" else (model, found)
        for model, found in known
    ]  # fmt: skip


def _grown(table: Box, lines: Sequence[PlacedLine]) -> Box:
    boxes = [line.line.box for line in lines if line.level and line.line.words]
    inside = [box for box in boxes if _is_inside(box, table)]
    if len(inside) < 2:
        return table
    unit = median(box.height for box in inside)
    words = [word.box for line in lines for word in line.line.words if line.line.box in inside]
    for _ in range(_MOST_ROWS):
        head = _head(table, lines, words, unit)
        if not head:
            break
        table = union([table, *head])
    end = _end(table, lines, words, unit)
    return union([table, *end]) if end else table


def _is_inside(box: Box, table: Box) -> bool:
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    return table.x0 <= x < table.x1 and table.y0 <= y < table.y1


def _head(table: Box, lines: Sequence[PlacedLine], words: Sequence[Box], unit: float) -> list[Box]:
    """The pieces of the row right above the table, if each stands over columns of its own."""
    pieces = sorted(_pieces(_row_above(table, lines, unit), unit))
    slack = _BESIDE * unit
    heads = len(pieces) > 1 and all(
        table.x0 - slack <= piece.x0 and piece.x1 <= table.x1 + slack and count <= _MOST_WORDS
        for piece, count in pieces
    )
    gaps = [(one.x1, other.x0) for (one, _), (other, _) in pairwise(pieces)]
    if not heads or not all(_is_white(start, end, words) for start, end in gaps):
        return []
    return [piece for piece, _ in pieces]


def _row_above(table: Box, lines: Sequence[PlacedLine], unit: float) -> list[Box]:
    """The words of the lowest row that ends near the table's upper edge and begins above it."""
    near = [
        line.line for line in lines
        if line.line.words and line.line.box.y0 < table.y0
        and table.y0 - _FARTHEST * unit < line.line.box.y1 <= table.y0 + (1 + _CUT) * unit
        and not _is_inside(line.line.box, table)
    ]  # fmt: skip
    last = max((line.box.y1 for line in near), default=0.0)
    return [word.box for line in near if line.box.y1 > last - unit for word in line.words]


def _pieces(words: Sequence[Box], unit: float) -> list[tuple[Box, int]]:
    """Words joined across narrow gaps, each piece with the number of its words."""
    pieces: list[tuple[Box, int]] = []
    for word in sorted(words):
        if pieces and word.x0 - pieces[-1][0].x1 < _GAP * unit:
            pieces[-1] = (union([pieces[-1][0], word]), pieces[-1][1] + 1)
        else:
            pieces.append((word, 1))
    return pieces


def _is_white(start: float, end: float, words: Sequence[Box]) -> bool:
    """Whether somewhere between two places hardly any word of the table stands."""
    rows = len({round((word.y0 + word.y1) / 2) for word in words})
    places = [start + (end - start) * share / 8 for share in range(9)]
    crossed = min(sum(word.x0 < x < word.x1 for word in words) for x in places)
    return crossed <= _CROSSING * rows


def _end(table: Box, lines: Sequence[PlacedLine], words: Sequence[Box], unit: float) -> list[Box]:
    """The line right below the table that goes on with a cell of a column other than the first."""
    below = [
        line.line.box for line in lines
        if line.line.words and not _is_inside(line.line.box, table)
        and -2 * _CUT * unit <= line.line.box.y0 - table.y1 <= (_NEAREST - _CUT) * unit
        and line.line.box.x0 > table.x0 and line.line.box.x1 < table.x1
    ]  # fmt: skip
    if len(below) != 1:
        return []
    box, first = below[0], min(word.x0 for word in words)
    starts = sum(abs(word.x0 - box.x0) < _BESIDE * unit for word in words)
    before = [word for word in words if word.x0 < box.x0 - _BESIDE * unit]
    apart = box.x0 - first > 2 * unit and _is_white(first, box.x0 - 1, before)
    return below if starts > 1 and apart else []
