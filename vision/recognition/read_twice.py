"""Letters that were found as a line of their own although a word beside them has them too.

A line finder sees the tall `S` of `Soap` apart from its low letters; the line of the low letters is
cut by all its ink, so that the `S` was read twice.
"""

from collections.abc import Sequence
from dataclasses import replace

from vision.core.document import Box
from vision.core.geometry import intersection, transform_box
from vision.core.stages import LineCrop, LineReading

_LONGEST = 2
_COVERED = 0.7  # share of the letters' box that the word covers


def without_repeats(
    crops: Sequence[LineCrop], readings: Sequence[LineReading]
) -> list[LineReading]:
    """The readings; those of such letters have no text."""
    alone = [
        at
        for at, reading in enumerate(readings)
        if len(reading.words) == 1 and len(reading.text) <= _LONGEST and reading.text.isalpha()
    ]
    if not alone:
        return list(readings)
    lines = [_extent(crop) for crop in crops]
    kept = list(readings)
    for at in alone:
        own = transform_box(crops[at].to_page, readings[at].words[0].box)
        around = (
            word
            for line, reading in enumerate(kept)
            if line != at and _covers(lines[line], own)
            for word in reading.words
            if _begins_with(word.text, readings[at].text)
            and _covers(transform_box(crops[line].to_page, word.box), own)
        )
        if next(around, None):
            kept[at] = replace(readings[at], text="", words=())
    return kept


def _extent(crop: LineCrop) -> Box:
    height, width = crop.pixels.shape[:2]
    return transform_box(crop.to_page, Box(0.0, 0.0, float(width), float(height)))


def _begins_with(text: str, letters: str) -> bool:
    return len(text) > len(letters) and text.casefold().startswith(letters.casefold())


def _covers(box: Box, other: Box) -> bool:
    return intersection(box, other) >= _COVERED * other.area
