"""Rectifies the page in a photograph, where its perspective is measured to bend lines of text.

Scanners do not make opposite edges of a page converge, so scans stay as they are. Coordinates are
those of the photograph all the same: `photograph_frame` maps what was read back into it.
"""

import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Homography, Image
from vision.core.document import Preparation
from vision.core.geometry import translation
from vision.core.limits import Limits
from vision.core.projective import homography_of, project_points
from vision.core.protocols import Rectifier
from vision.core.stages import Letters
from vision.preprocessing.deskew import sharpest_profile

# Degrees between opposite edges. Outlines found in scans had up to .4.
_LEAST_KEYSTONE = 2.0
# Lines of text must not become less straight. Their profile became .97 to 1.6 times as sharp in 48
# photographs of receipts and forms, all of which were read as well or better.
_LEAST_GAIN = 0.95
# What lies beside the page is lost: of photographs of one page the outline held .97 of all letters
# and more, mostly all, of posters and signs .23 to .90.
_FEWEST_LETTERS, _MOST_OUTSIDE = 30, 0.08
_MOST_PIXELS, _LONGEST_SIDE = Limits().max_pixels, Limits().max_side


Corners = NDArray[np.float64]
"""Of a page, [4, 2] in pixels of the photograph, clockwise."""


class Rectified(NamedTuple):
    """A photograph's page as a rectangle; `to_photograph` maps its pixels to the photograph's."""

    pixels: Image
    to_photograph: Homography


def rectify(
    photograph: Image, text: Letters, rectifier: Rectifier
) -> tuple[Rectified | None, Preparation]:
    """The page in the photograph, where rectifying it makes lines of text straighter.

    `text` was measured on the photograph. The report comes in any case.
    """
    outline = rectifier.find_outline(photograph, text)
    if outline is None:
        return None, _report(None, "no outline of a page", applied=False)
    corners = np.array(outline)
    keystone = _keystone(corners)
    if keystone < _LEAST_KEYSTONE:
        return None, _report(keystone, "", applied=False)
    width, height = _size(corners)
    to_page = _to_rectangle(corners, width, height)
    gain = _gain(text, corners, to_page)
    detail = f"lines {gain:.2f} times as straight" if gain else "too little text, or text beside it"
    if gain < _LEAST_GAIN:
        return None, _report(keystone, detail, applied=False)
    pixels = _warped(photograph, to_page, width, height)
    to_photograph = np.asarray(np.linalg.inv(to_page), np.float64)
    return Rectified(pixels, to_photograph), _report(keystone, detail, applied=True)


def _report(keystone: float | None, detail: str, *, applied: bool) -> Preparation:
    measured = None if keystone is None else round(keystone, 1)
    return Preparation("rectify", measured, "degrees between opposite edges", applied, detail)


def _keystone(corners: Corners) -> float:
    """The larger angle in degrees between opposite sides."""
    sides = np.roll(corners, -1, axis=0) - corners
    angles = np.degrees(np.arctan2(sides[:, 1], sides[:, 0]))
    apart = angles[:2] - angles[2:]
    return float(np.abs((apart + 90) % 180 - 90).max())


def _size(corners: Corners) -> tuple[int, int]:
    """Width and height of the page: those of its longer sides, as far as limits allow."""
    lengths = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    width, height = max(lengths[0], lengths[2]), max(lengths[1], lengths[3])
    room = min(_LONGEST_SIDE / max(width, height), math.sqrt(_MOST_PIXELS / (width * height)))
    scale = min(1.0, room)
    return max(1, int(width * scale)), max(1, int(height * scale))


def _to_rectangle(corners: Corners, width: int, height: int) -> Homography:
    rectangle = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    return np.asarray(
        cv2.getPerspectiveTransform(corners.astype(np.float32), rectangle), np.float64
    )


def _warped(photograph: Image, to_page: Homography, width: int, height: int) -> Image:
    # OpenCV counts from the centres of pixels, our frames from their corners.
    half = homography_of(translation(0.5, 0.5))
    centred = np.linalg.inv(half) @ to_page @ half
    warped = cv2.warpPerspective(
        photograph, centred, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(warped, np.uint8)


def _gain(text: Letters, corners: Corners, to_page: Homography) -> float:
    """How many times as sharp the profile of the outlined letters becomes.

    0 where they are too few, or too many lie outside.
    """
    x, y, w, h = (text.boxes / text.factor).T
    across, down = x + w / 2, y + h / 2
    inside = _contains(corners, np.column_stack([across, down]))
    count = np.count_nonzero(inside)
    if count < _FEWEST_LETTERS or count < (1 - _MOST_OUTSIDE) * len(inside):
        return 0.0
    edges = [
        np.column_stack(points)[inside]
        for points in ((across, y), (across, y + h), (x, down), (x + w, down))
    ]
    moved = [np.array(project_points(to_page, points.tolist())) for points in edges]
    return _straightness(moved) / _straightness(edges)


def _contains(corners: Corners, points: NDArray[np.float64]) -> NDArray[np.bool_]:
    sides = np.roll(corners, -1, axis=0) - corners
    away = points[:, None] - corners
    return np.asarray((sides[:, 0] * away[:, :, 1] >= sides[:, 1] * away[:, :, 0]).all(axis=1))


def _straightness(edges: list[NDArray[np.float64]]) -> float:
    """Of lines along either axis; `edges` are the middles of letters' upper, lower and outer edges.

    Lines of text gather on one of the edges whichever way up they are.
    """
    above, below, left, right = edges
    height = float(np.median(np.hypot(*(below - above).T)))
    width = float(np.median(np.hypot(*(right - left).T)))
    turned = [points[:, ::-1] * (1, -1) for points in (left, right)]
    return max(
        *(sharpest_profile(points.T, height) for points in (above, below)),
        *(sharpest_profile(points.T, width) for points in turned),
    )
