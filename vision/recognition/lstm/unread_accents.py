"""Notices accents that the English network has no letters for: ink above letters that nothing is.

It writes `Muller` for a Müller and `Antonin` for an Antonín, with full confidence.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vision.core.stages import CropWord

# The language whose network lacks them.
LANGUAGE = "eng"
_LEAST_LETTERS = 3  # of a word: in shorter ones a speck decides
_MOST = 4  # accents of a word; more pieces are broken print
# In heights of a line's tall letters: what is at least a letter, and what an accent has at most.
_LETTER, _ACCENT = 0.55, 0.42
_RAISED = 0.6  # from the line's foot to the lower end of an accent
_TALL = 0.8  # quantile of the heights of a line's pieces of ink
_DOTTED = "ij!?\"'\u2018\u2019\u201c\u201d"


def has_unread_accent(words: Sequence[CropWord], ink: NDArray[np.int32]) -> bool:
    """Whether more small pieces of ink stand above a word's letters than the dots of `i` and `j`.

    `ink` is as `ink_boxes` gives it, in the coordinates of the words.
    """
    asked = [word for word in words if _may_have_accent(word.text)]
    if not asked or len(ink) < _LEAST_LETTERS:
        return False
    heights = ink[:, 3] - ink[:, 1]
    tall = float(np.sort(heights)[int(_TALL * (len(heights) - 1))])
    letters = ink[heights >= _LETTER * tall]
    foot = float(np.sort(letters[:, 3])[len(letters) // 2])
    raised = ink[(heights <= _ACCENT * tall) & (ink[:, 3] <= foot - _RAISED * tall)]
    if not len(raised):
        return False
    middles = [(x0 + x1) / 2 for x0, _, x1, y1 in raised.tolist() if _is_above(x0, x1, y1, letters)]
    return any(_has_more(word, middles) for word in asked)


def _may_have_accent(text: str) -> bool:
    word = text.strip(".,;:()")
    return len(word) >= _LEAST_LETTERS and word.isalpha() and not word.isupper()


def _is_above(x0: int, x1: int, bottom: int, letters: NDArray[np.int32]) -> bool:
    """Whether a piece of ink stands above a letter, and clear of it."""
    middle = (x0 + x1) / 2
    under = (letters[:, 0] <= middle) & (letters[:, 2] >= middle) & (letters[:, 1] >= bottom - 1)
    return bool(under.any())


def _has_more(word: CropWord, middles: Sequence[float]) -> bool:
    found = sum(word.box.x0 <= middle <= word.box.x1 for middle in middles)
    return 0 < found - sum(letter in _DOTTED for letter in word.text) <= _MOST
