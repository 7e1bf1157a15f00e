"""From the text probability map of a DB detector to rectangles around lines.

Method: Liao et al., "Real-time Scene Text Detection with Differentiable Binarization" (AAAI 2020),
section 3.4; constants as PP-OCRv6's published configuration of its detector has them.
"""

from typing import NamedTuple

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from vision.text_detection.bent_lines import Bent, bent_line

Map = NDArray[np.float32]
Quad = NDArray[np.float64]  # [4, 2]: corners (x, y) clockwise from the text's own top-left

_TEXT_PROBABILITY = 0.3
_MIN_SCORE = 0.5
_MAX_LINES = 3000  # a newspaper page has about 1,500
_UNCLIP_RATIO = 1.6
_MIN_SIDE = 3.0  # pixels of the map, before the rectangle grows
_MIN_GROWN_SIDE = _MIN_SIDE + 2
# Grown rectangles reach a little beyond ascenders and descenders. Cutting a tenth of the height
# gains .012 of word F1 on forms and costs .002 on receipts; padding loses on both.
_HEIGHT_KEPT = 0.9
# They reach further beyond the ends of a line, where LSTM networks read the empty paper as quotes
# and full stops and lose points between digits. Cutting this share of the height from the length
# gains .10 of the F1 of marks on forms, .03 on receipts; .3 gains more, but clips letters.
_ENDS_CUT = 0.2
_MOST_CUT = 0.15  # of the length, so that letters and digits that stand alone stay whole
# A narrow letter or digit standing alone reaches 1.5 once grown; a turned word of two letters 2.
TALL = 2.0


class MapLine(NamedTuple):
    """A rectangle around a line, the mean probability of its pixels, and how it bends if it does.

    The thickness of a bent line is that of its text, not that of the rectangle.
    """

    quad: Quad
    score: float
    bent: Bent | None = None


def quads_of_map(probability: Map) -> list[MapLine]:
    """Rectangles around the text of a map [height, width], each with its mean probability.

    Coordinates are pixels of the map, edges at integers.
    """
    mask = np.where(probability > _TEXT_PROBABILITY, np.uint8(1), np.uint8(0))
    # The lower right neighbours join: contours run through pixel centres, counted from 0, so with
    # one pixel more on that side they trace the mask's edges.
    joined = cv2.dilate(mask, np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(joined, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    scored = (_scored_quad(probability, contour) for contour in contours[:_MAX_LINES])
    return [found for found in scored if found is not None]


def _scored_quad(probability: Map, contour: MatLike) -> MapLine | None:
    rectangle = cv2.minAreaRect(contour)
    (x, y), (width, height), angle = rectangle
    if min(width, height) < _MIN_SIDE:
        return None
    bent = bent_line(contour, (width, height, angle))
    shape = cv2.boxPoints(rectangle) if bent is None else contour[:, 0]
    score = _mean_inside(probability, shape)
    grown = _unclip(width, height) if bent is None else _grown_bent(width, height, bent)
    if score < _MIN_SCORE or min(grown) < _MIN_GROWN_SIDE:
        return None
    if bent is not None:
        text = _unclip(max(width, height), bent.thickness)[1] * _HEIGHT_KEPT
        bent = Bent(bent.middle, text)
    return MapLine(reading_quad((x, y), grown, angle), score, bent)


def _grown_bent(width: float, height: float, bent: Bent) -> tuple[float, float]:
    """A bent line grows by as much as a straight one of its thickness."""
    length = max(width, height)
    more = _unclip(length, bent.thickness)[0] - length
    return width + more, height + more


def _unclip(width: float, height: float) -> tuple[float, float]:
    """The network is trained on shrunk text: grow by area * ratio / perimeter on every side."""
    offset = width * height * _UNCLIP_RATIO / (2 * (width + height))
    return width + 2 * offset, height + 2 * offset


def _mean_inside(probability: Map, corners: MatLike) -> float:
    x0, y0 = np.maximum(np.floor(corners.min(axis=0)).astype(int), 0)
    x1, y1 = np.ceil(corners.max(axis=0)).astype(int) + 1
    window = probability[y0:y1, x0:x1]
    inside = np.zeros(window.shape, np.uint8)
    cv2.fillPoly(inside, [(corners - (x0, y0)).astype(np.int32)], 1)
    return cv2.mean(window, inside)[0]


def reading_quad(centre: tuple[float, float], size: tuple[float, float], angle: float) -> Quad:
    """Corners of a rectangle, clockwise from where the text in it starts.

    `angle` is the clockwise tilt in degrees of the side `size[0]`, as OpenCV's RotatedRect. Text
    runs along the more horizontal side, unless the rectangle is taller than TALL times its width:
    then it runs upwards, as spines, stamps at margins and axis labels mostly do.
    """
    turn = np.deg2rad(angle)
    along = np.array([np.cos(turn), np.sin(turn)])
    length, height = size
    if abs(along[0]) < abs(along[1]):
        along, (length, height) = np.array([-along[1], along[0]]), (height, length)
    along = along if along[0] > 0 else -along
    if height > TALL * length:
        along, (length, height) = np.array([along[1], -along[0]]), (height, length)
    across = np.array([-along[1], along[0]])
    length -= min(_ENDS_CUT * height, _MOST_CUT * length)
    right, down = along * length / 2, across * height * _HEIGHT_KEPT / 2
    offsets = np.array([-right - down, right - down, right + down, down - right])
    quad: Quad = np.array(centre) + offsets
    return quad
