"""Notices accents that the English network has no letters for: ink above letters that nothing is.

It writes `Muller` for a Müller and `Antonin` for an Antonín, with full confidence.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vision.core.stages import CropWord

# The language whose network lacks them.
LANGUAGE = "eng"
_CLEAR = 0.95  # confidence of a line of clear print
_LEAST_LETTERS = 3  # of a word: in shorter ones a speck decides
_MOST = 4  # accents of a word; more pieces are broken print
# In heights of a line's tall letters: what is at least a letter, and what an accent has at most.
_LETTER, _ACCENT = 0.6, 0.42
_RAISED = 0.7  # from the line's foot to the lower end of an accent
_TALL = 0.85  # quantile of the heights of a line's pieces of ink
_APART, _EVEN = 0.35, 0.08  # between the dots of a diaeresis, and from one's edges to the other's
_DOTTED = "ij!?\"'\u2018\u2019\u201c\u201d"

_Piece = tuple[int, int, int, int]  # x0, y0, x1, y1


def has_unread_accent(
    words: Sequence[CropWord], ink: NDArray[np.int32], confidence: float = 1.0
) -> bool:
    """Whether more small pieces of ink stand above a word's letters than the dots of `i` and `j`.

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
        if _is_above((x0 + x1) / 2, y1, letters)
    ]
    return any(_has_more(word, raised, tall) for word in words if _may_have_accent(word.text))


def _may_have_accent(text: str) -> bool:
    word = text.strip(".,;:()")
    return len(word) >= _LEAST_LETTERS and word.isalpha() and not word.isupper()


def _is_above(middle: float, bottom: int, letters: Sequence[Sequence[int]]) -> bool:
    """Whether a piece of ink stands above a letter, and clear of it."""
    return any(x0 <= middle <= x1 and top >= bottom - 1 for x0, top, x1, _ in letters)


def _has_more(word: CropWord, raised: Sequence[_Piece], tall: int) -> bool:
    """Whether a word has more pieces above its letters than dots, as a diaeresis if it is listed.

    Above most listed words a single one is a speck; `Miller` may be a Müller.
    """
    own = [each for each in raised if word.box.x0 <= (each[0] + each[2]) / 2 <= word.box.x1]
    more = len(own) - sum(letter in _DOTTED for letter in word.text)
    return 0 < more <= _MOST and (not word.listed or _has_pair(own, tall))


def _has_pair(pieces: Sequence[_Piece], tall: int) -> bool:
    """Whether two pieces stand side by side, as high as each other: the dots of a diaeresis."""
    return any(
        0 < right[0] - left[2] <= _APART * tall
        and abs(left[1] - right[1]) <= _EVEN * tall
        and abs(left[3] - right[3]) <= _EVEN * tall
        for left, right in pairwise(sorted(pieces))
    )
