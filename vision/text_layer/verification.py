"""Whether a text layer can be believed: it is checked against the page, never trusted.

A layer is wrong where another program read a scan and hid its guesses behind it, where letters
carry no or false codes, where words stand somewhere else than what is drawn, or where it says
something else than the page shows. For the last a recogniser reads a few lines as a witness.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from statistics import median

import numpy as np

from vision.core.geometry import bounding_box, identity
from vision.core.stages import FoundLine, Grey, PageImage, PreparedPage, Recogniser
from vision.core.text_layer import LayerWord
from vision.imaging.grey import grey_of
from vision.text_detection.crops import cut_lines
from vision.text_layer.lines import LayerLine, layer_lines, line_quad

_MOST_HIDDEN = 0.5  # of all letters
_DOUBT_UNMAPPED, _MOST_UNMAPPED = 0.05, 0.5
_MOST_MISPLACED = 0.2  # of the words looked at
_WORDS_LOOKED_AT = 200
_LEAST_CONTRAST = 25  # grey levels between a word's ink and its ground
_WITNESS_LINES = 4
_SHORTEST, _LONGEST = 4, 60  # letters of a line that a witness reads
_SURE_WITNESS = 0.7  # mean confidence; one who reads another script is less sure
# Sound layers agree with a reading to .9 and more, shifted or scrambled letters to under .3.
_LEAST_AGREEMENT = 0.6


@dataclass(frozen=True, slots=True)
class Verdict:
    """`fault` is empty for a sound layer; `agreement` 0 to 1, None where no witness was sure."""

    fault: str = ""
    agreement: float | None = None


def judge(
    page: PageImage, words: Sequence[LayerWord], recogniser: Recogniser, languages: Sequence[str]
) -> Verdict:
    """What is wrong with these words as the text of the page, if anything is."""
    letters = sum(len(word.text) for word in words)
    if sum(len(word.text) for word in words if word.hidden) > _MOST_HIDDEN * letters:
        return Verdict("hidden behind a picture")
    unmapped = sum(_unreadable(word) for word in words) / max(letters, 1)
    if unmapped > _MOST_UNMAPPED:
        return Verdict("letters without codes")
    if _misplaced(words, grey_of(page.pixels)) > _MOST_MISPLACED:
        return Verdict("not where the page shows text")
    agreement = _agreement(page, layer_lines(words), recogniser, tuple(languages))
    if agreement is not None and agreement < _LEAST_AGREEMENT:
        return Verdict("not what the page shows", agreement)
    if agreement is None and unmapped > _DOUBT_UNMAPPED:
        return Verdict("letters without codes")
    return Verdict("", agreement)


def _unreadable(word: LayerWord) -> int:
    """Characters that no reader can use, whether or not the file admits it."""
    odd = sum(unicodedata.category(letter) in {"Cc", "Cn", "Co", "Cs"} for letter in word.text)
    return max(odd + word.text.count("\ufffd"), word.unmapped)


def _misplaced(words: Sequence[LayerWord], grey: Grey) -> float:
    """The share of words under which there is no ink, or no page."""
    step = -(-len(words) // _WORDS_LOOKED_AT)
    looked_at = words[::step]
    return sum(not _has_ink(word, grey) for word in looked_at) / len(looked_at)


def _has_ink(word: LayerWord, grey: Grey) -> bool:
    box = bounding_box(word.quad)
    x0, y0 = max(0, int(box.x0)), max(0, int(box.y0))
    under = grey[y0 : int(np.ceil(box.y1)), x0 : int(np.ceil(box.x1))]
    return bool(under.size) and int(under.max()) - int(under.min()) >= _LEAST_CONTRAST


def _agreement(
    page: PageImage, lines: Sequence[LayerLine], recogniser: Recogniser, languages: tuple[str, ...]
) -> float | None:
    """How like the lines are to what a recogniser reads there, in the median of a few."""
    chosen = _witnessed(lines)
    whole = PreparedPage(page.number, page.pixels, page.pixels, identity(), page.dpi, 0, 0.0)
    found = [FoundLine(line_quad(line)) for line in chosen]
    crops = [cut_lines(whole, [line], languages) for line in found]
    readings = recogniser.recognise([crop for cut in crops for crop in cut])
    texts = [_text(line) for line, cut in zip(chosen, crops, strict=True) if cut]
    sure = [
        SequenceMatcher(None, _plain(text), _plain(reading.text), autojunk=False).ratio()
        for text, reading in zip(texts, readings, strict=True)
        if reading.confidence >= _SURE_WITNESS and _plain(reading.text)
    ]
    return median(sure) if sure else None


def _witnessed(lines: Sequence[LayerLine]) -> list[LayerLine]:
    """A few lines from all over the page, neither very short nor very long."""
    fit = [line for line in lines if _SHORTEST <= len(_plain(_text(line))) <= _LONGEST]
    fit = fit or list(lines)
    step = max(1, len(fit) // _WITNESS_LINES)
    return fit[step // 2 :: step][:_WITNESS_LINES]


def _text(line: LayerLine) -> str:
    return " ".join(word.text for word in line)


def _plain(text: str) -> str:
    """Letters and digits alone, compatible forms alike."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in folded if letter.isalnum())
