"""Pieces of one line of text, as finders split it, joined again."""

from collections.abc import Sequence

from vision.core.document import Line, Polygon
from vision.layout.placed_line import PlacedLine
from vision.layout.regions import union

# In line heights. Wider gaps part the fields of a form or the columns of a price list.
_SAME_LINE_GAP = 2.0


def join_row(row: Sequence[PlacedLine], *, across_gaps: bool = False) -> list[Line]:
    """The lines of one row, in order, with neighbours joined that stand close together.

    `across_gaps` joins all of them: the rows of a table are lines of its text.
    """
    groups: list[list[PlacedLine]] = []
    for piece in row:
        if groups and (across_gaps or _close(groups[-1][-1], piece)):
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return [_join([piece.line for piece in group]) for group in groups]


def _close(left: PlacedLine, right: PlacedLine) -> bool:
    limit = _SAME_LINE_GAP * min(left.box.height, right.box.height)
    return left.level and right.level and right.box.x0 - left.box.x1 <= limit


def _join(pieces: Sequence[Line]) -> Line:
    if len(pieces) == 1:
        return pieces[0]
    letters = sum(len(piece.text) for piece in pieces)
    return Line(
        text=" ".join(piece.text for piece in pieces),
        confidence=sum(piece.confidence * len(piece.text) for piece in pieces) / letters,
        box=union(piece.box for piece in pieces),
        words=tuple(word for piece in pieces for word in piece.words),
        polygon=_join_polygons(pieces[0].polygon, pieces[-1].polygon),
    )


def _join_polygons(first: Polygon | None, last: Polygon | None) -> Polygon | None:
    """From the first piece's near side to the last one's far side, clockwise."""
    if first is None or last is None:
        return None
    return first[0], last[1], last[2], first[3]
