"""Tells capitals from small letters of the same form by the heights of the print around them.

A line of `so` or `cows` alone shows a network no other letter: scaled to the height of its input it
looks like `SO` or `COWS`. The words beside it, above it and below it show how high capitals and
small letters of that size are.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median
from typing import NamedTuple

import numpy as np

from vision.core.document import Box
from vision.core.geometry import transform_box
from vision.core.stages import CropWord, LineCrop, LineReading
from vision.imaging.connected_components import ink_boxes
from vision.recognition.marks.window import measured

# Letters of one form in both cases, alone in a word or with `a` and `i`, which show no capital.
_ALIKE = "cosvwxz"
# Capitals of a Roman numeral stand as they were read: there are no such words.
_NUMERAL = re.compile("(?=[XVI]{2})X{0,3}(?:IX|IV|V?I{0,3})")
_OPEN = re.compile(rf"(?=.*[{_ALIKE}{_ALIKE.upper()}])[{_ALIKE}{_ALIKE.upper()}aiI]+")
_WRITTEN = re.compile(r"[^\W_]+")
# Words that reach as high as a capital, and as a small letter, by letters whose form shows their
# case; and letters that reach below the line.
_AS_CAPITAL = re.compile(r"(?=.*[ABDEFGHKLMNPRTbdfhkl])[A-Za-z]+[.:,;]?")
_AS_SMALL = re.compile(r"(?=.*[aemnrugpqy])[acegmnopqrsuvwxyz]+[.:,;]?")
_TALL = re.compile(r"[ABDEFGHKLMNPRTbdfhkl]")
_BELOW = re.compile(r"[Qgjpqy,;]|J")
_SMALL, _CAPITAL = 0.09, 0.07  # most that a letter differs from a small one, from a capital
_ROUNDING = 0.6  # pixels of the line image that it differs besides
_LOWEST, _HIGHEST = 0.55, 0.84  # of a capital: what a small letter has
_LEAST = 7  # pixels of a letter in its line image: of less no case can be told
# Of a word's height: where words that stand on one line end, and those with letters below it.
_BASELINE, _LOWER = 0.15, 0.5
# From a word to those that are measured: across in its own heights, up and down in theirs.
_BESIDE, _REACH = 3.0, 5.0
_EVEN = 1.15  # the highest by the lowest of them: of more they are of several sizes
_PUNCTUATION = 0.45  # of the tallest piece of a word: lower ones are no letters
_STACKED = 0.5  # of the narrower piece's width: two pieces of one letter


class _Heights(NamedTuple):
    """Of a capital and of a small letter, in pixels of the page; None for what is not known."""

    capital: float | None
    small: float | None


class _Measured(NamedTuple):
    """A word whose height is known by its letters: its box on the page, and which height.

    `below` where letters of it reach below the line.
    """

    box: Box
    capital: bool
    below: bool


class _Open(NamedTuple):
    """A word of open case: its line and place, its box on the page, heights of its letters."""

    line: int
    place: int
    box: Box
    letters: list[float]


def correct_case_by_height(
    crops: Sequence[LineCrop], readings: Sequence[LineReading]
) -> list[LineReading]:
    """The readings, with words of such letters in the case that their heights show."""
    open_words = list(_open_words(crops, readings))
    if not open_words:
        return list(readings)
    around = [*_measured_words(crops, readings), *_measured_alone(open_words)]
    corrected = list(readings)
    for each in open_words:
        words = list(corrected[each.line].words)
        pixel = _pixel(crops[each.line])
        words[each.place] = _corrected(words[each.place], each, around, pixel)
        text = " ".join(word.text for word in words)
        corrected[each.line] = replace(corrected[each.line], words=tuple(words), text=text)
    return corrected


def _open_words(crops: Sequence[LineCrop], readings: Sequence[LineReading]) -> Iterator[_Open]:
    for at, (crop, reading) in enumerate(zip(crops, readings, strict=True)):
        places = [place for place, word in enumerate(reading.words) if _is_open(word)]
        if places and any(map(_TALL.search, (word.text for word in reading.words))):
            # The recogniser saw how high small letters are.
            places = [place for place in places if not reading.words[place].text.islower()]
        if not places or reading.text != " ".join(word.text for word in reading.words):
            continue
        for place in places:
            word = reading.words[place]
            letters = _heights_of_letters(crop, word)
            if letters and min(letters) >= _LEAST:
                pixel = _pixel(crop)
                box = transform_box(crop.to_page, word.box)
                yield _Open(at, place, box, [pixel * height for height in letters])


def _is_open(word: CropWord) -> bool:
    found = _WRITTEN.findall(word.text)
    numeral = len(found) == 1 and _NUMERAL.fullmatch(found[0]) is not None
    return len(found) == 1 and not numeral and _OPEN.fullmatch(found[0]) is not None


def _pixel(crop: LineCrop) -> float:
    """How many pixels of the page one of the line image is."""
    return float(np.sqrt(abs(np.linalg.det(crop.to_page[:, :2]))))


def _measured_words(
    crops: Sequence[LineCrop], readings: Sequence[LineReading]
) -> Iterator[_Measured]:
    for crop, reading in zip(crops, readings, strict=True):
        for word in reading.words:
            capital = _AS_CAPITAL.fullmatch(word.text) is not None
            if (capital or _AS_SMALL.fullmatch(word.text)) and not _is_open(word):
                below = _BELOW.search(word.text) is not None
                yield _Measured(transform_box(crop.to_page, word.box), capital, below)


def _measured_alone(words: Sequence[_Open]) -> Iterator[_Measured]:
    """Words such as `Zoo`, whose letters have both heights whatever was read."""
    for each in words:
        low, high = min(each.letters), max(each.letters)
        if _LOWEST <= low / high <= _HIGHEST:
            x0, _, x1, bottom = each.box
            for height in (high, low):
                box = Box(x0, bottom - height, x1, bottom)
                yield _Measured(box, height == high, below=False)


def _corrected(word: CropWord, found: _Open, around: Sequence[_Measured], pixel: float) -> CropWord:
    """The word in the case that its letters have by their heights; as it is where none is shown."""
    heights = _heights_at(word, found.box, around)
    if heights is None:
        return word
    cases = [_is_capital(height, heights, pixel) for height in found.letters]
    (written,) = _WRITTEN.findall(word.text)
    text = _in_case(written, cases)
    return replace(word, text=word.text.replace(written, text), characters=())


def _heights_at(word: CropWord, box: Box, around: Sequence[_Measured]) -> _Heights | None:
    """Heights of the words on the same line, or else of those above and below, or of all.

    For a letter alone those on its line must be known.
    """
    row = [each for each in around if _on_one_line(box, each)]
    heights = _heights_of([(box.y1 - each.box.y0, each.capital) for each in row])
    if heights is not None or len(word.text) == 1:
        return heights
    apart = [each for each in around if not each.below]
    for chosen in ([each for each in apart if _is_near(box, each.box)], apart):
        heights = _heights_of([(each.box.height, each.capital) for each in chosen])
        if heights and heights.small and heights.capital:
            return heights
    return None


def _on_one_line(box: Box, other: _Measured) -> bool:
    below = (other.box.y1 - box.y1) / min(box.height, other.box.height)
    return -_BASELINE <= below <= (_LOWER if other.below else _BASELINE)


def _is_near(box: Box, other: Box) -> bool:
    beside = _BESIDE * box.height
    apart = abs(box.y0 + box.y1 - other.y0 - other.y1) / 2
    return (
        other.x0 - beside <= box.x1
        and box.x0 <= other.x1 + beside
        and apart <= _REACH * other.height
    )


def _heights_of(measured: Sequence[tuple[float, bool]]) -> _Heights | None:
    """None where there are none, or print of several sizes; each height with whether it is tall."""
    capitals = [height for height, capital in measured if capital]
    small = [height for height, capital in measured if not capital]
    if not measured or any(max(own) > _EVEN * min(own) for own in (capitals, small) if own):
        return None
    heights = _Heights(median(capitals) if capitals else None, median(small) if small else None)
    if heights.capital and heights.small:
        ratio = heights.small / heights.capital
        return heights if _LOWEST <= ratio <= _HIGHEST else None
    return heights


def _heights_of_letters(crop: LineCrop, word: CropWord) -> list[float]:
    """Heights of the letters of a word from left to right, in pixels of the line image."""
    height, width = crop.pixels.shape[:2]
    x0, x1 = max(round(word.box.x0) - 1, 0), min(round(word.box.x1) + 1, width)
    y0, y1 = max(round(word.box.y0) - 1, 0), min(round(word.box.y1) + 1, height)
    if x0 >= x1 or y0 >= y1:
        return []
    line, levels = measured(crop)
    pieces = ink_boxes(line[y0:y1, x0:x1], levels.between, light_on_dark=levels.light_on_dark)
    letters: list[list[int]] = []
    for left, top, right, bottom in sorted(pieces.tolist()):
        if letters and _is_above(letters[-1], left, right):
            a, b, c, d = letters[-1]
            letters[-1] = [a, min(b, top), max(c, right), max(d, bottom)]
        else:
            letters.append([left, top, right, bottom])
    heights = [float(bottom - top) for _, top, _, bottom in letters]
    tallest = max(heights, default=0.0)
    return [height for height in heights if height >= _PUNCTUATION * tallest]


def _is_above(letter: Sequence[int], left: int, right: int) -> bool:
    shared = min(letter[2], right) - max(letter[0], left)
    return shared > _STACKED * min(letter[2] - letter[0], right - left)


def _is_capital(height: float, heights: _Heights, pixel: float) -> bool | None:
    """Whether a letter of this height is a capital; None where it is neither."""
    rounding = _ROUNDING * pixel
    capital, small = heights
    if capital and abs(height - capital) <= _CAPITAL * capital + rounding:
        return True
    if capital and not _LOWEST <= height / capital <= _HIGHEST:
        return None
    if small and abs(height - small) > _SMALL * small + rounding:
        return None
    return False


def _in_case(written: str, cases: Sequence[bool | None]) -> str:
    """The letters in these cases, as far as they make a word: `so`, `So` or `SO`."""
    if all(capital is False for capital in cases):
        return written.lower()
    if len(cases) != len(written):
        most = 2 * len(cases) >= len(written) and "a" not in written
        return written.upper() if most and all(cases) else written
    pairs = zip(written, cases, strict=True)
    known = [capital for letter, capital in pairs if letter not in "aiI"]
    if None in known:
        return written
    if not any(known):
        return written.lower()
    if known == [True] + [False] * (len(known) - 1) and written[0] not in "aiI":
        return written.capitalize()
    return written.upper() if all(known) and not {"a", "i"} & set(written) else written
