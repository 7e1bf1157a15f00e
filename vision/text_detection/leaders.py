"""Leaders: rows of dots that lead the eye from an entry to its amount, and are no text.

Networks that find lines take some of the dots into the line before or after them.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Boxes
from vision.core.stages import FoundLine, Letters
from vision.imaging.order import median

# In heights of the page's commonest letters.
_LARGEST, _SMALLEST = 0.35, 0.08  # a dot
_ROW, _SAME_ROW = 0.5, 0.12  # dots sorted together, and how far neighbours may rise
_FARTHEST = 1.5  # between the middles of neighbours
_REACH = 0.6  # of a line's end to the leader that it stops in
_ROOM = 0.15  # between the text and its end
_FEWEST = 6  # dots: an ellipsis has three, or four with a full stop
_UNEVEN = 0.35  # of the median distance: letters that broke into dots stand less evenly
_MOST_RISE = 0.3  # of a line over its length, in its heights

Runs = NDArray[np.float64]  # [n, 4]: x0, y0, x1, y1


def without_leaders(lines: Sequence[FoundLine], text: Letters) -> list[FoundLine]:
    """Level lines without the leaders at their ends; lines of nothing else are left out.

    `text` was measured on the image in which the lines were found.
    """
    if not lines or not len(text.boxes):
        return list(lines)
    letter = _letter_height(lines, text)
    leaders = find_leaders(text.pieces, letter) / text.factor
    if not len(leaders):
        return list(lines)
    letters = (text.boxes[:, :2] + text.boxes[:, 2:] / 2) / text.factor
    shortened = (_shortened(line, leaders, letters, letter / text.factor) for line in lines)
    return [line for line in shortened if line is not None]


def _letter_height(lines: Sequence[FoundLine], text: Letters) -> float:
    """The height of the commonest letters, as far as the lines have room for them.

    Patterns of fine lines, as on cheques, have larger pieces than print has letters.
    """
    quads = np.array([line.quad for line in lines], np.float64)
    heights = np.linalg.norm(quads[:, 3] - quads[:, 0], axis=1) * text.factor
    return min(median(text.boxes[:, 3]), median(heights))


def find_leaders(pieces: Boxes, letter: float) -> Runs:
    """Boxes of six and more like dots that stand evenly on one row.

    `pieces` are the page's ink: x, y, width, height in pixels; `letter` is the commonest height.
    """
    longer = pieces[:, 2:].max(axis=1, initial=0)
    dots = pieces[(longer <= _LARGEST * letter) & (longer >= max(_SMALLEST * letter, 1))]
    middles = dots[:, :2] + dots[:, 2:] / 2
    rows = np.floor(middles[:, 1] / (_ROW * letter))
    order = np.lexsort((middles[:, 0], rows))
    dots, middles = dots[order].astype(np.float64), middles[order]
    steps = np.diff(middles, axis=0)
    rise = max(_SAME_ROW * letter, 1)
    apart = (np.abs(steps[:, 1]) > rise) | (steps[:, 0] > _FARTHEST * letter)
    ends = [0, *(np.flatnonzero(apart | (steps[:, 0] <= 0)) + 1).tolist(), len(dots)]
    found = [dots[a:b] for a, b in pairwise(ends) if _is_leader(middles[a:b, 0])]
    boxes = [(*run[:, :2].min(axis=0), *(run[:, :2] + run[:, 2:]).max(axis=0)) for run in found]
    return np.array(boxes, np.float64).reshape(-1, 4)


def _is_leader(middles: NDArray[np.float64]) -> bool:
    if len(middles) < _FEWEST:
        return False
    steps = np.diff(middles)
    usual = median(steps)
    return bool(np.abs(steps - usual).mean() <= _UNEVEN * usual)


def _shortened(
    line: FoundLine, leaders: Runs, letters: NDArray[np.float64], letter: float
) -> FoundLine | None:
    """The line without the leaders that it ends in, unless letters would go with them.

    `letters` are the middles of the page's letters, x and y.
    """
    quad = np.array(line.quad, np.float64)
    along, height = quad[1] - quad[0], float(np.linalg.norm(quad[3] - quad[0]))
    if along[0] <= 0 or abs(along[1]) > _MOST_RISE * height:
        return line
    (left, top), (right, bottom) = quad.min(axis=0), quad.max(axis=0)
    start, end = left, right
    for x0, y0, x1, y1 in leaders.tolist():
        if not top <= (y0 + y1) / 2 <= bottom:
            continue
        if x0 < end and x1 > end - _REACH * letter:
            end = x0 - _ROOM * letter
        if x1 > start and x0 < start + _REACH * letter:
            start = x1 + _ROOM * letter
    mine = letters[(letters[:, 1] > top) & (letters[:, 1] < bottom), 0]
    gone = ((mine > left) & (mine < start)) | ((mine > end) & (mine < right))
    if (start, end) == (left, right) or gone.any():
        return line
    return _between(line, quad, (start, end)) if end - start > letter / 2 else None


def _between(line: FoundLine, quad: NDArray[np.float64], ends: tuple[float, float]) -> FoundLine:
    """The part of a level line between two columns."""
    shares = (np.array(ends) - quad[0, 0]) / (quad[1, 0] - quad[0, 0])
    low, high = np.clip(shares, 0, 1)
    top, bottom = quad[1] - quad[0], quad[2] - quad[3]
    corners = (
        quad[0] + low * top, quad[0] + high * top, quad[3] + high * bottom, quad[3] + low * bottom
    )  # fmt: skip
    return replace(line, quad=tuple((float(x), float(y)) for x, y in corners))
