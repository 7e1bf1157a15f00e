"""Finds the outline of a page in a photograph: four straight edges with paper on their inner side.

Candidates are the large light, pale or closed shapes of a thumbnail without its print, as in
OpenCV's sample `squares`. Their sides are moved to the strongest edge near them, and a candidate
counts only where nearly all of each side is such an edge.
"""

from collections.abc import Iterator
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Grey, Image
from vision.core.document import Polygon
from vision.core.stages import Letters
from vision.engines.resources import Resources

_LONGEST_SIDE = 512  # of the thumbnail
_GLANCE = 64  # pixels each way of the first look
_MOST_PAPER = 0.4  # of the rim of a photograph that is as light as the page
_PRINT = 9  # pixels of the thumbnail: wider than strokes and gaps of print
_LEVELS = 8  # thresholds tried for each channel
_SMALLEST_SHARE = 0.2  # of the photograph that the page covers
_HULL_FILLED = 0.85  # share of its hull that a shape covers
_QUAD_FILLED = 0.92  # share of the quadrilateral that the hull covers
_TOLERANCES = (0.01, 0.02, 0.03, 0.05)  # of the perimeter, to leave out corners of a hull
_MARGIN = 2.0  # pixels between the outline and the edge of the thumbnail
_SAMPLES = 48  # points of one side
_REACH = 6  # pixels to either side of it in which its edge is looked for
_LEAST_STEP = 10.0  # grey levels between the two sides of an edge, in any channel
_LEAST_SUPPORT = 0.8  # share of a side that is an edge
_SHARPEST_CORNER, _BLUNTEST_CORNER = 55.0, 125.0  # degrees

Quad = NDArray[np.float64]
"""Corners [4, 2] in pixels of the photograph, clockwise from the one nearest to its top left."""


class OutlineRectifier:
    """vision.core.protocols.Rectifier that needs no model."""

    name = "outline"

    def find_outline(self, photograph: Image, text: Letters) -> Polygon | None:
        """The corners of the page; None where the photograph shows no background around one."""
        if _is_filled_by_paper(text.grey):
            return None
        quad = find_outline(photograph)
        return None if quad is None else tuple((float(x), float(y)) for x, y in quad)


def open_rectifier(_: Resources) -> OutlineRectifier:
    """The registry's entry."""
    return OutlineRectifier()


