"""Measures how far text is tilted.

Projection profile of the letters' lower edges, after Baird, "The skew angle of printed documents"
(SPSE 1987): projected along the direction of the lines they gather on few baselines.
"""

import math

import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Boxes
from vision.imaging.order import median

# Degrees searched on either side; pages tilted more are rare and read badly anyway.
LARGEST = 10.0
_COARSE, _FINE = 0.5, 0.05
_FEWEST_LETTERS = 30
_MOST_AT_ONCE = 100_000  # points at all angles: more would leave the cache

Points = NDArray[np.float64]


def measure_skew(letters: Boxes) -> tuple[float, float]:
    """Tilt in degrees, counter-clockwise positive, and how much sharper it makes the profile.

    The second value is the sharpness of the profile at that angle divided by its sharpness at 0
    degrees: 1 where the text is level or there is too little of it.
    """
    if len(letters) < _FEWEST_LETTERS:
        return 0.0, 1.0
    x, y, w, h = letters.T.astype(np.float64)
    points = np.stack([x + w / 2, y + h])
    step = max(1.0, median(h) / 4)
    coarse = _sharpest(points, step, np.arange(-LARGEST, LARGEST + _COARSE / 2, _COARSE))
    near = np.arange(coarse - _COARSE, coarse + _COARSE + _FINE / 2, _FINE)
    angle = _sharpest(points, step / 2, near)
    level = _sharpness(points, step, np.array([-0.25, 0.0, 0.25])).max()
    return round(angle, 2), max(1.0, float(_sharpness(points, step, np.array([angle]))[0] / level))


def sharpest_profile(points: Points, height: float) -> float:
    """How sharply `points` [2, N] gather on lines, tilted by up to LARGEST degrees.

    The profile's mean square relative to that of points spread evenly; bins are a quarter of
    `height`, the letters' in the same units.
    """
    step = max(height, 1.0) / 4
    coarse = _sharpest(points, step, np.arange(-LARGEST, LARGEST + _COARSE / 2, _COARSE))
    angle = _sharpest(points, step, np.arange(coarse - _COARSE, coarse + _COARSE, _COARSE / 5))
    square = _sharpness(points, step, np.array([angle]))[0] / points.shape[1] ** 2
    return float(square * _bins(points, step, angle))


def _bins(points: Points, step: float, angle: float) -> float:
    tilt = math.radians(angle)
    return float(np.ptp(points[1] * math.cos(tilt) + points[0] * math.sin(tilt))) / step + 1


def _sharpest(points: Points, step: float, angles: NDArray[np.float64]) -> float:
    at_once = max(1, _MOST_AT_ONCE // points.shape[1])
    parts = [
        _sharpness(points, step, angles[first : first + at_once])
        for first in range(0, len(angles), at_once)
    ]
    return float(angles[int(np.argmax(np.concatenate(parts)))])


def _sharpness(points: Points, step: float, angles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums of squares of the profiles at angles [N] in bins of `step` pixels, their edges smoothed.

    One by one they take three times as long.
    """
    tilts = [math.radians(angle) for angle in angles.tolist()]
    cos, sin = (np.array([turn(tilt) for tilt in tilts])[:, None] for turn in (math.cos, math.sin))
    across = points[1] * cos + points[0] * sin
    bins = ((across - across.min(axis=1, keepdims=True)) / step).astype(np.int64)
    most = int(bins.max()) + 3  # room for the smoothing
    bins += np.arange(len(tilts))[:, None] * most + 2
    profiles = np.bincount(bins.ravel(), minlength=len(tilts) * most + 2)
    smooth = (profiles[:-2] / 4 + profiles[1:-1] / 2 + profiles[2:] / 4).reshape(len(tilts), most)
    return np.asarray((smooth * smooth).sum(axis=1), np.float64)
