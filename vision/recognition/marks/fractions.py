"""Vulgar fractions (½), found by their shape: one piece of ink in a short word, as wide as high.

Recognisers write what looks alike: `%`, `½4`, `V2`, `/`, or nothing, and take the digit before a
fraction for a part of it. So what stands before the fraction is known by its own ink.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vision.core.document import Box
from vision.core.geometry import compose, translation
from vision.core.stages import CropWord, LineCrop, LineReading
from vision.recognition.marks.candidates import FRACTIONS
from vision.recognition.marks.window import Window, glyph_window, measured

# Signs that a fraction, or a part of one, is read as; and short words that are no words.
_SIGNS = frozenset("%‰/¥£&*|€°\\«»") | FRACTIONS
_LAST_DIGITS = "2345689"  # what digits that stand for a fraction end with
_LONGEST = 6
_LETTERS = re.compile(r"[HVXY][aehnoszK\d]?")
_AROUND = "()[].,;:\"\u201c\u201d'\u2019"
# What may stand behind a fraction: marks, or a word with or without a hyphen.
_TAIL = re.compile(r"[)\].,;:\"\u201d'\u2019\u2033\u2032]+$|-?[a-z]{2,}[.,;]?$")
_HEAD = re.compile(r"\(?\d{0,3}")
_NUMBERS = re.compile(r"\d/\d|^\d+$")
_DIGITS = re.compile(r"\(?[1-9]\d{0,2}")
_AS_DIGIT = str.maketrans("OoQIl|!iZzSsB", "0001111122558")

_LEAST_CONTRAST = 24  # grey values between the ink of a line and its paper
_LEAST_HEIGHT = 8  # pixels
# Of the piece: width by height (.67 to 1.25 in eight typefaces), and height by that of its word.
_ASPECTS, _AS_HIGH = (0.62, 1.35), 0.7
_BROKEN_INTO, _BROKEN_GAP = 3, 0.16  # pieces, and heights between them
_BESIDE = 0.1  # of a word's height: so far beside its box its ink may go on
_WIDEST = 4.5  # heights of a line that nothing was read in and that is looked at
# The probability that shows a fraction: where a recogniser read one too, and elsewhere. On real
# receipts and forms, which have none, specks and worn digits have up to .98.
_CONFIRMED, _ALONE, _POSSIBLE = 0.8, 0.985, 0.5
_ROOM = 0.5  # of a letter's height, around digits that are read alone


# A box, the ink before it and of how many pieces, pieces behind it, and whether it is one piece.
_Piece = tuple[Box, Box | None, int, int, bool]


@dataclass(frozen=True, slots=True)
class Possible:
    """A piece of ink in word `word` of line `line` that may be a fraction.

    `before` is the ink of the word left of it, of so many pieces, and None where there is none;
    `behind` is the number of pieces right of it. `whole` where it is one piece itself, not several
    that stand near each other. The frame is that of the crop.
    """

    line: int
    word: int
    window: Window
    box: Box
    before: Box | None
    pieces: int
    behind: int
    whole: bool


def possible_fractions(at: int, crop: LineCrop, reading: LineReading) -> list[Possible]:
    """Where line `at` may have fractions; in a short line without a reading all ink is a word."""
    words = reading.words or _whole(crop)
    if reading.text != " ".join(word.text for word in reading.words):
        return []  # not from left to right
    found = [
        (place, piece)
        for place in range(len(words))
        if _may_hold_one(words, place)
        for piece in _pieces_alike(crop, _extent(words, place))
        if piece[4] or not _NUMBERS.search(words[place].text)
    ]
    if not found:
        return []
    grey, levels = measured(crop)
    return [
        Possible(at, place, glyph_window(grey, box, levels), box, before, pieces, behind, whole)
        for place, (box, before, pieces, behind, whole) in found
    ]


def _whole(crop: LineCrop) -> tuple[CropWord, ...]:
    height, width = crop.pixels.shape[:2]
    if width > _WIDEST * height:
        return ()
    return (CropWord("", 0.0, Box(0.0, 0.0, width, height)),)


def _may_hold_one(words: Sequence[CropWord], at: int) -> bool:
    text = words[at].text
    if not text:
        return True
    text = text.strip(_AROUND)
    if len(text) > _LONGEST:
        return False
    if text.isdigit():
        if text[-1] not in _LAST_DIGITS:
            return False
        follows = at + 1 < len(words) and words[at + 1].text[:1].islower()
        return words[at].confirmed is False or follows or (len(words) == 1 < len(text))
    signs = not _SIGNS.isdisjoint(text) and sum(map(str.isalpha, text)) < 3
    return signs or _LETTERS.fullmatch(text) is not None


def _extent(words: Sequence[CropWord], at: int) -> Box:
    """The word's box, with what may be ink of its own beside it."""
    x0, y0, x1, y1 = words[at].box
    beside = _BESIDE * (y1 - y0)
    left = words[at - 1].box.x1 if at else 0.0
    right = words[at + 1].box.x0 if at + 1 < len(words) else x1 + beside
    return Box(min(max(x0 - beside, left), x0), y0, max(min(x1 + beside, right), x1), y1)


