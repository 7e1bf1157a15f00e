"""Readings that leave out ink: fewer characters than a line image has pieces side by side.

Recognisers drop a narrow digit, a minus sign or a decimal point and are certain of the rest: `14`
becomes `4`, and `224.3` becomes `2243`. In small clean print characters stand apart, and can be
counted. So can accents, which `lstm/unread_accents.py` takes for dust in print so small.
"""

import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from operator import itemgetter
from statistics import median

import numpy as np

from vision.core.stages import LineCrop, LineReading
from vision.imaging.connected_components import connected_pieces
from vision.recognition.marks.window import measured

_LONGEST = 12  # characters: of more, some break or touch
_FEW = 3  # letters without digits: of more, networks lose none
_SMALL_PRINT = 24  # pixels: lines that are no higher are looked at for accents, ...
_LONGEST_ACCENTED, _CLEAR = 32, 0.95  # if they have so many characters, and so much confidence
_LEAST_CONTRAST = 24  # grey values between the ink of a line and its paper
_FAINT = 0.35  # of the contrast: hairlines of letters and of minus signs are as pale
_SPECK = 0.09  # of the tallest piece's height: the side of a smaller square is dirt
_TALL = 0.6  # of it: letters and digits
_ABOVE, _BELOW = 0.4, 0.15  # of it: how far above letters accents reach, and below them commas
_OVER = 0.35  # of the narrower piece's width: two pieces above each other are one character
_DOT, _COMMA = 0.3, 0.42  # of the tallest piece's height: points are no wider, commas no higher
_ACCENT = 0.45  # of it: accents are no higher, letters are
# How many pieces side by side a character may have; the others have one.
_PIECES = {
    **dict.fromkeys('"\u201c\u201d\u201e\u00ab\u00bb\u2116', 2),
    **dict.fromkeys("%\u2026\u00bd\u00bc\u00be\u2153\u2154\u215b", 3),
    "\u2030": 4,
}
# How many points a character has on the base line.
_POINTS = {**dict.fromkeys(".,:;!?", 1), "\u201e": 2, "\u2026": 3}

_ABOVE_CLASS = 230  # Unicode's combining class of marks above a letter
_DIAERESIS = "\u0308\u030b"  # accents of two pieces

# x0, y0, x1, y1 in the crop, from left to right: too few for arrays to pay.
Pieces = list[tuple[int, int, int, int]]


def has_unread_ink(crop: LineCrop, reading: LineReading) -> bool:
    """Whether a reading leaves out an accent or, if it is a short one with digits, a character."""
    letters = "".join(reading.text.split())
    is_short = 1 <= len(letters) <= _LONGEST and _is_open(letters)
    may_lack_accent = _may_lack_accent(crop, reading, len(letters))
    pieces = _characters(crop) if is_short or may_lack_accent else []
    if not pieces:
        return False
    if may_lack_accent and _accents(pieces) > sum(map(_accents_of, letters)):
        return True
    if not is_short:
        return False
    most = sum(_PIECES.get(letter, 1) for letter in letters)
    points = sum(_POINTS.get(letter, 0) for letter in letters)
    return _columns(pieces) > most or _points(pieces) > points


def _may_lack_accent(crop: LineCrop, reading: LineReading, letters: int) -> bool:
    small = len(crop.pixels) <= _SMALL_PRINT and letters <= _LONGEST_ACCENTED
    return small and reading.confidence >= _CLEAR and not reading.text.isupper()


def _is_open(letters: str) -> bool:
    """Whether there are digits, or so few letters that they may be what is left of some."""
    return len(letters) <= _FEW or any(letter.isdigit() for letter in letters)


def _characters(crop: LineCrop) -> Pieces:
    """The ink on the rows of the letters, without what touches the upper and the lower edge."""
    grey, levels = measured(crop)
    if levels.paper - levels.ink < _LEAST_CONTRAST:
        return []
    _, stats = connected_pieces(levels.ink_in(grey, _FAINT).view(np.uint8))
    found = [
        (x, y, x + width, y + height, area)
        for x, y, width, height, area in stats.tolist()
        if y > 0 and y + height < len(grey)
    ]
    tall = max((y1 - y0 for _, y0, _, y1, _ in found), default=0)
    letters = [each for each in found if each[3] - each[1] >= _TALL * tall]
    if not letters:
        return []
    top = min(each[1] for each in letters) - _ABOVE * tall
    bottom = max(each[3] for each in letters) + _BELOW * tall
    least = max((_SPECK * tall) ** 2, 3)
    return sorted(
        (
            (x0, y0, x1, y1)
            for x0, y0, x1, y1, area in found
            if top <= (y0 + y1) / 2 <= bottom and area >= least
        ),
        key=itemgetter(0),
    )


def _columns(pieces: Pieces) -> int:
    """How many characters stand side by side, pieces above each other counted as one."""
    count, start, end = 0, 0, 0
    for x0, _, x1, _ in pieces:
        if count and min(end, x1) - max(start, x0) > _OVER * min(end - start, x1 - x0):
            start, end = min(start, x0), max(end, x1)
        else:
            count, start, end = count + 1, x0, x1
    return count


def _accents(pieces: Pieces) -> int:
    """How many small pieces stand above a letter, and apart from it."""
    high = _ACCENT * max(y1 - y0 for _, y0, _, y1 in pieces)
    return sum(
        y1 - y0 <= high and _stands_above((x0, y1, x1), pieces[max(at - 2, 0) : at + 3], high)
        for at, (x0, y0, x1, y1) in enumerate(pieces)
    )


def _stands_above(piece: Sequence[int], near: Sequence[Sequence[int]], high: float) -> bool:
    x0, foot, x1 = piece
    return any(
        top >= foot - 1 and bottom - top > high and min(x1, right) > max(x0, left)
        for left, top, right, bottom in near
    )


def _accents_of(letter: str) -> int:
    """How many pieces a character has above its body."""
    if letter in "ij!?":
        return 1
    marks = unicodedata.normalize("NFD", letter)[1:]
    above = [each for each in marks if unicodedata.combining(each) == _ABOVE_CLASS]
    return sum(2 if each in _DIAERESIS else 1 for each in above)


def _points(pieces: Pieces) -> int:
    """How many pieces on the base line are as small as a point and apart from their neighbours."""
    tall = max(y1 - y0 for _, y0, _, y1 in pieces)
    base = median(y1 for _, y0, _, y1 in pieces if y1 - y0 >= _TALL * tall)
    apart = [True] * len(pieces)
    for at, (left, right) in enumerate(pairwise(pieces)):
        if right[0] < left[2]:
            apart[at : at + 2] = [False, False]
    return sum(
        alone
        and y1 - y0 <= _COMMA * tall
        and x1 - x0 <= _DOT * tall
        and base - 2 * _DOT * tall < y0 < base
        for alone, (x0, y0, x1, y1) in zip(apart, pieces, strict=True)
    )
