"""Letters and digits of one form in codes, by what the other codes of their column have there.

A recogniser reads `AUS` for `AU5` and `O299` for `0299` with full confidence. In a column of `BS4`,
`AA9` and `HU7` the third character is a digit.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from vision.core.document import Box
from vision.core.geometry import transform_box
from vision.core.stages import CropWord, LineCrop, LineReading

_AS_DIGIT = {"O": "0", "o": "0", "I": "1", "l": "1", "|": "1", "S": "5", "s": "5", "$": "5",
             "B": "8", "Z": "2", "z": "2"}  # fmt: skip
_AS_LETTER = {"0": "O", "1": "I", "5": "S", "8": "B", "2": "Z"}
_OPEN = re.compile(r"(?=.*[A-Za-z$|])(?=.*[OoIl|Ss$BZz01582])[A-Z\dols|z$][A-Z\dols|z$./-]{1,11}")
_CODE = re.compile(r"(?=.*\d)[A-Z\d][A-Z\d./-]{1,11}")
# Codes that must have a class of character at a place that no look-alike of the other one has, and
# codes in all: of fewer a column shows nothing.
_CERTAIN, _CODES = 2, 3
_ALIGNED = 0.6  # of a character's width: edges of a column
_HEIGHTS = 1.3  # the higher by the lower of two codes of one column


_Class = Callable[[str], bool]


class _Code(NamedTuple):
    """A word of digits, or of capitals and digits, and the line that it stands in."""

    word: CropWord
    line: int


def correct_codes(crops: Sequence[LineCrop], readings: Sequence[LineReading]) -> list[LineReading]:
    """The readings, with the codes of each column in the classes of character that it shows."""
    codes = _codes_by_length(readings)
    corrected = list(readings)
    for line, place in _open_places(readings, codes):
        words = list(corrected[line].words)
        word = words[place]
        box = transform_box(crops[line].to_page, word.box)
        words[place] = _corrected(word, _column(word, box, codes[len(word.text)], crops))
        text = " ".join(each.text for each in words)
        corrected[line] = replace(corrected[line], words=tuple(words), text=text)
    return corrected


def _codes_by_length(readings: Sequence[LineReading]) -> dict[int, list[_Code]]:
    """The codes of a page by their number of characters, where there are enough of them."""
    found: dict[int, list[_Code]] = {}
    for line, reading in enumerate(readings):
        for word in reading.words:
            if _CODE.fullmatch(word.text):
                found.setdefault(len(word.text), []).append(_Code(word, line))
    return {length: codes for length, codes in found.items() if len(codes) >= _CODES}


def _open_places(
    readings: Sequence[LineReading], codes: Collection[int]
) -> Iterator[tuple[int, int]]:
    """Line and place of words as long as codes in which a character may be of the other class."""
    for line, reading in enumerate(readings):
        places = [
            place
            for place, word in enumerate(reading.words)
            if len(word.text) in codes and _OPEN.fullmatch(word.text)
        ]
        if places and reading.text == " ".join(word.text for word in reading.words):
            yield from ((line, place) for place in places)


def _column(
    word: CropWord, box: Box, codes: Sequence[_Code], crops: Sequence[LineCrop]
) -> list[str]:
    """The other codes above and below."""
    return [
        code.word.text
        for code in codes
        if code.word is not word
        and _in_column(box, transform_box(crops[code.line].to_page, code.word.box), len(word.text))
    ]


def _in_column(box: Box, other: Box, characters: int) -> bool:
    """Whether two words stand in different lines, at one edge, in letters of one size."""
    apart = other.y0 >= box.y1 or box.y0 >= other.y1
    near = _ALIGNED * box.width / characters
    aligned = abs(box.x0 - other.x0) <= near or abs(box.x1 - other.x1) <= near
    higher = max(box.height, other.height) <= _HEIGHTS * min(box.height, other.height)
    return apart and aligned and higher


def _corrected(word: CropWord, column: Sequence[str]) -> CropWord:
    column = [code for code in column if _marks(code) == _marks(word.text)]
    if len(column) < _CODES:
        return word
    classes = _classes(column)
    text = "".join(map(_of_class, word.text, classes))
    # A word without a digit may be a word.
    shown = any(each.isdigit() for each in word.text) or _is_code(text, classes)
    if text == word.text or not shown or not all(map(_fits, text, classes)):
        return word
    return replace(word, text=text, characters=(), listed=None, confirmed=None)


def _is_code(text: str, classes: Sequence[_Class | None]) -> bool:
    """Whether a column shows a class at each place but marks, and letters among them."""
    places = [own for read, own in zip(text, classes, strict=True) if read.isalnum()]
    return None not in places and str.isalpha in places


def _marks(text: str) -> list[tuple[int, str]]:
    return [(at, each) for at, each in enumerate(text) if not each.isalnum() and each not in "$|"]


def _classes(column: Sequence[str]) -> list[_Class | None]:
    """What the codes have at each place: `str.isdigit`, `str.isalpha`, or None for both."""
    if not any(each.isalpha() for code in column for each in code):
        return [str.isdigit if each.isdigit() else None for each in column[0]]
    return [_class(others) for others in zip(*column, strict=True)]


def _class(others: Sequence[str]) -> _Class | None:
    digits = sum(each.isdigit() and each not in _AS_LETTER for each in others)
    letters = sum(each.isalpha() and each not in _AS_DIGIT for each in others)
    if digits >= _CERTAIN and not letters:
        return str.isdigit
    return str.isalpha if letters >= _CERTAIN and not digits else None


def _of_class(read: str, own: _Class | None) -> str:
    """The character, or its look-alike of this class."""
    if own is str.isdigit:
        return _AS_DIGIT.get(read, read)
    return _AS_LETTER.get(read, read) if own is str.isalpha else read


def _fits(read: str, own: _Class | None) -> bool:
    return own is None or own(read)
