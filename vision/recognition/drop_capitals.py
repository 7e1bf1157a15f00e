"""Drop capitals are read as lines of their own; here they become the first letter of their line."""

from collections.abc import Sequence
from dataclasses import replace

from vision.core.document import Box
from vision.core.geometry import compose, invert, transform_box
from vision.core.stages import CropWord, LineCrop, LineReading

# In heights of the line that it begins.
_HIGH = 1.7  # the capital's line image
_APART = 1.3  # between both line images
_ABOVE, _BELOW = 0.9, 0.6  # the line's top above and below that of the capital
_WORDS = frozenset("AIO")  # a letter that may be a word


def join_drop_capitals(
    crops: Sequence[LineCrop], readings: Sequence[LineReading]
) -> list[LineReading]:
    """The readings, in which single high capitals begin the first word of the line beside them."""
    joined = list(readings)
    for at, reading in enumerate(readings):
        if len(reading.text) == 1 and reading.text.isupper():
            line = _line_beside(at, crops, joined)
            if line is not None:
                joined[line] = _begun(crops[line], joined[line], crops[at], reading)
                joined[at] = replace(reading, text="", words=())
    return joined


def _line_beside(at: int, crops: Sequence[LineCrop], readings: Sequence[LineReading]) -> int | None:
    """The highest line that begins right beside a capital which is as high as two of it."""
    capital = _place(crops[at])
    near = [
        other
        for other, reading in enumerate(readings)
        if other != at and reading.text[:1].islower() and _is_beside(capital, _place(crops[other]))
    ]
    return min(near, key=lambda other: _place(crops[other]).y0, default=None)


def _is_beside(capital: Box, line: Box) -> bool:
    height = line.height
    high = capital.height >= _HIGH * height
    level = capital.y0 - _ABOVE * height <= line.y0 <= capital.y0 + _BELOW * height
    return high and level and abs(line.x0 - capital.x1) <= _APART * height


def _place(crop: LineCrop) -> Box:
    height, width = crop.pixels.shape[:2]
    return transform_box(crop.to_page, Box(0.0, 0.0, width, height))


def _begun(
    crop: LineCrop, reading: LineReading, capital: LineCrop, letter: LineReading
) -> LineReading:
    """The line with the letter as part of its first word, or as a word before it."""
    box = transform_box(compose(invert(crop.to_page), capital.to_page), letter.words[0].box)
    first = reading.words[0]
    if letter.text in _WORDS and first.listed:
        words = (replace(letter.words[0], box=box), *reading.words)
    else:
        around = Box(
            min(box.x0, first.box.x0), min(box.y0, first.box.y0), first.box.x1,
            max(box.y1, first.box.y1),
        )  # fmt: skip
        confidence = min(first.confidence, letter.words[0].confidence)
        begun = CropWord(letter.text + first.text, confidence, around, confirmed=first.confirmed)
        words = (begun, *reading.words[1:])
    return replace(reading, text=" ".join(word.text for word in words), words=words)
