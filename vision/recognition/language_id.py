"""Which of the installed languages a page is written in.

A few of its lines are read: by one model of each script until one reads them confidently, then,
where languages share the script, by those whose commonest words the first reading shows most of.
"""

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from vision.core.document import ModelUse
from vision.core.options import ANY_LANGUAGE
from vision.core.protocols import Recogniser
from vision.core.stages import LineCrop, LineReading
from vision.core.text_layer import TextLayer

FALLBACK = "eng"

_SAMPLE = 5  # lines: enough for some common words of any language
# Mean letter probability, and share of letters in common words, from which no other script need be
# tried. A network of another script may be as confident in what it makes up, but not in such words.
_CONFIDENT, _MEANS_SOMETHING = 0.85, 0.1
_TYPICAL = 0.1  # taken for languages whose words are not listed
_MOST = 0.4  # prose reaches it; noise of two letters may be nothing but common words
_WORDS_LOOKED_AT = 300  # of a stated text
_CANDIDATES = 3  # languages of one script that read the sample
_WORDS_WEIGHT = 1.0  # beside confidence, which is almost as high for neighbouring languages
# By so much another script, and another language of the same script, must do better than English.
# On English receipts and forms, full of names and numbers, others did by up to .08 and .045, on
# pages of their own by .2 and mostly .12.
_SCRIPT_MARGIN, _MARGIN = 0.1, 0.05
_FEWEST_LETTERS = 40  # fewer may be common words by chance; the share is of so many at least
# Where models of many scripts are there, the commonest come first.
_SCRIPT_ORDER = ("LATIN", "CYRILLIC", "CJK", "ARABIC", "DEVANAGARI", "GREEK", "HEBREW", "HANGUL")
# The model that stands for its script, where it is installed.
_FIRST = ("eng", "rus", "chi_sim", "ara", "hin", "jpn")
_WORD, _LETTER = re.compile(r"[^\W\d_]+"), re.compile(r"[^\W\d_]")

_TABLE = tomllib.loads(Path(__file__).with_name("language_id.toml").read_text(encoding="utf-8"))
SCRIPTS = {code: script for script, rows in _TABLE.items() for code in rows}
COMMON_WORDS = {
    code: frozenset(words.split()) for rows in _TABLE.values() for code, words in rows.items()
}


class DetectedLanguages(NamedTuple):
    """Languages of a page, and the models that read the sample.

    `confidence` is the mean of the sample's lines, read in the first language; 0 if none was read.
    """

    languages: tuple[str, ...]
    models: tuple[ModelUse, ...] = ()
    confidence: float = 0.0


class _Trial:
    """Readings of the sample by one language after the other, and the models that took part."""

    def __init__(self, recogniser: Recogniser) -> None:
        self._recogniser = recogniser
        self.models: list[ModelUse] = []

    def read(self, sample: Sequence[LineCrop], code: str) -> list[LineReading]:
        """The sample as the model of one language reads it."""
        crops = [replace(crop, languages=(code,)) for crop in sample]
        readings = self._recogniser.recognise(crops)
        self.models += [use for reading in readings for use in reading.models]
        return readings


def first_guess(
    asked: tuple[str, ...], layer: TextLayer | None, recogniser: Recogniser
) -> tuple[str, ...]:
    """The languages asked for; instead of any, what a stated text looks like, or English."""
    if asked != ANY_LANGUAGE:
        return asked
    stated = " ".join(word.text for word in layer.words[:_WORDS_LOOKED_AT]) if layer else ""
    return (language_of_text(stated, recogniser.languages()),)


def detect_languages(crops: Sequence[LineCrop], recogniser: Recogniser) -> DetectedLanguages:
    """The language that a sample of the lines is most likely written in, as a tuple of one.

    English, or the first language installed, where there is nothing to read. Raises what the
    recogniser raises.
    """
    installed = [code for code in recogniser.languages() if code in SCRIPTS]
    sample = _sample(crops)
    if not sample or len(installed) < 2:
        return DetectedLanguages((_fallback(recogniser.languages()),))
    trial = _Trial(recogniser)
    best, confidence = _most_likely(sample, trial, installed)
    return DetectedLanguages((best,), tuple(dict.fromkeys(trial.models)), confidence)