def _pieces_alike(crop: LineCrop, extent: Box) -> list[_Piece]:
    """Pieces between empty columns that have the size of a fraction, and the ink beside them.

    Judged by the green pixels of the word alone.
    """
    x0, y0, x1, y1 = (max(round(edge), 0) for edge in extent)
    green = crop.pixels[y0:y1, x0:x1, 1]
    if not green.size:
        return []
    least, most = int(green.min()), int(green.max())
    if most - least < _LEAST_CONTRAST:
        return []
    between = (least + most) / 2
    part = green > between if green.mean() < between else green < between
    edges = np.flatnonzero(np.diff(part.any(axis=0), prepend=False, append=False))
    boxes = [_box_of(part, x0, y0, *columns) for columns in edges.reshape(-1, 2).tolist()]
    highest = max((box.height for box in boxes), default=0.0)
    spans = [
        (first, last, box)
        for first, last in _spans(len(boxes))
        if (box := _joined(boxes[first:last])) and _are_near(boxes[first:last])
    ]
    return [
        (box, _joined(boxes[:first]), first, len(boxes) - last, last - first == 1)
        for first, last, box in spans
        if box.height >= max(_LEAST_HEIGHT, _AS_HIGH * highest)
        and _ASPECTS[0] * box.height <= box.width <= _ASPECTS[1] * box.height
    ]


def _spans(pieces: int) -> Iterator[tuple[int, int]]:
    """Slices of one piece of a word, then of neighbours: worn print breaks a fraction."""
    for length in range(1, min(_BROKEN_INTO, pieces) + 1):
        for first in range(pieces - length + 1):
            yield first, first + length


def _are_near(boxes: Sequence[Box]) -> bool:
    high = max(box.height for box in boxes)
    return all(after.x0 - box.x1 <= _BROKEN_GAP * high for box, after in pairwise(boxes))


def _box_of(part: NDArray[np.bool_], left: int, top: int, first: int, last: int) -> Box:
    rows = np.flatnonzero(part[:, first:last].any(axis=1))
    return Box(left + first, top + int(rows[0]), left + last, top + int(rows[-1]) + 1)


def _joined(boxes: Sequence[Box]) -> Box | None:
    if not boxes:
        return None
    return Box(
        boxes[0].x0, min(box.y0 for box in boxes), boxes[-1].x1, max(box.y1 for box in boxes)
    )


def is_fraction(probability: float, read: str) -> bool:
    """Whether the network of marks is confident enough of a fraction that was read so."""
    return probability >= (_ALONE if FRACTIONS.isdisjoint(read) else _CONFIRMED)


def may_be_fraction(probability: float) -> bool:
    """Whether a word that is not read as a fraction may be one, so that it is doubtful."""
    return probability >= _POSSIBLE


def digits_before(possible: Possible, word: CropWord) -> str | None:
    """The digits before a fraction, as the word's reading has them; None where it does not."""
    if possible.before is None:
        return ""
    head = _HEAD.match(word.text)
    read = head[0] if head else ""
    return read if len(read) == possible.pieces and _DIGITS.fullmatch(read) else None


def crop_of_digits(crop: LineCrop, box: Box) -> LineCrop:
    """A line image of the digits before a fraction, to be read alone."""
    room = round(_ROOM * box.height)
    x0, x1 = max(round(box.x0) - room, 0), round(box.x1)
    y0 = max(round(box.y0) - room // 2, 0)
    pixels = crop.pixels[y0 : round(box.y1) + room // 2, x0:x1]
    paper = np.broadcast_to(np.median(crop.pixels, axis=(0, 1)), (len(pixels), room, 3))
    return replace(
        crop,
        pixels=np.hstack([pixels, paper.astype(np.uint8)]),
        to_page=compose(crop.to_page, translation(float(x0), float(y0))),
        before=None,
        room=0,
    )


def as_digits(text: str) -> str | None:
    """Digits read alone, where letters alike can only be digits; None for anything else."""
    digits = text.replace(" ", "").translate(_AS_DIGIT)
    return digits if _DIGITS.fullmatch(digits) else None


def with_fraction(
    word: CropWord, possible: Possible, mark: str, probability: float, digits: str | None
) -> CropWord:
    """The word with its fraction; incomplete where what stands beside it is not known."""
    found = _TAIL.search(word.text)
    tail = found[0] if found and possible.behind else ""
    complete = digits is not None and bool(tail) == bool(possible.behind)
    confidence = max(word.confidence, probability) if complete else word.confidence
    return replace(
        word,
        text=f"{digits or ''}{mark}{tail}",
        confidence=min(confidence, probability),
        box=word.box if possible.before or possible.behind else possible.box,
        characters=(),
        listed=None,
        confirmed=None,
        incomplete=word.incomplete or not complete,
    )
