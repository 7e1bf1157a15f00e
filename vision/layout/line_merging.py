"""Joins the pieces into which line finders split one line of text."""

from collections.abc import Sequence

import numpy as np

from vision.core.document import Line, Polygon
from vision.core.geometry import union
from vision.layout.placed_line import PlacedLine

# In line heights. Wider gaps separate the fields of a form or the columns of a price list.
_SAME_LINE_GAP = 2.0


def join_row(row: Sequence[PlacedLine], *, across_gaps: bool = False) -> list[Line]:
    """The lines of one row, in order, with close neighbours joined.

    `across_gaps` joins all of them: each row of a table is one line of its text.
    """
    groups: list[list[PlacedLine]] = []
    for piece in row:
        if groups and (across_gaps or _close(groups[-1][-1], piece)):
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return [join_lines([piece.line for piece in group]) for group in groups]


def _close(left: PlacedLine, right: PlacedLine) -> bool:
    limit = _SAME_LINE_GAP * min(left.box.height, right.box.height)
    gap = right.box.x0 - left.box.x1  # a stamp over a line is no part of it
    return left.level and right.level and -limit <= gap <= limit


def join_lines(pieces: Sequence[Line]) -> Line:
    """The pieces as one line, in order; as confident as its letters are on average."""
    if len(pieces) == 1:
        return pieces[0]
    letters = sum(len(piece.text) for piece in pieces)
    return Line(
        text=" ".join(piece.text for piece in pieces),
        confidence=sum(piece.confidence * len(piece.text) for piece in pieces) / letters,
        box=union(piece.box for piece in pieces),
        words=tuple(word for piece in pieces for word in piece.words),
        polygon=join_polygons([piece.polygon for piece in pieces]),
    )


def join_polygons(polygons: Sequence[Polygon | None]) -> Polygon | None:
    """The rectangle around quadrilaterals, clockwise from the text's own top-left corner.

    It runs in the direction of the longest of them, whichever is read first. None where one of
    the pieces is upright and has no polygon: their boxes will do.
    """
    quads = [np.array(polygon) for polygon in polygons if polygon is not None]
    if not quads or len(quads) < len(polygons):
        return None
    edges = [quad[1] - quad[0] for quad in quads]
    longest = max(edges, key=lambda edge: float(np.hypot(*edge)))
    length = float(np.hypot(*longest))
    right = longest / length if length > 0 else np.array([1.0, 0.0])
    axes = np.array([right, [-right[1], right[0]]])
    own = np.concatenate(quads) @ axes.T
    (x0, y0), (x1, y1) = own.min(axis=0), own.max(axis=0)
    return tuple(
        (float(x), float(y)) for x, y in np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]) @ axes
    )
