"""Chooses between two recognisers' readings of a line and marks the words that both have.

A second reading never deletes text: where it has none, the first one stays and is disputed.
"""

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from vision.core.stages import CropWord, LineReading
from vision.recognition.marks.candidates import LIST_MARKS
from vision.recognition.rereading import rescued

# Logistic weights of "the second reading is better", for pairs of engines: a constant, then the
# values of `_evidence`. Fitted on 625 lines of even pages (sroie, funsd, and funsd with a band in
# reverse print) where one reading has more right letters, each weighted by that number
# (2026-11-29). 1 is added to the constant: first readings have worse marks, which the fit ignores.
# Those of the tiny network: 420 lines of even pages (sroie, funsd) under .95, weighted by letters
# in right words, nothing added.
_WEIGHTS: dict[tuple[str, str], tuple[float, ...]] = {
    ("lstm", "ppocr"): (2.45, 0.79, -1.09, -2.37, 2.18, -2.70, -4.28, 1.91),
    ("lstm", "ppocr_tiny"): (0.67, 1.0, -1.25, -1.41, 3.5, 1.03, -3.47, 2.59),
}
# Where the second reader finds nothing, a first reading without a digit and without two letters in
# a row is a speck or a rule: of 96 such on even receipts and forms three were text.
_TEXT = re.compile(r"\d|[^\W\d_]{2}")
# What Tesseract's networks, which have no class for bullets, write for one.
_LIKE_BULLETS = frozenset("eo0O@©®¢*°+-")
# Letters and digits of an ornament, and how often each of them is there.
_ORNAMENT, _REPEATED = 12, 5
_CERTAIN = 0.9  # rows of zeros that are print are read with more confidence
# Letters in listed words that a first reading needs to show that a second one of less than half as
# many letters has lost a part of the line.
_WITNESSES = 8
# Signs that no speck is read as: `%` may be a fraction, which the second reader drops.
_SIGNS = frozenset("%&§½¼¾⅓⅔⅛±\u00d7÷≥≤")
# A listed word of at least so many letters shows that a second reading parts words where none ends.
_LEAST_WORD = 4
_WEAK = 0.6  # confidence of a word of a first reading
# A second reading with accents, which the first reader has no letters for: its confidence where the
# first one left ink above letters unread, and elsewhere, and the share of letters that both have.
_ACCENTS, _CONFIDENT, _ALIKE = 0.92, 0.95, 0.7
_HIGHEST = 0.9995  # confidences beyond it carry no information


def choose(
    first: LineReading, second: LineReading, better: LineReading | None = None
) -> LineReading:
    """The better reading of one line, its words marked where the other reading confirms them.

    `better` is one of them where the line's ink decides.
    """
    if first.rejected:
        return rescued(first, second)
    if not second.text:
        return _disputed(first)
    is_open, keeps = better is None, better is first
    first = _with_bullet(first, second)
    keeps = keeps or (is_open and _first_is_better(first, second))
    chosen = _compared(*((first, second) if keeps else (second, first)))
    if chosen.confidence < _CERTAIN and _is_ornament(chosen.text):
        return replace(chosen, text="", words=())
    return chosen


def _with_bullet(first: LineReading, second: LineReading) -> LineReading:
    """The first reading with the bullet that the second has where it has a single sign like one."""
    bullet = second.text[:1]
    if bullet not in LIST_MARKS or not first.words or first.words[0].text not in _LIKE_BULLETS:
        return first
    word = replace(first.words[0], text=bullet, listed=None)
    words = (word, *first.words[1:])
    return replace(first, text=" ".join(each.text for each in words), words=words)


def _disputed(first: LineReading) -> LineReading:
    if not _TEXT.search(first.text) or _is_ornament(first.text):
        return replace(first, text="", words=())
    words = tuple(replace(word, confirmed=False) for word in first.words)
    return replace(first, words=words, disputed=True)


def _is_ornament(text: str) -> bool:
    """Whether a row of rings, waves or lozenges is read like this: few letters, many times."""
    letters = _letters(text)
    return len(letters) >= _ORNAMENT and len(letters) > _REPEATED * len(set(letters))


