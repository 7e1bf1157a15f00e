"""Tells O from 0 by its width: in most typefaces a capital O is a third wider than the digits.

Recognisers go by what stands beside it, and write `H20`, `C02` and `LOT0` with full confidence. In
typewriting both are as wide; there the reading stays as it is.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from vision.core.document import Character
from vision.core.stages import CropWord, LineReading

# Words in which it is open: letters and digits together, or a nought before one digit (`02`).
_OPEN = re.compile(r"(?=.*[O0])(?=.*\d)(?=.*[A-Z])[A-Za-z0-9()/.,:-]{2,}|0\d[.,;]?")
_MEASURED = re.compile(r"[A-Z2-9]")
_DIGITS, _CAPITALS = frozenset("23456789"), frozenset("ACDEGHKNRUVX")
# Widths in those of the digits 2 to 9 (591 proportional faces, 805 in all): 0 has at most 1.15 in
# 98 of 100, O at least 1.17; capitals have 1.12 and more where O is wider than 0.
_AS_DIGIT, _PROPORTIONAL = 1.1, 1.13
# O is wider by this, beside many digits and beside few, and about as wide as other capitals.
_AS_LETTER, _BESIDE_FEW, _AS_CAPITAL = 1.22, 1.3, 0.95
_MANY = 3  # digits that were measured
_LEAST_WIDTH, _LEAST_MORE = 9.0, 3.0  # pixels of a digit, and that O is wider: less is chance
_EVEN = 1.4  # the widest digit by the narrowest: of more, boxes do not fit the characters
_AS_HIGH = 0.85  # of the line's digits and capitals: a small o is lower


class _Widths(NamedTuple):
    """Median widths of a line's digits and capitals, heights of its digits, how many there are."""

    digit: float
    capital: float
    high: float
    digits: int


def words_to_measure(words: Sequence[str]) -> list[int]:
    """Places of the words whose characters need boxes: none, or all with digits or capitals."""
    if not any(_OPEN.fullmatch(word) for word in words):
        return []
    return [at for at, word in enumerate(words) if _MEASURED.search(word)]


def correct_by_width(reading: LineReading) -> LineReading:
    """The reading with O and 0 by their widths, where the characters of its words have boxes."""
    words = reading.words
    places = [at for at, word in enumerate(words) if _OPEN.fullmatch(word.text)]
    if not places or reading.text != " ".join(word.text for word in words):
        return reading
    widths = _measured([each for word in words for each in _apart(word)])
    if widths is None:
        return reading
    corrected = tuple(
        _corrected(word, widths) if at in places else word for at, word in enumerate(words)
    )
    return replace(reading, words=corrected, text=" ".join(word.text for word in corrected))


def _measured(letters: Sequence[Character]) -> _Widths | None:
    """None where O and 0 may be as wide, or the widths are not certain."""
    digits = [each.box for each in letters if each.text in _DIGITS]
    capitals = [each.box.width for each in letters if each.text in _CAPITALS]
    if not digits or not capitals:
        return None
    own = [box.width for box in digits]
    width = median(own)
    even = max(own) <= _EVEN * min(own)
    if width < _LEAST_WIDTH or not even or median(capitals) < _PROPORTIONAL * width:
        return None
    return _Widths(width, median(capitals), median(box.height for box in digits), len(own))


def _apart(word: CropWord) -> Iterator[Character]:
    """The characters of a word that touch no neighbour, so that their boxes are their own."""
    letters = word.characters
    if "".join(each.text for each in letters) != word.text:
        return
    touching = {
        at for at, (left, right) in enumerate(pairwise(letters)) if right.box.x0 <= left.box.x1
    }
    for at, letter in enumerate(letters):
        if at not in touching and at - 1 not in touching:
            yield letter


def _corrected(word: CropWord, widths: _Widths) -> CropWord:
    own = {id(each) for each in _apart(word)}
    letters = tuple(
        replace(each, text=_read(each, widths))
        if id(each) in own and each.box.height >= _AS_HIGH * widths.high
        else each
        for each in word.characters
    )
    text = "".join(each.text for each in letters)
    if not letters or text == word.text:
        return word
    return replace(word, text=text, characters=letters)


def _read(letter: Character, widths: _Widths) -> str:
    width = letter.box.width
    least = _AS_LETTER if widths.digits >= _MANY else _BESIDE_FEW
    as_letter = width >= max(least * widths.digit, _AS_CAPITAL * widths.capital)
    if letter.text == "0" and as_letter and width >= widths.digit + _LEAST_MORE:
        return "O"
    if letter.text == "O" and width <= _AS_DIGIT * widths.digit:
        return "0"
    return letter.text
