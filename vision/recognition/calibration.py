"""A recogniser's raw confidence as the chance that the word is right.

Confidences of engines mean different things, so each engine has a logistic curve of its own over
the word's and the line's raw confidence, the word's length, its digits, whether it is a known word,
and whether another recogniser read the same (Platt, "Probabilistic outputs for support vector
machines", 1999, with more features). The weights in calibration.toml were fitted by
`python -m benchmarks.calibration`; the file names pages and date. What the engine cannot know, that
old print has a long s, is subtracted afterwards.
"""

import math
import operator
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import starmap
from pathlib import Path
from typing import Self

from vision.core.stages import CropWord, LineReading
from vision.text.long_s import long_s_chance, unaffected

# Raw confidences of 0 and 1 are infinite odds; beyond this they carry no information.
_HIGHEST = 0.9995
_SIGN = {True: 1.0, False: -1.0, None: 0.0}
# The most that a word may have in a line in which another recogniser found no text: 5 of 31 such
# words were right (even and odd pages of sroie and funsd, 2026-11-29).
DISPUTED = 0.2
# The most that a word may have beside ink that was not read.
INCOMPLETE = 0.5

Weights = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Print:
    """What kind of print a page has, as its readings show.

    `confidence` is the mean raw one of its lines by their letters, 1 for none; `long_s` the chance
    that its long s was read as f.
    """

    confidence: float
    long_s: float

    @classmethod
    def of(cls, readings: Sequence[LineReading]) -> Self:
        """What all readings of a page show together."""
        letters = [len(reading.text) for reading in readings]
        weighted = sum(reading.confidence * len(reading.text) for reading in readings)
        words = (word for reading in readings for word in reading.words)
        long_s = long_s_chance(_showing_long_s(word) for word in words)
        return cls(weighted / sum(letters) if any(letters) else 1.0, long_s)


def _showing_long_s(word: CropWord) -> str:
    """The word, without an f that may well be one: `fold` is a word, `foap` is none."""
    return word.text.replace("f", "") if word.listed else word.text


def calibrated(readings: Sequence[LineReading]) -> list[LineReading]:
    """A page's readings with calibrated confidences; of engines without weights as they are.

    A line's confidence is the mean of its words', each counted by its length. Words of disputed
    lines have .2 at most, incomplete words .5.
    """
    page = Print.of(readings)
    return [_calibrated(reading, page) for reading in readings]


@cache
def all_weights() -> Mapping[str, Weights]:
    """The weights of calibration.toml by engine."""
    path = Path(__file__).with_name("calibration.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {engine: tuple(entry["weights"]) for engine, entry in table["engine"].items()}


def features(word: CropWord, line: float, page: Print) -> tuple[float, ...]:
    """What the chance is computed from: raw confidences from 0 to 1, and the text.

    Of two words of the same confidence, the one on a page of poor print is more often wrong.
    """
    letters = max(len(word.text), 1)
    digits = sum(map(str.isdigit, word.text)) / letters
    marks = (len(word.text) - sum(map(str.isalnum, word.text))) / letters
    odds = (_log_odds(word.confidence), _log_odds(line), _log_odds(page.confidence))
    return (1.0, *odds, math.log(letters), digits, marks, _SIGN[word.listed], _SIGN[word.confirmed])


def chance(weights: Weights, values: Sequence[float]) -> float:
    """The logistic curve at these features."""
    at = sum(starmap(operator.mul, zip(weights, values, strict=True)))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, at))))


def _calibrated(reading: LineReading, page: Print) -> LineReading:
    weights = [all_weights().get(word.engine or reading.engine) for word in reading.words]
    limits = [_limit(reading, word) for word in reading.words]
    if not any(weights) and min(limits, default=1.0) == 1:
        return reading
    line = reading.confidence
    words = tuple(
        replace(word, confidence=min(_right(word, line, page, own), limit))
        for word, own, limit in zip(reading.words, weights, limits, strict=True)
    )
    letters = sum(len(word.text) for word in words)
    mean = sum(word.confidence * len(word.text) for word in words) / max(letters, 1)
    return replace(reading, confidence=mean, words=words)


def _limit(reading: LineReading, word: CropWord) -> float:
    if reading.disputed:
        return DISPUTED
    return INCOMPLETE if word.incomplete else 1.0


def _right(word: CropWord, line: float, page: Print, weights: Weights | None) -> float:
    """The chance that a word is right; of an engine without weights what it says."""
    if weights is None:
        return word.confidence
    return chance(weights, features(word, line, page)) * unaffected(word.text, page.long_s)


def _log_odds(confidence: float) -> float:
    bounded = min(max(confidence, 1 - _HIGHEST), _HIGHEST)
    return math.log(bounded / (1 - bounded))
