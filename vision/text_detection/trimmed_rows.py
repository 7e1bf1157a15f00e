"""Rows above and below the letters, left out of the line images of a network's rectangles.

Such a rectangle reaches between a tenth of its letters' height and more than all of it beyond them,
most where text stands on a label. Tesseract's networks scale the whole image to one height, and
lose decimal points in what comes out too low.
"""

import cv2
import numpy as np

from vision.core.arrays import Image
from vision.imaging.connected_components import connected_pieces
from vision.imaging.grey import grey_of

# In heights of the image.
_MIDDLE = (0.25, 0.75)  # where the middles of letters are that reach the edges
_LEAST, _MOST = 0.15, 0.98  # heights of letters; more is an edge of a label, or a picture
_WIDEST = 3.0  # letters that reach the edges; wider is a rule or a picture
_LETTERS = 0.3  # of the highest: the others are marks
_ROOM = 0.25  # of the letters' height, as the classical finder leaves it
_FEWEST = 6  # rows of letters; of fewer nothing can be read
_WORTH = 0.9  # of the rows; else the image is left as it is


def trimmed_rows(pixels: Image) -> slice:
    """The rows of a line image [h, w, 3] that its letters take, with room around them."""
    height = len(pixels)
    span = _span(pixels)
    if span is None or span[1] - span[0] < _FEWEST:
        return slice(0, height)
    room = _ROOM * (span[1] - span[0])
    top, bottom = max(int(span[0] - room), 0), min(int(np.ceil(span[1] + room)), height)
    return slice(top, bottom) if bottom - top < _WORTH * height else slice(0, height)


def _span(pixels: Image) -> tuple[int, int] | None:
    """The first row of the letters and the one behind their last; None where there are none."""
    grey, height = grey_of(pixels), len(pixels)
    _, ink = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    if 2 * cv2.countNonZero(ink) > ink.size:
        ink = 1 - ink
    _, found = connected_pieces(np.asarray(ink, np.uint8))
    top, wide, high = found[:, 1], found[:, 2], found[:, 3]
    middle = (top + high / 2) / height
    inside = (top > 0) & (top + high < height)  # what an edge cuts belongs to another line
    letters = inside | ((middle > _MIDDLE[0]) & (middle < _MIDDLE[1]) & (wide < _WIDEST * height))
    letters &= (high > _LEAST * height) & (high < _MOST * height)
    letters &= high >= _LETTERS * high[letters].max(initial=0)
    if not letters.any():
        return None
    return int(top[letters].min()), int((top + high)[letters].max())
