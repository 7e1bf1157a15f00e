"""Words of lines that were straightened for reading, moved back to where they stand."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vision.core.document import Box
from vision.core.geometry import transform_box, translation
from vision.core.stages import CropWord, LineCrop, LineReading


def in_place(crop: LineCrop, reading: LineReading) -> LineReading:
    """The reading with each word as far down as its columns stood before."""
    if crop.shifts is None or not reading.words:
        return reading
    words = tuple(_moved(word, _shift(crop.shifts, word.box)) for word in reading.words)
    return replace(reading, words=words)


def _shift(shifts: NDArray[np.float32], box: Box) -> float:
    first = min(max(int(box.x0), 0), len(shifts) - 1)
    return float(np.mean(shifts[first : max(int(box.x1), first + 1)]))


def _moved(word: CropWord, down: float) -> CropWord:
    move = translation(0.0, down)
    characters = tuple(replace(each, box=transform_box(move, each.box)) for each in word.characters)
    return replace(word, box=transform_box(move, word.box), characters=characters)
