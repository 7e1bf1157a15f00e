"""Entries of a column of numbers that were read as noise, where the others were read well.

Faint print and pen strokes leave a gap in a list of amounts that nobody notices.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vision.core.document import Box
from vision.core.geometry import transform_box
from vision.core.stages import LineCrop, LineReading

_CONFIDENT = 0.9  # of the others
_FEWEST = 3  # others in its column
# In heights of the line image.
_ALIGNED = 0.35  # at the left or at the right
_ALIKE = 0.2  # difference of the heights
_NARROWEST = 1.2
_FARTHEST = 12.0  # up or down to the others
_MOST = 12  # on a page: more are noise


def lost_entries(crops: Sequence[LineCrop], readings: Sequence[LineReading]) -> list[int]:
    """Places of lines without text that stand in a column of numbers; none where there are many."""
    lost = [at for at, reading in enumerate(readings) if reading.rejected and not reading.text]
    numbers = [at for at, reading in enumerate(readings) if _is_number(reading)]
    if not lost or len(numbers) < _FEWEST:
        return []
    others = np.array([_edges(crops[at]) for at in numbers])
    found = [at for at in lost if _has_column(np.array(_edges(crops[at])), others)]
    return found if len(found) <= _MOST else []


def _is_number(reading: LineReading) -> bool:
    digits = sum(character.isdigit() for character in reading.text)
    return reading.confidence >= _CONFIDENT and 2 * digits > len(reading.text)


def _edges(crop: LineCrop) -> Box:
    height, width = crop.pixels.shape[:2]
    return transform_box(crop.to_page, Box(0.0, 0.0, width, height))


def _has_column(entry: NDArray[np.float64], others: NDArray[np.float64]) -> bool:
    height = entry[3] - entry[1]
    if entry[2] - entry[0] < _NARROWEST * height:
        return False
    aligned = (np.abs(others[:, [0, 2]] - entry[[0, 2]]) <= _ALIGNED * height).any(axis=1)
    alike = np.abs(others[:, 3] - others[:, 1] - height) <= _ALIKE * height
    near = np.abs(others[:, 1] - entry[1]) <= _FARTHEST * height
    return int((aligned & alike & near).sum()) >= _FEWEST
