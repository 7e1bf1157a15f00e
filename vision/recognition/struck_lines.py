"""Lines that are struck out: a stroke through all of their letters."""

from dataclasses import replace

import numpy as np

from vision.core.stages import LineCrop, LineReading
from vision.recognition.marks.window import measured

_MIDDLE = (0.3, 0.7)  # of the line's height: where such a stroke runs
_LENGTH = 0.85  # share of the stroke's row that is ink
_LETTERS = 0.08  # share of ink elsewhere: less is a rule or a dash
_DIGITS = 2  # of a number
_NARROWEST = 1.2  # times as wide as high: less is a letter with a bar


def is_struck(crop: LineCrop) -> bool:
    """Whether a straight stroke crosses the letters of a line image from end to end."""
    height, width = crop.pixels.shape[:2]
    if width < _NARROWEST * height:
        return False
    grey, levels = measured(crop)
    first, last = (round(share * height) for share in _MIDDLE)
    if not (levels.ink_in(grey[first:last]).mean(axis=1) >= _LENGTH).any():
        return False
    rows = levels.ink_in(grey).mean(axis=1)
    stroke = rows >= _LENGTH
    inside = np.zeros(height, np.bool_)
    inside[first:last] = True
    if not stroke[inside].any() or stroke[~inside].any():
        return False
    beside = np.convolve(stroke, np.ones(3), "same") > 0
    return bool(rows[~beside].mean() >= _LETTERS)


def with_struck_doubt(crop: LineCrop, reading: LineReading) -> LineReading:
    """The reading, numbers of a struck line incomplete: they lose points and commas.

    Not those that two recognisers read alike.
    """
    if not has_number(reading.text) or not is_struck(crop):
        return reading
    words = tuple(
        replace(word, incomplete=True) if has_number(word.text) and not word.confirmed else word
        for word in reading.words
    )
    return replace(reading, words=words)


def has_number(text: str) -> bool:
    """Whether there are two digits and more."""
    return sum(map(str.isdigit, text)) >= _DIGITS
