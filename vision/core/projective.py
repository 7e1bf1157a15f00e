"""Projective maps between a photograph and the page in it.

A `Homography` is a [3, 3] float64 matrix. Coordinates are continuous, as in `geometry`.
"""

from collections.abc import Iterable

import numpy as np

from vision.core.arrays import Affine, Homography
from vision.core.document import Box, Point, Polygon
from vision.core.geometry import bounding_box, corners


def homography_of(affine: Affine) -> Homography:
    """The same map as an affine one."""
    return np.vstack([affine, [0.0, 0.0, 1.0]])


def project_points(homography: Homography, points: Iterable[Point]) -> Polygon:
    """Each point in the other frame, in the same order."""
    array = np.array(list(points), dtype=np.float64).reshape(-1, 2)
    moved = array @ homography[:, :2].T + homography[:, 2]
    return tuple((float(x / w), float(y / w)) for x, y, w in moved)


def project_box(homography: Homography, box: Box) -> Box:
    """The upright box around `box` in the other frame."""
    return bounding_box(project_points(homography, corners(box)))
