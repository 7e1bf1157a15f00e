"""A recogniser's raw confidence as the chance that the word is right.

Engines are sure in different ways: each has a logistic curve of its own over the word's and the
line's raw confidence, the word's length and its digits (Platt, "Probabilistic outputs for support
vector machines", 1999, with more than one feature). The weights in calibration.toml were fitted
by `python -m benchmarks.calibration`, which names pages and date there.
"""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from vision.stages import CropWord, LineReading

# Raw confidences of 0 and 1 are infinite odds; engines tell nothing apart beyond this.
_SUREST = 0.9995

Weights = tuple[float, ...]


def calibrated(readings: Sequence[LineReading]) -> list[LineReading]:
    """A page's readings with calibrated confidences; of engines without weights as they are.

    A line's confidence is the mean of its words', each counted by its length.
    """
    page = page_confidence(readings)
    return [_calibrated(reading, page, _all_weights().get(reading.engine)) for reading in readings]


def page_confidence(readings: Sequence[LineReading]) -> float:
    """Mean raw confidence of a page's lines by their letters: what print this is. 1 for none."""
    letters = [len(reading.text) for reading in readings]
    sure = sum(reading.confidence * len(reading.text) for reading in readings)
    return sure / sum(letters) if any(letters) else 1.0


def features(text: str, word: float, line: float, page: float) -> tuple[float, ...]:
    """What the chance is told from: raw confidences from 0 to 1, and the text.

    Of two words read as surely, the one on a page of poor print is more often wrong.
    """
    letters = max(len(text), 1)
    digits = sum(letter.isdigit() for letter in text) / letters
    marks = sum(not letter.isalnum() for letter in text) / letters
    odds = (_log_odds(word), _log_odds(line), _log_odds(page))
    return (1.0, *odds, math.log(letters), digits, marks)


def chance(weights: Weights, values: Sequence[float]) -> float:
    """The logistic curve at these features."""
    at = sum(weight * value for weight, value in zip(weights, values, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, at))))


def _calibrated(reading: LineReading, page: float, weights: Weights | None) -> LineReading:
    if weights is None or not reading.words:
        return reading
    line = reading.confidence
    words = tuple(_calibrated_word(word, line, page, weights) for word in reading.words)
    letters = sum(len(word.text) for word in words)
    mean = sum(word.confidence * len(word.text) for word in words) / max(letters, 1)
    return replace(reading, confidence=mean, words=words)


def _calibrated_word(word: CropWord, line: float, page: float, weights: Weights) -> CropWord:
    sure = chance(weights, features(word.text, word.confidence, line, page))
    return replace(word, confidence=sure)


def _log_odds(confidence: float) -> float:
    bounded = min(max(confidence, 1 - _SUREST), _SUREST)
    return math.log(bounded / (1 - bounded))


@cache
def _all_weights() -> Mapping[str, Weights]:
    path = Path(__file__).with_name("calibration.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {engine: tuple(entry["weights"]) for engine, entry in table["engine"].items()}
