"""Lines that are struck out: a stroke through all of their letters."""

import numpy as np

from vision.core.stages import LineCrop
from vision.recognition.marks.window import measured

_MIDDLE = (0.3, 0.7)  # of the line's height: where such a stroke runs
_LENGTH = 0.85  # share of the stroke's row that is ink
_LETTERS = 0.08  # share of ink elsewhere: less is a rule or a dash
_NARROWEST = 1.2  # times as wide as high: less is a letter with a bar


def is_struck(crop: LineCrop) -> bool:
    """Whether a straight stroke crosses the letters of a line image from end to end."""
    height, width = crop.pixels.shape[:2]
    if width < _NARROWEST * height:
        return False
    grey, levels = measured(crop)
    ink = levels.ink_in(grey)
    rows = ink.mean(axis=1)
    first, last = (round(share * height) for share in _MIDDLE)
    stroke = rows >= _LENGTH
    inside = np.zeros(height, np.bool_)
    inside[first:last] = True
    if not stroke[inside].any() or stroke[~inside].any():
        return False
    beside = np.convolve(stroke, np.ones(3), "same") > 0
    return bool(rows[~beside].mean() >= _LETTERS)