def _is_filled_by_paper(grey: Grey) -> bool:
    """Whether much of the image's rim is as light as its middle: most scans, told cheaply."""
    size = (_GLANCE, _GLANCE)
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.int16)
    rim = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    paper = np.percentile(small[_GLANCE // 4 : -_GLANCE // 4, _GLANCE // 4 : -_GLANCE // 4], 80)
    return bool(np.mean(np.abs(rim - paper) < _LEAST_STEP) > _MOST_PAPER)


def find_outline(photograph: Image) -> Quad | None:
    """The page's outline in an RGB image; None where there is no clear one inside of it."""
    factor = _LONGEST_SIDE / max(photograph.shape[:2])
    if factor >= 1.0:
        small, factor = photograph, 1.0
    else:
        how = cv2.INTER_AREA
        resized = cv2.resize(photograph, None, fx=factor, fy=factor, interpolation=how)
        small = np.asarray(resized, np.uint8)
    plain = _without_print(small)
    best: Quad | None = None
    for shape in _shapes(plain):
        quad = _quad_around(shape, plain.shape[1], plain.shape[0])
        if quad is None or (best is not None and _area(quad) <= _area(best)):
            continue
        moved = _moved_to_edges(quad, plain)
        if moved is not None and (best is None or _area(moved) > _area(best)):
            best = moved
    return None if best is None else best / factor


def _without_print(image: Image) -> Image:
    closed = cv2.morphologyEx(image, cv2.MORPH_CLOSE, np.ones((_PRINT, _PRINT), np.uint8))
    return np.asarray(cv2.medianBlur(closed, 5), np.uint8)


def _shapes(plain: Image) -> Iterator[NDArray[np.int32]]:
    """Hulls [N, 1, 2] of shapes that cover a good part of the thumbnail."""
    least = _SMALLEST_SHARE * plain.shape[0] * plain.shape[1]
    for mask in _masks(plain):
        contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
        for contour in contours:
            hull = cv2.convexHull(contour)
            area = cv2.contourArea(hull)
            if area >= least and cv2.contourArea(contour) >= _HULL_FILLED * area:
                yield np.asarray(hull, np.int32)


def _masks(plain: Image) -> Iterator[Grey]:
    """Light parts and pale parts at several thresholds, and what strong edges enclose."""
    light = cv2.cvtColor(plain, cv2.COLOR_RGB2GRAY)
    paleness = 255 - (plain.max(axis=2) - plain.min(axis=2))
    for channel in (light, paleness):
        low, high = np.percentile(channel, (2, 98))
        if high - low < _LEAST_STEP:
            continue
        for level in np.linspace(low, high, _LEVELS + 2)[1:-1]:
            yield np.asarray(channel > level, np.uint8)
    edges = np.zeros(light.shape, np.uint8)
    for channel in cv2.split(plain):
        edges |= np.asarray(cv2.Canny(channel, 20, 50), np.uint8)
    yield np.asarray(cv2.dilate(edges, np.ones((5, 5), np.uint8)) == 0, np.uint8)


def _quad_around(hull: NDArray[np.int32], width: int, height: int) -> Quad | None:
    perimeter = cv2.arcLength(hull, closed=True)
    for tolerance in _TOLERANCES:
        corners = cv2.approxPolyDP(hull, tolerance * perimeter, closed=True)
        if len(corners) == 4:
            quad = _in_order(corners.reshape(4, 2).astype(np.float64))
            filled = cv2.contourArea(hull) >= _QUAD_FILLED * _area(quad)
            return quad if filled and _is_page_like(quad, width, height) else None
    return None


def _in_order(corners: Quad) -> Quad:
    """Clockwise, starting with the corner nearest to the top left."""
    centre = corners.mean(axis=0)
    angles = np.arctan2(corners[:, 1] - centre[1], corners[:, 0] - centre[0])
    clockwise = corners[np.argsort(angles)]
    return np.roll(clockwise, -int(clockwise.sum(axis=1).argmin()), axis=0)


def _is_page_like(quad: Quad, width: int, height: int) -> bool:
    """Whether all corners are inside of the image and about right angles."""
    low, high = quad.min(axis=0), quad.max(axis=0)
    if min(low) < _MARGIN or high[0] > width - 1 - _MARGIN or high[1] > height - 1 - _MARGIN:
        return False
    return all(_SHARPEST_CORNER <= angle <= _BLUNTEST_CORNER for angle in _corner_angles(quad))


def _corner_angles(quad: Quad) -> NDArray[np.float64]:
    """Degrees between the sides that meet in each corner."""
    to_next, to_last = np.roll(quad, -1, axis=0) - quad, np.roll(quad, 1, axis=0) - quad
    lengths = np.hypot(*to_next.T) * np.hypot(*to_last.T)
    cosines = (to_next * to_last).sum(axis=1) / np.maximum(lengths, 1e-9)
    angles: NDArray[np.float64] = np.degrees(np.arccos(np.clip(cosines, -1, 1)))
    return angles


def _moved_to_edges(quad: Quad, plain: Image) -> Quad | None:
    """The quadrilateral of the strongest edges near its sides; None where a side is no edge."""
    lines = []
    for start, end in pairwise([*quad, quad[0]]):
        line = _edge_near(start, end, plain)
        if line is None:
            return None
        lines.append(line)
    corners = [_crossing(before, line) for before, line in pairwise([lines[-1], *lines])]
    moved = np.array(corners)
    height, width = plain.shape[:2]
    return moved if _is_page_like(moved, width, height) else None


def _edge_near(start: Quad, end: Quad, plain: Image) -> NDArray[np.float64] | None:
    """A point and a direction [4] of the edge along a side; None where too little of it is one."""
    along = (end - start) / max(float(np.hypot(*(end - start))), 1e-9)
    inward = np.array([-along[1], along[0]])  # of a side that is run through clockwise
    at = start + np.linspace(0.04, 0.96, _SAMPLES)[:, None] * (end - start)
    offsets = np.arange(-_REACH - 2, _REACH + 3)
    x = (at[:, :1] + offsets * inward[0]).astype(np.float32)
    y = (at[:, 1:] + offsets * inward[1]).astype(np.float32)
    profiles = np.asarray(cv2.remap(plain, x, y, cv2.INTER_LINEAR), np.float64)
    # Between the means of two pixels on either side, and one pixel apart.
    pairs = (profiles[:, 1:] + profiles[:, :-1]) / 2
    steps = np.abs(pairs[:, 3:] - pairs[:, :-3]).max(axis=2)
    places = offsets[2:-2][steps.argmax(axis=1)]
    found = steps.max(axis=1) >= _LEAST_STEP
    if found.mean() < _LEAST_SUPPORT:
        return None
    points = (at + places[:, None] * inward)[found]
    direction = cv2.fitLine(points.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01)
    return np.asarray(direction, np.float64).ravel()


def _crossing(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where two lines, each a direction and a point [4], cross; far away for parallel ones."""
    across = one[0] * other[1] - one[1] * other[0]
    gap = other[2:] - one[2:]
    reach = (gap[0] * other[1] - gap[1] * other[0]) / (across or 1e-9)
    return np.asarray(one[2:] + reach * one[:2])


def _area(quad: Quad) -> float:
    return float(cv2.contourArea(quad.astype(np.float32)))
