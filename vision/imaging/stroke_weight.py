"""How heavy the strokes of text are, and what it stands on, without cutting out its letters."""

import cv2
import numpy as np

from vision.core.arrays import Image
from vision.core.document import Box

_LONGEST = 16  # heights of a line that tell its weight; measuring more takes time
_LEAST_CONTRAST = 20.0  # grey levels between paper and ink; less is no text
_NOISE = 0.15  # share of the contrast that paper itself varies by
_AROUND = 3  # pixels around a box that show its ground
_PAPER = 255.0
_DARKEST = 98.0  # percentile that counts as full ink, beside specks


def stroke_weight(page: Image, box: Box) -> float:
    """The mean width of strokes inside `box` of an RGB page, in pixels; 0 where there are none.

    A stroke of width w has w units of ink for each unit of its length and two edges, over each of
    which the ink rises from 0 to 1: twice the sum of ink over the sum of its gradient is w. Blur
    and contrast do not change that ratio, and neither does light print on a dark ground.
    """
    x0, y0, x1, y1 = (max(0, round(edge)) for edge in box)
    text = page[y0:y1, x0 : min(x1, x0 + _LONGEST * (y1 - y0))]
    if min(text.shape[:2]) < 2:
        return 0.0
    grey = cv2.cvtColor(text, cv2.COLOR_RGB2GRAY).astype(np.float32)
    ink = np.abs(grey - np.median(grey))
    darkest = float(np.percentile(ink, _DARKEST))
    if darkest < _LEAST_CONTRAST:
        return 0.0
    ink = np.pad(np.clip(ink / darkest - _NOISE, 0.0, 1.0), 1)
    across, down = ink[:-1, 1:] - ink[:-1, :-1], ink[1:, :-1] - ink[:-1, :-1]
    edges = float(np.hypot(across, down).sum())
    return 2 * float(ink.sum()) / edges if edges else 0.0


def ground_of(page: Image, box: Box) -> float:
    """The grey level, 0 to 255, of what lies just around `box` on an RGB page.

    Of a box that fits its text: inside, heavy letters may cover more than half.
    """
    x0, y0, x1, y1 = (max(0, round(edge)) for edge in box)
    rows = [max(0, y0 - _AROUND), max(0, y0 - 1), y1, y1 + _AROUND - 1]
    rim = page[[row for row in rows if row < page.shape[0]], x0:x1]
    return float(np.median(rim)) if rim.size else _PAPER
