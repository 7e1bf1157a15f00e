"""Lines that run up or down the page, read in the direction in which they make sense.

Line finders see where such a line lies, but not at which end it begins: a label beside a table
reads upwards, the back of an English book downwards.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vision.core.geometry import compose
from vision.core.stages import LineCrop, LineReading, Recogniser, Reread

_FEWEST_LETTERS = 2  # a single letter, such as an I, reads either way


def read_either_way(
    crops: Sequence[LineCrop], recogniser: Recogniser, reread: Reread
) -> tuple[list[LineCrop], list[LineReading]]:
    """The crops with their readings; rotated lines the way up that reads with more confidence.

    Raises what the recogniser raises.
    """
    rotated = [at for at, crop in enumerate(crops) if _is_rotated(crop)]
    other_way = [_turned(crops[at]) for at in rotated]
    read = recogniser.recognise([*crops, *other_way], reread) if crops else []
    chosen, readings = list(crops), list(read[: len(crops)])
    for at, crop, reading in zip(rotated, other_way, read[len(crops) :], strict=True):
        if len(reading.text) >= _FEWEST_LETTERS and reading.confidence > readings[at].confidence:
            chosen[at], readings[at] = crop, reading
    return chosen, readings


def _is_rotated(crop: LineCrop) -> bool:
    dx, dy = crop.to_page[:, 0]
    return bool(abs(dy) > abs(dx))


def _turned(crop: LineCrop) -> LineCrop:
    height, width = crop.pixels.shape[:2]
    half_turn = np.array([[-1.0, 0.0, width], [0.0, -1.0, height]])
    pixels = np.ascontiguousarray(crop.pixels[::-1, ::-1])
    return replace(crop, pixels=pixels, to_page=compose(crop.to_page, half_turn))
