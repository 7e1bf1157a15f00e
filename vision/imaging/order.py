"""Medians and percentiles: NumPy's own take ten times as long to begin, and sort levels."""

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Grey


def median(values: NDArray[Any]) -> float:
    """The median of all values, as np.median; NaN of none, to which nothing compares as true."""
    if not values.size:
        return math.nan
    ordered = np.sort(values, axis=None)
    low, high = (len(ordered) - 1) // 2, len(ordered) // 2
    return float((float(ordered[low]) + float(ordered[high])) / 2)


def percentile(values: NDArray[Any], share: float) -> float:
    """The value below which `share` of 100 lie, between neighbours as np.percentile has it.

    NaN of no values.
    """
    if not values.size:
        return math.nan
    ordered = np.sort(values, axis=None)
    low, part = _place(len(ordered), share)
    return _between(float(ordered[low]), float(ordered[min(low + 1, len(ordered) - 1)]), part)


def percentile_of_levels(grey: Grey, share: float) -> float:
    """`percentile` of the pixels of an image [H, W], by counting; NaN without any."""
    if not grey.size:
        return math.nan
    below = np.cumsum(cv2.calcHist([grey], [0], None, [256], [0, 256]), dtype=np.int64)
    low, part = _place(grey.size, share)
    places = [low, min(low + 1, grey.size - 1)]
    one, other = np.searchsorted(below, places, side="right").tolist()
    return _between(one, other, part)


def _place(length: int, share: float) -> tuple[int, float]:
    """The place in sorted values, and how far behind it."""
    place = (length - 1) * (share / 100)
    return int(place), place - int(place)


def _between(below: float, above: float, part: float) -> float:
    """Like NumPy from the nearer end, so that rounding is the same."""
    return above - (above - below) * (1 - part) if part >= 0.5 else below + (above - below) * part
