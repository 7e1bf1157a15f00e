"""Drop capitals: the first letter of a paragraph, as high as two lines or more beside it.

A finder of lines gives parts of it to the lines beside it, and the letter itself to none.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vision.core.document import Box
from vision.core.geometry import corners
from vision.core.stages import FoundLine, Letters
from vision.imaging.order import median
from vision.text_detection.line_extent import Extents

# In heights of the page's commonest letters.
_HIGH: Final = (2.2, 8.0)
_APART: Final = 1.6  # from the letter to the lines beside it
_LONG: Final = 8.0  # lines beside it and the one below it
_BELOW: Final = 4.0  # from its foot to the foot of the next line, ...
_ALIGNED: Final = 0.8  # ... which begins where the letter does
_ROOM: Final = 0.25  # around the letter
_SAME: Final = 1.4  # times as wide as the letter: found as a line already
# Of its height.
_WIDE: Final = (0.25, 1.4)
_REACH: Final = 0.3  # of lines beside it above its top and below its foot
_FEWEST: Final = 2  # lines beside it


def with_drop_capitals(lines: Sequence[FoundLine], text: Letters) -> list[FoundLine]:
    """The lines without what they have of drop capitals, and each of these as a line of its own.

    `text` was measured on the image in which the lines were found.
    """
    if len(lines) <= _FEWEST or not len(text.boxes):
        return list(lines)
    letter = median(text.boxes[:, 3])
    width, height = text.pieces[:, 2], text.pieces[:, 3]
    like = (height >= _HIGH[0] * letter) & (height <= _HIGH[1] * letter)
    like &= (width >= _WIDE[0] * height) & (width <= _WIDE[1] * height)
    found = list(lines)
    if not like.any():
        return found
    extents = _extents(found)
    for x, y, w, h in text.pieces[like].tolist():
        box = np.array([x, y, x + w, y + h], np.float64)
        more = _with_capital(found, extents, box / text.factor, letter / text.factor)
        if more is not found:
            found, extents = more, _extents(more)
    return found


def _extents(lines: Sequence[FoundLine]) -> Extents:
    quads = np.array([line.quad for line in lines], np.float64)
    return np.hstack([quads.min(axis=1), quads.max(axis=1)])


def _with_capital(
    lines: list[FoundLine], extents: Extents, box: Extents, letter: float
) -> list[FoundLine]:
    """The lines with this piece of ink as one of them, if it is a drop capital."""
    beside = _beside(box, extents, letter)
    apart = beside & (extents[:, 0] > box[2] - _ROOM * letter)
    if beside.sum() < _FEWEST or not apart.any() or not _continues(box, extents, letter):
        return lines
    capital = box + _ROOM * letter * np.array([-1, -1, 1, 1])
    gone = _within(extents, capital)
    shorter = (
        _from(line, box[2] + 1) if aside else line
        for line, aside, inside in zip(lines, beside, gone, strict=True)
        if not inside
    )
    return [*shorter, FoundLine(corners(Box(*capital.clip(0).tolist())))]


def _from(line: FoundLine, left: float) -> FoundLine:
    """The part of a level line that lies right of this column."""
    quad = tuple((max(x, left), y) for x, y in line.quad)
    return replace(line, quad=quad)


def _beside(box: Extents, lines: Extents, letter: float) -> NDArray[np.bool_]:
    middles = (lines[:, 1] + lines[:, 3]) / 2
    more = _REACH * (box[3] - box[1])
    level = (middles > box[1] - more) & (middles < box[3] + more)
    begins = (lines[:, 0] > box[0] - _ALIGNED * letter) & (lines[:, 0] < box[2] + _APART * letter)
    long = lines[:, 2] > box[2] + _LONG * letter
    return np.asarray(level & begins & long, np.bool_)


def _within(lines: Extents, box: Extents) -> NDArray[np.bool_]:
    """Lines that are the letter itself or a part of it."""
    middles = (lines[:, :2] + lines[:, 2:]) / 2
    inside = ((middles > box[:2]) & (middles < box[2:])).all(axis=1)
    narrow = lines[:, 2] - lines[:, 0] <= _SAME * (box[2] - box[0])
    return np.asarray(inside & narrow, np.bool_)


def _continues(box: Extents, lines: Extents, letter: float) -> bool:
    """Whether a line below begins where the capital does: it is one of a paragraph."""
    middles = (lines[:, 1] + lines[:, 3]) / 2
    below = (middles > box[3]) & (lines[:, 3] < box[3] + _BELOW * letter)
    aligned = np.abs(lines[:, 0] - box[0]) <= _ALIGNED * letter
    return bool((below & aligned & (lines[:, 2] > box[2] + _LONG * letter)).any())
