"""Notices words in which there is a gap as wide as a space: two words were read as one.

Networks saw few single letters, signs and numbers side by side, and write `ifa!=bandc` for
`if a != b and c` with full confidence.
"""

import re
from collections.abc import Sequence
from statistics import median

import numpy as np
from numpy.typing import NDArray

from vision.core.stages import CropWord

# In heights of the line's tall letters: spaces of proportional type have .42 and more, gaps within
# typewritten words up to .6. In three typefaces the gaps of lost spaces had .85 of a space at
# least.
_LEAST, _ALONE = 0.42, 0.48
_OF_SPACES = 0.8  # of the line's median gap between words
_TALL = 0.9  # quantile of the heights of a line's pieces of ink
# Stops and commas stand apart from the letters of typewriting: low pieces so small.
_STOP_WIDTH, _STOP_HEIGHT = 0.35, 0.45
# Amounts, dates, codes, addresses and genitives have wide gaps at their marks.
_WHOLE = re.compile(r"(?=.*\d)(?!.*[=<>*]).*[^\d%+\N{PLUS-MINUS SIGN}]|.*['\u2019/@~]")


def has_wide_gap(words: Sequence[CropWord], ink: NDArray[np.int32]) -> bool:
    """Whether a word that is not listed has a gap as wide as a space of its line.

    `ink` is as `ink_boxes` gives it, in the coordinates of the words.
    """
    long = [word.box for word in words if _may_be_two(word)]
    if not long or len(ink) < 2:
        return False
    ink = ink[np.argsort(ink[:, 0])]
    heights = np.sort(ink[:, 3] - ink[:, 1])
    tall = float(heights[int(_TALL * (len(heights) - 1))])
    ends, starts = np.maximum.accumulate(ink[:, 2])[:-1], ink[1:, 0]
    wide = np.flatnonzero(starts - ends >= _LEAST * tall)
    if not len(wide):
        return False
    gaps = [(float(ends[at]), float(starts[at]), int(at)) for at in wide]
    edges = [word.box.x1 for word in words]
    between = [right - left for left, right, _ in gaps if any(abs(x - left) < 2 for x in edges)]
    inside = [
        right - left
        for left, right, at in gaps
        if any(box.x0 < left and right < box.x1 for box in long)
        and (between or not (_is_stop(ink[at::-1], tall) or _is_stop(ink[at + 1 :], tall)))
    ]
    least = _OF_SPACES * median(between) if between else _ALONE * tall
    return max(inside, default=0.0) >= least


def _may_be_two(word: CropWord) -> bool:
    return len(word.text) > 1 and not word.listed and not _WHOLE.match(word.text)


def _is_stop(pieces: NDArray[np.int32], tall: float) -> bool:
    """Whether the first of the pieces is a stop, and no part of the letter that is next."""
    rows = pieces[:2].tolist()
    x0, y0, x1, y1 = rows[0]
    stacked = len(rows) == 2 and rows[1][0] < x1 and x0 < rows[1][2]
    return bool(not stacked and x1 - x0 < _STOP_WIDTH * tall and y1 - y0 < _STOP_HEIGHT * tall)