def _first_is_better(first: LineReading, second: LineReading) -> bool:
    """Whether to keep the first: not for the sake of marks, which the second reads better."""
    weights = _WEIGHTS.get((first.engine, second.engine))
    same_letters = _letters(first.text) == _letters(second.text)
    if same_letters:
        parted = _parts_a_word(second, first) and not _has_weak_word(first)
        return parted or _drops_a_sign(second, first)
    if weights is None or not _TEXT.search(first.text) or _has_its_accents(second, first):
        return False
    if _has_lost_a_part(second, first):
        return True
    values = (1.0, *_evidence(first, second))
    return sum(weight * value for weight, value in zip(weights, values, strict=True)) < 0


def _parts_a_word(reading: LineReading, other: LineReading) -> bool:
    """Whether a reading with the same letters parts a listed word that the other has whole."""
    own = {_letters(word.text) for word in reading.words}
    listed = [_letters(word.text) for word in other.words if word.listed]
    return any(len(each) >= _LEAST_WORD and each not in own for each in listed)


def _has_weak_word(reading: LineReading) -> bool:
    """Whether its words are in doubt: their marks may be the edges of a picture."""
    return any(word.confidence < _WEAK and _letters(word.text) for word in reading.words)


def _drops_a_sign(reading: LineReading, other: LineReading) -> bool:
    """Whether a reading with the same letters lacks a sign that stands alone between its words."""
    between = {word.text for word in other.words[1:-1]} & _SIGNS
    return bool(between) and _SIGNS.isdisjoint(reading.text)


def _has_its_accents(reading: LineReading, other: LineReading) -> bool:
    """Whether a confident reading has about the letters of the other one, some with accents."""
    letters = _letters(reading.text)
    least = _ACCENTS if other.accented else _CONFIDENT
    if reading.confidence < least or not any(map(_has_accent, letters)):
        return False
    plain = "".join(each for each in unicodedata.normalize("NFKD", letters) if each.isascii())
    compared = SequenceMatcher(None, plain, _letters(other.text), autojunk=False)
    return bool(plain) and compared.ratio() >= _ALIKE


def _has_accent(letter: str) -> bool:
    """Whether it is a letter beyond ASCII, and no raised one as in `1ª`."""
    return not letter.isascii() and unicodedata.category(letter) == "Ll"


def _has_lost_a_part(reading: LineReading, other: LineReading) -> bool:
    listed = sum(len(word.text) for word in other.words if word.listed)
    return listed >= max(_WITNESSES, 2 * len(_letters(reading.text)))


def _evidence(first: LineReading, second: LineReading) -> tuple[float, ...]:
    """Log odds of both confidences, shares of marks, length ratio, listed and unlisted words."""
    return (
        _log_odds(second.confidence),
        _log_odds(first.confidence),
        _marks(first.text),
        _marks(second.text),
        math.log((len(second.text) + 1) / (len(first.text) + 1)),
        _share(first.words, listed=True) - _share(second.words, listed=True),
        _share(first.words, listed=False) - _share(second.words, listed=False),
    )


def _compared(reading: LineReading, other: LineReading) -> LineReading:
    """Words are confirmed whose letters the other reading has in one piece, whatever the case.

    Blanks count for nothing: recognisers part `RM 9.00` as they like.
    """
    if not other.text:
        return reading
    texts = [word.text.casefold() for word in reading.words]
    compared = SequenceMatcher(None, "".join(texts), _unspaced(other.text), autojunk=False)
    blocks = [(block.a, block.a + block.size) for block in compared.get_matching_blocks()]
    words: list[CropWord] = []
    start = 0
    for word, text in zip(reading.words, texts, strict=True):
        end = start + len(text)
        found = any(first <= start and end <= last for first, last in blocks)
        words.append(replace(word, confirmed=found))
        start = end
    return replace(reading, words=tuple(words))


def _unspaced(text: str) -> str:
    return "".join(text.casefold().split())


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _log_odds(confidence: float) -> float:
    bounded = min(max(confidence, 1 - _HIGHEST), _HIGHEST)
    return math.log(bounded / (1 - bounded))


def _marks(text: str) -> float:
    """The share of characters that are neither letters nor digits."""
    letters = text.replace(" ", "")
    return sum(not letter.isalnum() for letter in letters) / max(len(letters), 1)


def _share(words: Sequence[CropWord], *, listed: bool) -> float:
    """The share of letters in words that the word list has, or that it lacks."""
    letters = sum(len(word.text) for word in words if word.listed is listed)
    return letters / max(sum(len(word.text) for word in words), 1)
