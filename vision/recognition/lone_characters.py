"""Characters that stand alone, as digits in the cells of a table: read several times side by side.

Networks are trained on lines. On the image of one character they are often not confident, and the
character was lost; on the same one three times over they are (docs/research/recognition.md).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from statistics import median

import numpy as np

from vision.core.document import Box
from vision.core.stages import LineCrop, LineReading
from vision.recognition.marks.window import measured

_TIMES = 3
_WIDEST = 1.3  # heights of a line image with one character, or two narrow ones
_GAP = 0.05  # of its height, between the copies
_LEAST_CONTRAST = 24  # grey values between ink and paper
# What the ink of a character takes of the image's height: less is a dash or a speck, more a rule.
_HEIGHTS = (0.35, 0.9)
# Of a character that the first reader found no text in.
_CONFIDENT = 0.95
_USUAL = (0.7, 1.5)  # of the usual height: specks are lower, marks and drawings higher
_LEAST_HEIGHT = 7  # pixels; of a lower one nothing can be read


def is_lone(crop: LineCrop, reading: LineReading) -> bool:
    """Whether one character was read in a line image that has room for no more.

    False where boxes of all characters are asked for: those of copies are not kept.
    """
    return len(reading.text) == 1 and _is_narrow(crop) and not crop.characters


def lost_characters(crops: Sequence[LineCrop], readings: Sequence[LineReading]) -> list[int]:
    """Places of the line images that show a character alone, in which no text was found."""
    usual = usual_height(crops, readings)
    return [
        at
        for at, (crop, reading) in enumerate(zip(crops, readings, strict=True))
        if not reading.text
        and _is_narrow(crop)
        and not crop.characters
        and shows_character(crop, usual)
    ]


def _is_narrow(crop: LineCrop) -> bool:
    height, width = crop.pixels.shape[:2]
    return bool(width <= _WIDEST * height)


def usual_height(crops: Sequence[LineCrop], readings: Sequence[LineReading]) -> float:
    """The median height of the line images with text; 0 for none."""
    heights = [len(crop.pixels) for crop, each in zip(crops, readings, strict=True) if each.text]
    return float(median(heights)) if heights else 0.0


def has_usual_height(crop: LineCrop, usual: float) -> bool:
    """Whether a line image is about as high as `usual`."""
    return _USUAL[0] * usual <= len(crop.pixels) <= _USUAL[1] * usual


def shows_character(crop: LineCrop, usual: float) -> bool:
    """Whether its ink is as high as a character, and apart from its upper and lower edge.

    `usual` is the height of the page's other line images, which it must have about.
    """
    if not has_usual_height(crop, usual):
        return False
    grey, levels = measured(crop)
    if levels.paper - levels.ink < _LEAST_CONTRAST:
        return False
    ink = levels.ink_in(grey)
    rows = np.flatnonzero(ink.any(axis=1))
    if not len(rows) or rows[0] == 0 or rows[-1] == len(ink) - 1:
        return False
    high = int(rows[-1] - rows[0]) + 1
    return high >= _LEAST_HEIGHT and _HEIGHTS[0] <= high / len(ink) <= _HEIGHTS[1]


def repeated(crop: LineCrop) -> LineCrop:
    """The line image three times side by side, on which the lighter recogniser does as well."""
    height = len(crop.pixels)
    gap = np.broadcast_to(
        np.percentile(crop.pixels, 90, axis=(0, 1)), (height, max(round(_GAP * height), 1), 3)
    ).astype(np.uint8)
    parts = [crop.pixels, gap] * _TIMES
    return replace(crop, pixels=np.hstack(parts[:-1]), before=None, only_marks=True)


def read_once(reading: LineReading, crop: LineCrop, before: LineReading) -> LineReading:
    """The reading of `repeated(crop)` as that of `crop`; empty where the copies differ.

    It is incomplete, and so doubtful, where the first reader found no text and it is not confident.
    See `without_specks`.
    """
    letters = "".join(word.text for word in reading.words)
    length, rest = divmod(len(letters), _TIMES)
    text = letters[:length]
    if rest or not text or letters != text * _TIMES:
        return replace(reading, text="", words=(), confidence=0.0)
    height, width = crop.pixels.shape[:2]
    first = reading.words[0]
    box = Box(
        max(first.box.x0, 0.0),
        max(first.box.y0, 0.0),
        min(max(width - first.box.x0, first.box.x0 + 1), float(width)),
        min(first.box.y1, float(height)),
    )
    confidence = min(word.confidence for word in reading.words)
    word = replace(first, text=text, box=box, confidence=confidence, characters=(), listed=None)
    if not before.text and confidence < _CONFIDENT:
        word = replace(word, incomplete=True)
    return replace(reading, text=text, words=(word,))


def without_specks(
    read: Mapping[int, LineReading], lost: Collection[int]
) -> dict[int, LineReading]:
    """The readings, those of `lost` places only as far as they are confident, or most of them are.

    On a page of specks most are not. Weak ones have no text then.
    """
    if are_characters([read[at] for at in lost]):
        return dict(read)
    return {
        at: replace(each, text="", words=(), confidence=0.0)
        if at in lost and _is_weak(each)
        else each
        for at, each in read.items()
    }


def are_characters(lost: Sequence[LineReading]) -> bool:
    """Whether at least half of the readings are confident."""
    confident = sum(bool(each.text) and not _is_weak(each) for each in lost)
    return 2 * confident >= len(lost)


def _is_weak(reading: LineReading) -> bool:
    return any(word.incomplete for word in reading.words)
