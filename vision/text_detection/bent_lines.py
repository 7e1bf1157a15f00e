"""Lines that are not straight: on curled, folded and crumpled paper.

A rectangle around such a line holds parts of the lines above and below it. The network's map shows
where its middle runs; cut along that, it is straight.
"""

from typing import NamedTuple

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from vision.core.arrays import Image

# A line bends where its shape fills so little of the rectangle around it, which is so many times as
# high as the shape is thick. Straight lines fill .8.
_FILLED, _HIGHER = 0.8, 1.25
_LONG = 6.0  # times as long as thick: less bends little
_STEEPEST = 0.25  # rise over length, of the rectangle and of each part of the line
_PARTS = 24  # of a line, in which its middle is measured

Curve = NDArray[np.float64]  # [n, 2]: points of a line's middle from left to right


class Bent(NamedTuple):
    """The middle of a line and how thick its shape is, in pixels of the map."""

    middle: Curve
    thickness: float


def bent_line(contour: MatLike, rectangle: tuple[float, float, float]) -> Bent | None:
    """How the line of this contour bends; None for a straight, short or rotated one.

    `rectangle` is the width, height and angle of the smallest rectangle around it, as OpenCV's.
    """
    width, height, angle = rectangle
    if cv2.contourArea(contour) >= _FILLED * width * height:
        return None
    along = angle if width >= height else angle - 90
    if abs(np.tan(np.deg2rad(along))) > _STEEPEST:
        return None
    bent = _measured(contour)
    span = np.ptp(bent.middle[:, 0])
    if span < _LONG * bent.thickness or min(width, height) < _HIGHER * bent.thickness:
        return None
    slopes = np.diff(bent.middle[:, 1]) / np.diff(bent.middle[:, 0])
    return bent if np.abs(slopes).max() <= 2 * _STEEPEST else None


def _measured(contour: MatLike) -> Bent:
    x, y, width, height = cv2.boundingRect(contour)
    shape = np.zeros((height, width), np.uint8)
    cv2.drawContours(shape, [contour - np.array([x, y])], -1, 1, cv2.FILLED)
    thick = shape.sum(axis=0, dtype=np.float64)
    middles = (shape * np.arange(height)[:, None]).sum(axis=0) / np.maximum(thick, 1) + 0.5
    parts = np.array_split(np.arange(width), min(_PARTS, max(width // 4, 2)))
    points = [(x + part.mean() + 0.5, y + middles[part].mean()) for part in parts]
    return Bent(np.array(points), float(np.median(thick)))


def straightened(
    image: Image, middle: Curve, left: float, size: tuple[float, float]
) -> tuple[Image, NDArray[np.float32]]:
    """The line of this width and height from `left` on, around its middle, and its top [width].

    Every column is moved up or down as a whole; the top is in pixels of the image.
    """
    width, height = size
    columns = np.arange(max(round(width), 1), dtype=np.float32) + round(left)
    rows = np.arange(round(height), dtype=np.float32)
    ys = np.interp(columns + 0.5, middle[:, 0], middle[:, 1]).astype(np.float32)
    top = ys - np.float32(height / 2)
    pixels = cv2.remap(
        image,
        np.repeat(columns[None], len(rows), axis=0),
        top[None] + rows[:, None],
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(pixels, np.uint8), top
