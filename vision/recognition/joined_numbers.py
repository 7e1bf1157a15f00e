"""Parts two numbers of neighbouring columns that were read as one: `27,5001,200.00`.

Groups of thousands have three digits, so where one number ends and the next begins is certain.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from vision.core.document import Box
from vision.core.stages import CropWord, LineReading

# With commas or stops between the groups, and the other mark before two decimals.
_JOINED = re.compile(
    r"(?P<first>[-+(]?\d{1,3}(?:,\d{3})+)(?P<second>[1-9]\d{0,2}(?:,\d{3})+(?:\.\d\d)?)"
    r"|(?P<one>[-+(]?\d{1,3}(?:\.\d{3})+)(?P<other>[1-9]\d{0,2}(?:\.\d{3})+(?:,\d\d)?)"
)
_LEAST = len("1,0001,000")


def part_joined_numbers(reading: LineReading) -> LineReading:
    """The reading with such numbers as two words; the ink is divided by their characters."""
    if not any(len(word.text) >= _LEAST for word in reading.words):
        return reading
    if reading.text != " ".join(word.text for word in reading.words):
        return reading
    words = tuple(part for word in reading.words for part in _parts(word))
    return replace(reading, words=words, text=" ".join(word.text for word in words))


def _parts(word: CropWord) -> Iterator[CropWord]:
    joined = _JOINED.fullmatch(word.text)
    if joined is None:
        yield word
        return
    length = len(joined["first"] or joined["one"])
    x0, y0, x1, y1 = word.box
    at = x0 + (x1 - x0) * length / len(word.text)
    own = len(word.characters) == len(word.text)
    if own:
        at = (word.characters[length - 1].box.x1 + word.characters[length].box.x0) / 2
    for part, box in (
        (slice(length), Box(x0, y0, at, y1)),
        (slice(length, None), Box(at, y0, x1, y1)),
    ):
        yield replace(
            word, text=word.text[part], box=box, characters=word.characters[part] if own else ()
        )
