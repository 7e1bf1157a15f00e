"""Notices accents that the English network has no letters for: ink above letters that nothing is.

It writes `Muller` for a Müller and `Antonin` for an Antonín, with full confidence.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vision.core.stages import CropWord

# The language whose network lacks them.
LANGUAGE = "eng"
_CLEAR = 0.95  # confidence of a line of clear print
# ... and of one with no letter in doubt: in others any ink above a word may be a misread letter's.
_CERTAIN = 0.998
_LEAST_LETTERS = 3  # of a word: in shorter ones a speck decides
_MOST = 4  # accents of a word; more pieces are broken print
# In heights of a line's tall letters: what is at least a letter, and what an accent has at most.
_LETTER, _ACCENT = 0.6, 0.42
_RAISED = 0.6  # from the line's foot to the lower end of an accent
_TALL = 0.93  # quantile of the heights of a line's pieces of ink
# How far an accent is above its letter, and its least width and height; specks are anywhere, and
# smaller. With .25 above it a third more lines of receipts and forms had one, all of them specks.
_ABOVE, _WIDTH, _HEIGHT = 0.2, 0.13, 0.1
_WIDEST = 0.55
_APART, _EVEN = 0.35, 0.08  # between the dots of a diaeresis, and from one's edges to the other's
_FLAT, _FLATTER = 0.26, 1.5  # width of what is no dot, also in its heights: a tilde, a caron
_DOTTED = "ij!?\"'\u2018\u2019\u201c\u201d"
_DIAERESIS = re.compile("(?<![ivxlc])ii(?!i)")  # how `ü` is read; numerals apart

_Piece = tuple[int, int, int, int]  # x0, y0, x1, y1


def has_unread_accent(
    words: Sequence[CropWord], ink: NDArray[np.int32], confidence: float = 1.0
) -> bool:
    """Whether more accents stand above a word's letters than it has dots of `i` and `j`.

    A single one above a listed word without a capital is a speck: names lack their accents most.
    `ink` is as `ink_boxes` gives it, in the coordinates of the words. `confidence` is that of the
    line: poor print has specks, and is read again anyway.
    """
    if confidence < _CLEAR or len(ink) < _LEAST_LETTERS:
        return False
    pieces: list[list[int]] = ink.tolist()
    heights = sorted(y1 - y0 for _, y0, _, y1 in pieces)
    tall = heights[int(_TALL * (len(heights) - 1))]
    letters = [each for each in pieces if each[3] - each[1] >= _LETTER * tall]
    foot = sorted(y1 for *_, y1 in letters)[len(letters) // 2]
    raised = [
        (x0, y0, x1, y1)
        for x0, y0, x1, y1 in pieces
        if y1 <= foot - _RAISED * tall and y1 - y0 <= _ACCENT * tall
    ]
    if not raised:
        return False
    wanted = [word for word in words if _may_have_accent(word.text)]
    loose = [each for each in raised if _is_above(each, letters, foot)]
    if confidence < _CERTAIN and any(_has_more(word, loose, tall) for word in wanted):
        return True
    close = [
        each
        for each in raised
        if _is_accent(each, tall) and _is_above(each, letters, max(_ABOVE * tall, 2))
    ]
    found = [(word, _accents(word, close, tall)) for word in wanted]
    found = [(word, accents) for word, accents in found if 0 < accents <= _MOST]
    names = any(not word.listed or word.text[0].isupper() for word, _ in found)
    return names or sum(accents for _, accents in found) > 1


def _may_have_accent(text: str) -> bool:
    word = text.strip(".,;:()")
    return len(word) >= _LEAST_LETTERS and word.isalpha() and not word.isupper()


def _is_accent(piece: _Piece, tall: int) -> bool:
    x0, y0, x1, y1 = piece
    return y1 - y0 >= _HEIGHT * tall and _WIDTH * tall <= x1 - x0 <= _WIDEST * tall


def _is_above(piece: _Piece, letters: Sequence[Sequence[int]], highest: float) -> bool:
    """Whether a piece of ink stands above a letter, clear of it and `highest` pixels at most."""
    middle, bottom = (piece[0] + piece[2]) / 2, piece[3]
    return any(x0 <= middle <= x1 and -1 <= top - bottom <= highest for x0, top, x1, _ in letters)


def _has_more(word: CropWord, raised: Sequence[_Piece], tall: int) -> bool:
    """Whether a word has more pieces above it than dots, as a diaeresis if it is listed."""
    own = _own(word, raised)
    more = len(own) - _dots(word)
    return 0 < more <= _MOST and (not word.listed or _has_pair(own, tall))


def _has_pair(pieces: Sequence[_Piece], tall: int) -> bool:
    """Whether two pieces stand side by side, as high as each other: the dots of a diaeresis."""
    return any(
        0 < right[0] - left[2] <= _APART * tall
        and abs(left[1] - right[1]) <= _EVEN * tall
        and abs(left[3] - right[3]) <= _EVEN * tall
        for left, right in pairwise(sorted(pieces))
    )


def _own(word: CropWord, pieces: Sequence[_Piece]) -> list[_Piece]:
    return [each for each in pieces if word.box.x0 <= (each[0] + each[2]) / 2 <= word.box.x1]


def _dots(word: CropWord) -> int:
    return sum(letter in _DOTTED for letter in word.text)


def _accents(word: CropWord, raised: Sequence[_Piece], tall: int) -> int:
    """How many pieces above a word's letters are no dots, or too flat to be one."""
    own = _own(word, raised)
    flat = sum(_is_flat(each, tall) for each in own)
    letters = 1 if not word.listed and _DIAERESIS.search(word.text) else 0
    return max(len(own) - _dots(word), flat, letters)


def _is_flat(piece: _Piece, tall: int) -> bool:
    x0, y0, x1, y1 = piece
    return x1 - x0 >= max(_FLAT * tall, _FLATTER * (y1 - y0))
