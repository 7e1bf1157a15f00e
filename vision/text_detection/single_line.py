"""Images of a single line of text, as callers send them that have cut lines themselves."""

import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Boxes
from vision.core.document import Box
from vision.core.geometry import corners
from vision.core.stages import FoundLine, Letters
from vision.imaging.connected_components import full_rows, ink_of_rows

# Times as wide as high: single lines of books have 10 and more, letterheads and slips less.
_LONG = 8.0
_SMOOTHED_OVER = 0.06  # of the image's height
# Of the ink in the fullest row of letters: 0.95 and more in images of one line, Latin or Arabic,
# 0.68 at most in images of two.
_MOST_OF_THE_INK = 0.85
# Of that row's height: dots and accents beyond it have 0.29 at most, letters of a short second row
# over half. What the image's edges cut is no row that could be read.
_ACCENT = 0.4
_SPECK = 0.3  # of the letters' size
_LEAST_MARK = 0.12  # a full stop has 0.2; it belongs to the line where it stands close to it
_AROUND = 0.15  # of the ink's height, left on all sides


def only_line(text: Letters) -> FoundLine | None:
    """The line of an image that holds no other, in pixels of the image before it was shrunk.

    None where the image is not long and low, or its letters do not stand in one row.
    """
    height, width = text.grey.shape
    if width < _LONG * height or not len(text.boxes) or not _in_one_row(text):
        return None
    size = np.median(text.boxes[:, 2:].max(axis=1))
    longer = text.pieces[:, 2:].max(axis=1)
    edges = _around(text.pieces[longer >= _SPECK * size])
    marks = text.pieces[longer >= _LEAST_MARK * size]
    near = (marks[:, 0] <= edges[2] + size) & (marks[:, 0] + marks[:, 2] >= edges[0] - size)
    edges[[0, 2]] = _around(marks[near])[[0, 2]]
    room = _AROUND * (edges[3] - edges[1])
    grown = np.clip(edges + room * np.array([-1, -1, 1, 1]), 0, (width, height, width, height))
    return FoundLine(corners(Box(*(grown / text.factor).tolist())))


def _around(pieces: Boxes) -> NDArray[np.int32]:
    ends = pieces[:, :2] + pieces[:, 2:]
    return np.concatenate([pieces[:, :2].min(axis=0), ends.max(axis=0)])


def _in_one_row(text: Letters) -> bool:
    profile = ink_of_rows(text.ink).astype(np.float64)
    top, bottom = _fullest_row(profile)
    if profile[top:bottom].sum() < _MOST_OF_THE_INK * profile.sum():
        return False
    y, heights = text.pieces[:, 1], text.pieces[:, 3]
    middles, ends = y + heights / 2, y + heights
    beyond = (middles < top) | (middles >= bottom)
    whole = (y > 0) & (ends < len(profile))
    return not np.any(beyond & whole & (heights >= _ACCENT * (bottom - top)))


def _fullest_row(profile: NDArray[np.float64]) -> tuple[int, int]:
    """Where the row of letters with the most ink begins and ends, by the ink of each pixel row."""
    rows = full_rows(profile, _SMOOTHED_OVER * len(profile))
    return max(rows, key=lambda row: float(profile[row[0] : row[1]].sum()))