def _most_likely(
    sample: Sequence[LineCrop], trial: _Trial, installed: Sequence[str]
) -> tuple[str, float]:
    """The language, and how confident its model is."""
    first, readings = _script_reading(sample, trial, installed)
    rivals = [code for code in installed if SCRIPTS[code] == SCRIPTS[first]]
    rivals.sort(key=lambda code: -known_share(readings, code))
    scores, confidences = {}, {}
    for code in dict.fromkeys((first, *rivals[:_CANDIDATES])):
        read = readings if code == first else trial.read(sample, code)
        confidences[code] = _mean_confidence(read)
        scores[code] = _score(code, confidences[code], known_share(read, code), _MARGIN)
    best = max(scores, key=lambda code: scores[code])
    return best, confidences[best]


def language_of_text(text: str, installed: Sequence[str]) -> str:
    """The installed language that a text is most likely written in, by script and words alone."""
    script = script_of(text)
    known = [code for code in installed if SCRIPTS.get(code) == script]
    if not known:
        return _fallback(installed)
    reading = [LineReading(text, 1.0)]
    first = min(known, key=_rank)
    return max(known, key=lambda code: (known_share(reading, code), code == first))


def script_of(text: str) -> str:
    """The script of most letters, by the first word of their Unicode names; CJK takes in kana."""
    names = (unicodedata.name(letter, "").split(" ")[0] for letter in text if letter.isalpha())
    counted = Counter("CJK" if name in {"HIRAGANA", "KATAKANA"} else name for name in names)
    return counted.most_common(1)[0][0] if counted else ""


def _script_reading(
    sample: Sequence[LineCrop], trial: _Trial, installed: Sequence[str]
) -> tuple[str, list[LineReading]]:
    """The model of the script that makes most of the sample, and what it reads."""
    best: tuple[float, str, list[LineReading]] | None = None
    for code in _one_of_each_script(installed):
        readings = trial.read(sample, code)
        same = [other for other in installed if SCRIPTS[other] == SCRIPTS[code]]
        confidence = _mean_confidence(readings)
        known = max(known_share(readings, other) for other in same)
        score = _score(code, confidence, known, _SCRIPT_MARGIN)
        if best is None or score > best[0]:
            best = (score, code, readings)
        if confidence >= _CONFIDENT and known >= _MEANS_SOMETHING:
            break
    assert best is not None
    return best[1], best[2]


def _one_of_each_script(installed: Sequence[str]) -> list[str]:
    chosen: dict[str, str] = {}
    for code in sorted(installed, key=_rank):
        chosen.setdefault(SCRIPTS[code], code)
    order = {script: at for at, script in enumerate(_SCRIPT_ORDER)}
    return sorted(chosen.values(), key=lambda code: order.get(SCRIPTS[code], len(order)))


def _rank(code: str) -> tuple[int, str]:
    return (_FIRST.index(code) if code in _FIRST else len(_FIRST), code)


def _score(code: str, confidence: float, known: float, margin: float) -> float:
    return confidence + _WORDS_WEIGHT * known + (margin if code == FALLBACK else 0.0)


def _mean_confidence(readings: Iterable[LineReading]) -> float:
    return fmean(reading.confidence for reading in readings)


def known_share(readings: Iterable[LineReading], code: str) -> float:
    """The share of letters in words that are common ones of the language; accents count."""
    return known_shares(readings, (code,))[code]


def known_shares(readings: Iterable[LineReading], codes: Iterable[str]) -> dict[str, float]:
    """`known_share` of each language, the words being searched once for all of them."""
    texts = [reading.text.casefold() for reading in readings]
    counted: dict[re.Pattern[str], Counter[str]] = {}
    shares: dict[str, float] = {}
    for code in codes:
        common = COMMON_WORDS.get(code)
        if not common:
            shares[code] = _TYPICAL
            continue
        pattern = _LETTER if SCRIPTS.get(code) == "CJK" else _WORD
        if pattern not in counted:
            counted[pattern] = Counter(word for text in texts for word in pattern.findall(text))
        words = counted[pattern]
        letters = sum(len(word) * times for word, times in words.items())
        known = sum(len(word) * words[word] for word in common & words.keys())
        shares[code] = min(known / max(letters, _FEWEST_LETTERS), _MOST)
    return shares


def _sample(crops: Sequence[LineCrop]) -> list[LineCrop]:
    """The longest lines as they stand in print: width in heights tells how much they say."""
    by_length = sorted(crops, key=lambda crop: -crop.pixels.shape[1] / crop.pixels.shape[0])
    long = by_length[: max(len(by_length) // 3, _SAMPLE)]
    return long[:: max(len(long) // _SAMPLE, 1)][:_SAMPLE]


def _fallback(installed: Sequence[str]) -> str:
    return FALLBACK if FALLBACK in installed or not installed else installed[0]
