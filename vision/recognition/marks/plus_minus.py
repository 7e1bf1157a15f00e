"""Tells a plus-minus sign from a plus by its shape: recognisers have no class for it."""

import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Grey
from vision.core.document import Box
from vision.recognition.marks.window import Levels

PLUS, PLUS_MINUS = "+", "\u00b1"

_BAR = 0.8  # share of the sign's width that both of its bars take
_STEM = 0.5  # and that its stem takes at most
_LOW, _HIGH = 0.75, 0.6  # of its height: the lower bar is below, the other one above
_LEAST = 5  # pixels each way; of less no bars can be told
_RULE = 0.6  # of the sign's width: a bar that goes on so far beside it is a rule


def is_plus_minus(line: Grey, box: Box, levels: Levels) -> bool:
    """Whether the sign in `box` of a line image, read as a plus, has a second bar below."""
    x0, y0, x1, y1 = (round(edge) for edge in box)
    cut = line[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)]
    ink = cut > levels.between if levels.light_on_dark else cut < levels.between
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if len(rows) < _LEAST or len(columns) < _LEAST:
        return False
    shape = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    bars = _middles(shape.mean(axis=1) >= _BAR)
    top = float(shape[0].mean())
    if len(bars) != 2 or bars[0] > _HIGH or bars[1] < _LOW or top > _STEM:
        return False
    left, right = max(x0, 0) + columns[0], max(x0, 0) + columns[-1] + 1
    bar = line[max(y0, 0) + rows[0] + int(bars[1] * len(shape))]
    dark = bar > levels.between if levels.light_on_dark else bar < levels.between
    reach = max(round(_RULE * (right - left)), 1)
    beside = (dark[max(left - reach, 0) : left], dark[right : right + reach])
    return not any(len(part) == reach and part.all() for part in beside)


def _middles(bars: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Where each run of rows has its middle, as a share of all rows."""
    turns = np.flatnonzero(np.diff(np.concatenate([[False], bars, [False]]).astype(np.int8)))
    return np.asarray(turns.reshape(-1, 2).mean(axis=1) / len(bars))
