"""Affine maps between page, working image and line crop; areas and overlaps of boxes.

An `Affine` is a [2, 3] float64 matrix; it takes (x, y, 1) in one frame to (x, y) in another.
Coordinates are continuous: pixel (column, row) covers [column, column + 1] by [row, row + 1].
"""

from collections.abc import Iterable, Sequence

import numpy as np

from vision.core.arrays import Affine
from vision.core.document import Box, Point, Polygon


def identity() -> Affine:
    """The map that changes nothing."""
    return np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


def scaling(x: float, y: float) -> Affine:
    """Multiplies coordinates by `x` and `y`."""
    return np.array([[x, 0.0, 0.0], [0.0, y, 0.0]])


def translation(x: float, y: float) -> Affine:
    """Adds `x` and `y` to coordinates."""
    return np.array([[1.0, 0.0, x], [0.0, 1.0, y]])


def compose(outer: Affine, inner: Affine) -> Affine:
    """The map that applies `inner` first, then `outer`."""
    composed: Affine = outer[:, :2] @ inner  # column_stack would take three times as long
    composed[:, 2] += outer[:, 2]
    return composed


def invert(affine: Affine) -> Affine:
    """The inverse map. Raises numpy.linalg.LinAlgError where the map flattens the plane."""
    linear = np.linalg.inv(affine[:, :2])
    return np.column_stack([linear, -linear @ affine[:, 2]])


def rotation_affine(width: int, height: int, turns: int) -> Affine:
    """Maps a `width` x `height` image onto itself rotated clockwise by `turns` quarter turns.

    Negative and large counts are taken modulo four; the result's top-left corner is the origin.
    """
    maps = (
        [[1, 0, 0], [0, 1, 0]],
        [[0, -1, height], [1, 0, 0]],
        [[-1, 0, width], [0, -1, height]],
        [[0, 1, 0], [-1, 0, width]],
    )
    return np.array(maps[turns % 4], dtype=np.float64)


def transform_points(affine: Affine, points: Iterable[Point]) -> Polygon:
    """Each point in the other frame, in the same order."""
    # Plain floats: most callers have four points, for which arrays take four times as long.
    (xx, xy, x), (yx, yy, y) = affine.tolist()
    return tuple((float(xx * a + xy * b + x), float(yx * a + yy * b + y)) for a, b in points)


def corners(box: Box) -> Polygon:
    """The four corners, clockwise from the top-left."""
    return ((box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1))


def bounding_box(points: Sequence[Point]) -> Box:
    """The smallest upright box around the points; the empty box at the origin for none."""
    if not points:
        return Box(0.0, 0.0, 0.0, 0.0)
    xs, ys = zip(*points, strict=True)
    return Box(min(xs), min(ys), max(xs), max(ys))


def transform_box(affine: Affine, box: Box) -> Box:
    """The upright box around `box` in the other frame."""
    # Plain floats: a page has hundreds of boxes, and arrays of four points take ten times as long.
    (xx, xy, x), (yx, yy, y) = affine.tolist()
    if xy == 0 == yx and xx > 0 and yy > 0:  # most pages are neither turned nor tilted
        return Box(xx * box.x0 + x, yy * box.y0 + y, xx * box.x1 + x, yy * box.y1 + y)
    across = sorted((xx * box.x0, xx * box.x1)), sorted((xy * box.y0, xy * box.y1))
    down = sorted((yx * box.x0, yx * box.x1)), sorted((yy * box.y0, yy * box.y1))
    return Box(
        across[0][0] + across[1][0] + x,
        down[0][0] + down[1][0] + y,
        across[0][1] + across[1][1] + x,
        down[0][1] + down[1][1] + y,
    )


def clip_box(box: Box, width: float, height: float) -> Box:
    """The part of `box` that lies on a page of this size; of zero area where none does."""
    return Box(
        min(max(box.x0, 0.0), width),
        min(max(box.y0, 0.0), height),
        min(max(box.x1, 0.0), width),
        min(max(box.y1, 0.0), height),
    )


def union(boxes: Iterable[Box]) -> Box:
    """The smallest upright box around all boxes; the empty box at the origin for none."""
    edges = tuple(zip(*boxes, strict=True))
    if not edges:
        return Box(0.0, 0.0, 0.0, 0.0)
    return Box(min(edges[0]), min(edges[1]), max(edges[2]), max(edges[3]))


def joined(areas: Sequence[Box]) -> list[Box]:
    """The boxes, those that overlap as the one around them: none of the result overlap."""
    found: list[Box] = []
    for area in areas:
        whole = area
        while met := [each for each in found if overlap(each, whole)]:
            found = [each for each in found if each not in met]
            whole = union([whole, *met])
        found.append(whole)
    return found


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes share any area."""
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    return across > 0 and min(one.y1, other.y1) - max(one.y0, other.y0) > 0


def intersection(one: Box, other: Box) -> float:
    """The area that two boxes share."""
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.y1, other.y1) - max(one.y0, other.y0)
    return max(width, 0.0) * max(height, 0.0)


def iou(one: Box, other: Box) -> float:
    """Intersection over union; 0 where both boxes are empty."""
    shared = intersection(one, other)
    total = one.area + other.area - shared
    return shared / total if total > 0 else 0.0
