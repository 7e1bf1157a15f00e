"""Images of lines of text on which the ranges of a network's first values are measured.

They are drawn, so that the same model is always converted alike: thin to bold strokes in the
contrasts between which print lies, black on white, white on black, and saturated colours.
"""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

_HEIGHT, _WIDTH, _BASELINE = 48, 160, 36
# A typeface with its text, each in all of these strokes: pixels, and size.
_TEXTS = (
    (cv2.FONT_HERSHEY_SIMPLEX, "BMW 0123"),
    (cv2.FONT_HERSHEY_COMPLEX, "aegkm tsy"),
    (cv2.FONT_HERSHEY_TRIPLEX, "Rx.,:-(%&@#"),
    (cv2.FONT_HERSHEY_DUPLEX, "||| == --lI0"),
)
_STROKES = ((1, 0.7), (2, 1.0), (3, 1.1))
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)
_RED, _GREEN, _BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
_CYAN, _MAGENTA, _YELLOW = (0, 255, 255), (255, 0, 255), (255, 255, 0)
# Of paper and ink: these two for all lines, and one of the others for each in turn.
_CONTRASTS = ((_WHITE, _BLACK), (_BLACK, _WHITE))
_COLOURS = (
    (_WHITE, _RED),
    (_WHITE, _BLUE),
    (_RED, _WHITE),
    (_GREEN, _MAGENTA),
    (_YELLOW, _BLUE),
    (_BLUE, _YELLOW),
    (_MAGENTA, _GREEN),
    (_CYAN, _RED),
)


def calibration_lines() -> Iterator[NDArray[np.uint8]]:
    """36 images [48, 160, 3] of lines, uint8, always the same."""
    drawn = [(*text, *stroke) for text in _TEXTS for stroke in _STROKES]
    for number, (typeface, text, stroke, size) in enumerate(drawn):
        for paper, ink in (*_CONTRASTS, _COLOURS[number % len(_COLOURS)]):
            image = np.full((_HEIGHT, _WIDTH, 3), paper, np.uint8)
            cv2.putText(
                image, text, (2, _BASELINE), typeface, size, ink, stroke, lineType=cv2.LINE_AA
            )
            yield image
