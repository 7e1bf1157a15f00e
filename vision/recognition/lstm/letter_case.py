"""Small letters in codes of capitals and digits become capitals where their ink is as high.

Networks see a line scaled to one height, and write `5Qx` or `5QXx` for `5QX`. Words are left alone:
in small print the ink does not show whether `Zinc` or `zinc` is right (of eight words on real forms
and receipts that a rule of heights changed, none was).
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from vision.core.document import Box, Character
from vision.core.stages import CropWord

_ALIKE = "cosvwxz"  # both cases are the same shape
_TALL = re.compile(r"[A-Z0-9]")
_CODE = re.compile(rf"(?=.*\d)(?=.*[A-Z])[A-Z0-9]+[{_ALIKE}][A-Z0-9{_ALIKE}]*")
_AS_TALL = 0.92  # of the height of capitals and digits; small letters have .8 at most
_NARROW = 0.75  # of a letter's usual width: two letters share one piece of ink


def words_of_doubtful_case(words: Sequence[str]) -> list[int]:
    """Places of the words whose characters need boxes for `correct_case`."""
    return [at for at, word in enumerate(words) if _CODE.fullmatch(word)]


def correct_case(words: Sequence[CropWord]) -> tuple[CropWord, ...]:
    """The words, those of doubtful case that have boxes of all characters corrected."""
    doubtful = words_of_doubtful_case([word.text for word in words])
    return tuple(_corrected(word) if at in doubtful else word for at, word in enumerate(words))


def _corrected(word: CropWord) -> CropWord:
    if "".join(each.text for each in word.characters) != word.text:
        return word
    letters = _as_code(word.characters)
    text = "".join(each.text for each in letters)
    return word if text == word.text else replace(word, text=text, characters=tuple(letters))


def _as_code(letters: Sequence[Character]) -> list[Character]:
    """Small letters as capitals where they are as high; none where a capital was read twice."""
    tall = median(_height(each.box) for each in letters if _TALL.fullmatch(each.text))
    usual = median(each.box.width for each in letters if _TALL.fullmatch(each.text))
    found: list[Character] = []
    for letter in letters:
        upper = letter.text.upper()
        twice = bool(found) and letter.text in _ALIKE and found[-1].text == upper
        if twice and letter.box.width < _NARROW * usual and found[-1].box.x1 >= letter.box.x0:
            continue
        high = letter.text in _ALIKE and _height(letter.box) >= _AS_TALL * tall
        found.append(replace(letter, text=upper) if high else letter)
    return found


def _height(box: Box) -> float:
    return box.y1 - box.y0
