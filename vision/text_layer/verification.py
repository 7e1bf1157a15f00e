"""Verifies a text layer against the page that it describes; it is never trusted as it is.

Invisible words are dropped one by one: words in no colour, and words without ink under them. Of
words written twice one is dropped, and different words in one place are recognised instead. A whole
layer is refused where another program read a scan and hid its guesses behind it. Each font has its
own map from glyphs to characters. Where that map is missing or false, the words of that font alone
are refused; a recogniser reads a few lines of each font as a witness.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from statistics import median

from vision.core.arrays import Grey
from vision.core.document import ModelUse, Point, Polygon
from vision.core.geometry import bounding_box
from vision.core.protocols import Recogniser
from vision.core.stages import PageImage
from vision.core.text_layer import LayerWord
from vision.imaging.grey import grey_of
from vision.text_layer.overlaps import find_overlaps
from vision.text_layer.witnesses import SHORTEST, Witness, font_groups, read_witnesses

_MOST_HIDDEN = 0.5  # of all letters
_DOUBT_UNMAPPED, _MOST_UNMAPPED = 0.05, 0.5
_LEAST_CONTRAST = 25  # grey levels between a word's ink and its background
# Of a word's height: what is left out above and below when looking for its ink, so that the lines
# around it do not count. Letters and digits have ink in between; marks may not.
_INSET = 0.2
_MOST_PIXELS = 1 << 16  # looked at for one word; of larger words only some rows
_FEWEST_DIGITS = 4  # that can refuse a font
# Sound layers agree with a reading to .9 and more, shifted or scrambled letters to under .3. Digits
# are few and read well: one of four may be misread.
_LEAST_AGREEMENT, _LEAST_DIGITS_AGREEMENT = 0.6, 0.75

_WITHOUT_CODES, _NOT_SHOWN = "letters without codes", "not what the page shows"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`fault` is empty where words are believed; `agreement` 0 to 1, None without a witness.

    `refused` words are on the page but their text is false: they are to be recognised instead.
    `unseen` is true where some words lie where the page shows nothing. `models` read the
    witnesses.
    """

    fault: str = ""
    agreement: float | None = None
    believed: tuple[LayerWord, ...] = ()
    refused: tuple[LayerWord, ...] = ()
    unseen: bool = False
    models: tuple[ModelUse, ...] = ()


def judge(
    page: PageImage, words: Sequence[LayerWord], recogniser: Recogniser, languages: Sequence[str]
) -> Verdict:
    """Which of these words are the text of the page, and what is wrong with the others.

    `words` are in pixels of the page. `recogniser` raises its own errors.
    """
    visible = [word for word in words if not word.hidden]
    hidden = sum(len(word.text) for word in words if word.hidden)
    if hidden > _MOST_HIDDEN * sum(len(word.text) for word in words):
        return Verdict("hidden behind a picture")
    if _unmapped_share(words) > _MOST_UNMAPPED:
        return Verdict(_WITHOUT_CODES)
    grey = grey_of(page.pixels)
    shown = [word for word in visible if _has_ink(word, grey)]
    if not shown:
        return Verdict("not where the page shows text", unseen=True)
    overlaps = find_overlaps(shown)
    if not overlaps.clear:
        return Verdict("two texts in one place", unseen=True)
    verdict = _judge_fonts(page, overlaps.clear, recogniser, tuple(languages))
    return replace(
        verdict,
        refused=(*verdict.refused, *(word for word in shown if word in overlaps.disputed)),
        unseen=len(shown) < len(visible),
    )


def _judge_fonts(
    page: PageImage, words: Sequence[LayerWord], recogniser: Recogniser, languages: tuple[str, ...]
) -> Verdict:
    """The words divided by whether their font is believed; a fault where no font is."""
    groups = font_groups(words)
    witnesses = read_witnesses(page, words, groups, recogniser, languages)
    ratios = [each.agreement() for own in witnesses.by_group.values() for each in own]
    faults = {
        group: _fault([word for word in words if groups[word.fonts] == group], own)
        for group, own in witnesses.by_group.items()
    }
    false = {font for group, fault in faults.items() if fault and len(group) == 1 for font in group}
    believed: list[LayerWord] = []
    refused: list[LayerWord] = []
    for word in words:
        is_false = bool(faults[groups[word.fonts]]) or not false.isdisjoint(word.fonts)
        (refused if is_false else believed).append(word)
    fault = "" if believed else next(fault for fault in faults.values() if fault)
    agreement = median(ratios) if ratios else None
    return Verdict(fault, agreement, tuple(believed), tuple(refused), models=witnesses.models)


def _fault(words: Sequence[LayerWord], witnesses: Sequence[Witness]) -> str:
    """What is wrong with the words of one group of fonts; empty where nothing is."""
    unmapped = _unmapped_share(words)
    if unmapped > _MOST_UNMAPPED:
        return _WITHOUT_CODES
    long = [each for each in witnesses if max(len(each.stated), len(each.read)) >= SHORTEST]
    if long and median(each.agreement() for each in long) < _LEAST_AGREEMENT:
        return _NOT_SHOWN
    if _digits_differ([each.digits() for each in witnesses]):
        return _NOT_SHOWN
    return _WITHOUT_CODES if not witnesses and unmapped > _DOUBT_UNMAPPED else ""


def _digits_differ(witnesses: Sequence[Witness]) -> bool:
    weights = [len(each.stated) + len(each.read) for each in witnesses]
    alike = sum(each.agreement() * weight for each, weight in zip(witnesses, weights, strict=True))
    enough = sum(len(each.stated) for each in witnesses) >= _FEWEST_DIGITS
    return enough and alike < _LEAST_DIGITS_AGREEMENT * sum(weights)


def _unmapped_share(words: Sequence[LayerWord]) -> float:
    letters = sum(len(word.text) for word in words)
    return sum(_unreadable(word) for word in words) / max(letters, 1)


def _unreadable(word: LayerWord) -> int:
    """Characters that no reader can use, whether or not the file admits it."""
    odd = sum(unicodedata.category(letter) in {"Cc", "Cn", "Co", "Cs"} for letter in word.text)
    return max(odd + word.text.count("\ufffd"), word.unmapped)


def _has_ink(word: LayerWord, grey: Grey) -> bool:
    """Whether the page shows ink where the word stands; words off the page have none."""
    box = bounding_box(_core(word))
    height, width = grey.shape
    x0, x1 = (min(max(edge, 0), width) for edge in (int(box.x0), ceil(box.x1)))
    y0, y1 = (min(max(edge, 0), height) for edge in (int(box.y0), ceil(box.y1)))
    step = max(1, ceil((x1 - x0) * (y1 - y0) / _MOST_PIXELS))
    under = grey[y0:y1:step, x0:x1]
    return bool(under.size) and int(under.max()) - int(under.min()) >= _LEAST_CONTRAST


def _core(word: LayerWord) -> Polygon:
    """The part of the word's quad in which its letters have ink."""
    if not any(letter.isalnum() for letter in word.text):
        return word.quad
    top_left, top_right, bottom_right, bottom_left = word.quad
    return (
        _between(top_left, bottom_left),
        _between(top_right, bottom_right),
        _between(bottom_right, top_right),
        _between(bottom_left, top_left),
    )


def _between(start: Point, end: Point) -> Point:
    return start[0] + _INSET * (end[0] - start[0]), start[1] + _INSET * (end[1] - start[1])
