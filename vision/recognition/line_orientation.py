"""Lines that run up or down the page, turned the way in which they make sense.

Line finders see where such a line lies, but not at which end it begins: a label beside a table
reads upwards, the back of an English book downwards.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vision.core.geometry import compose
from vision.core.protocols import Recogniser
from vision.core.stages import LineCrop

_FEWEST_LETTERS = 2  # a single letter, such as an I, reads either way


def turn_rotated_lines(crops: Sequence[LineCrop], recogniser: Recogniser) -> list[LineCrop]:
    """The crops, rotated lines turned by 180 degrees where that reads with more confidence.

    Both ways are read in full: confidences of unfinished readings do not compare. Raises what the
    recogniser raises.
    """
    rotated = [at for at, crop in enumerate(crops) if _is_rotated(crop)]
    if not rotated:
        return list(crops)
    turned = {at: _turned(crops[at]) for at in rotated}
    readings = recogniser.recognise([*(crops[at] for at in rotated), *turned.values()])
    chosen = list(crops)
    for at, as_found, other in zip(rotated, readings, readings[len(rotated) :], strict=False):
        if len(other.text) >= _FEWEST_LETTERS and other.confidence > as_found.confidence:
            chosen[at] = turned[at]
    return chosen


def _is_rotated(crop: LineCrop) -> bool:
    dx, dy = crop.to_page[:, 0]
    return bool(abs(dy) > abs(dx))


def _turned(crop: LineCrop) -> LineCrop:
    height, width = crop.pixels.shape[:2]
    half_turn = np.array([[-1.0, 0.0, width], [0.0, -1.0, height]])
    pixels = np.ascontiguousarray(crop.pixels[::-1, ::-1])
    to_page = compose(crop.to_page, half_turn)
    return replace(crop, pixels=pixels, to_page=to_page, before=None, below=None)
