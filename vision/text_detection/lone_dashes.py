"""Dashes that stand alone in a column, for want of a value: too flat to be found as lines."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Boxes
from vision.core.document import Box
from vision.core.geometry import corners
from vision.core.stages import FoundLine, Letters
from vision.imaging.order import median

# In heights of the page's commonest letters.
_WIDTH, _HEIGHT = (0.35, 1.8), (0.06, 0.3)
_FLAT = 2.0  # times as wide as high
_ALONE = (1.0, 0.5)  # free of other ink: aside, and above and below
_LEAST_INK = 0.1  # less is dust
_OFF_ROW = 0.4  # between the middles of a dash and of the line on its row
_NEAREST_ROW, _FARTHEST_ROW = 0.8, 6.0  # from a dash to the entry above or below it
_WIDEST_ENTRY = 9.0
_LINE = 1.5  # the height of a line that is made for a dash
_FEWEST_BESIDE = 2  # lines on its row
_MOST = 0.3  # as many dashes as lines: more are rules

DASH = "-"

Edges = NDArray[np.float64]  # [n, 4]: x0, y0, x1, y1


def with_lone_dashes(lines: Sequence[FoundLine], text: Letters) -> list[FoundLine]:
    """The lines and one for each lone dash, whose text is known; in the page's pixels."""
    height = _LINE * median(text.boxes[:, 3]) / text.factor if len(text.boxes) else 0.0
    dashes = (around(dash, height) for dash in lone_dashes(lines, text))
    return [*lines, *(FoundLine(corners(dash), text=DASH) for dash in dashes)]


def lone_dashes(lines: Sequence[FoundLine], text: Letters) -> list[Box]:
    """Boxes of dashes with lines on their row and an entry above or below, in the page's pixels.

    `text` was measured on the image in which the lines were found.
    """
    if not lines or not len(text.boxes):
        return []
    letter = median(text.boxes[:, 3])
    quads = np.array([line.quad for line in lines], np.float64) * text.factor
    edges = np.hstack([quads.min(axis=1), quads.max(axis=1)])
    pieces = text.pieces[text.pieces[:, 2:].max(axis=1) >= _LEAST_INK * letter]
    ends = np.hstack([pieces[:, :2], pieces[:, :2] + pieces[:, 2:]]).astype(np.float64)
    flat = ends[_are_flat(pieces, letter)]
    flat = flat[_are_in_table(flat, edges, letter)]
    found = [dash for dash in flat if _is_alone(dash, ends, letter)]
    if len(found) > max(_MOST * len(lines), 1):
        return []
    return [Box(*(dash / text.factor).tolist()) for dash in found]


def around(dash: Box, height: float) -> Box:
    """A box of the height of a line around a dash, with room at both ends."""
    middle, room = (dash.y0 + dash.y1) / 2, height / 4
    return Box(dash.x0 - room, middle - height / 2, dash.x1 + room, middle + height / 2)


def _are_flat(pieces: Boxes, letter: float) -> NDArray[np.bool_]:
    width, height = pieces[:, 2] / letter, pieces[:, 3] / letter
    wide = (width >= _WIDTH[0]) & (width <= _WIDTH[1]) & (width >= _FLAT * height)
    return np.asarray(wide & (height >= _HEIGHT[0]) & (height <= _HEIGHT[1]), np.bool_)


def _is_alone(dash: NDArray[np.float64], ends: Edges, letter: float) -> bool:
    """Whether no other ink is near: rules of dashes and broken letters have neighbours."""
    aside, around = _ALONE[0] * letter, _ALONE[1] * letter
    x0, y0, x1, y1 = dash
    near = (ends[:, 0] < x1 + aside) & (ends[:, 2] > x0 - aside)
    near &= (ends[:, 1] < y1 + around) & (ends[:, 3] > y0 - around)
    return int(near.sum()) == 1


def _are_in_table(dashes: Edges, lines: Edges, letter: float) -> NDArray[np.bool_]:
    """Which dashes have lines beside them, and an entry above or below."""
    x, y = ((dashes[:, :2] + dashes[:, 2:]) / 2).T[:, :, None]
    middles = (lines[:, 1] + lines[:, 3]) / 2
    covered = (lines[:, 0] < x) & (lines[:, 2] > x)
    rows = np.abs(middles - y)
    beside = ~covered & (rows <= _OFF_ROW * letter)
    entry = lines[:, 2] - lines[:, 0] <= _WIDEST_ENTRY * letter
    stacked = covered & entry & (rows >= _NEAREST_ROW * letter) & (rows <= _FARTHEST_ROW * letter)
    inside = covered & (lines[:, 1] < y) & (lines[:, 3] > y)
    enough = np.count_nonzero(beside, axis=1) >= _FEWEST_BESIDE
    return np.asarray(enough & stacked.any(axis=1) & ~inside.any(axis=1), np.bool_)
