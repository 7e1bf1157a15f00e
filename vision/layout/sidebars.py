"""Recognises a sidebar: a column of short lines on a background of its own, beside prose.

Labels and entries of a form stand side by side, row by row, and may have different backgrounds.
The lines of a sidebar meet those of the body only by chance.
"""

from collections.abc import Sequence
from statistics import median

from vision.core.document import Box

_FEWEST_LINES = 4  # of the sidebar; fewer tell nothing
_FEWEST_BODY_LINES = 3
_LEVEL = 0.25  # line heights between the middles of lines that were set as one row
_ALIGNED = 0.6  # most of a sidebar's lines that have a line of the body in their row by chance
_OTHER_BACKGROUND = 60.0  # grey levels between the two columns


def is_sidebar(
    column: Sequence[Box],
    body: Sequence[Box],
    unit: float,
    backgrounds: tuple[Sequence[float], Sequence[float]],
) -> bool:
    """Whether a column of short lines does not belong to the rows of the prose beside it.

    `unit` is the height of a usual line; `backgrounds` hold the grey level behind each line of
    the column and of the body, 0 to 255. Both are empty where they are not known.
    """
    if len(column) < _FEWEST_LINES or len(body) < _FEWEST_BODY_LINES:
        return False
    return _differ(*backgrounds) and _aligned(column, body, unit) <= _ALIGNED


def _aligned(lines: Sequence[Box], others: Sequence[Box], unit: float) -> float:
    middles = [_middle(box) for box in others]
    level = [
        min(abs(_middle(box) - middle) for middle in middles) <= _LEVEL * unit for box in lines
    ]
    return sum(level) / len(level)


def _differ(column: Sequence[float], body: Sequence[float]) -> bool:
    if not (column and body):
        return False
    return abs(median(column) - median(body)) >= _OTHER_BACKGROUND


def _middle(box: Box) -> float:
    return (box.y0 + box.y1) / 2
