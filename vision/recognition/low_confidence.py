"""Words that may be wrong: listed for whoever checks, and left out of the text where asked."""

from collections.abc import Sequence
from dataclasses import replace

from vision.core.document import DoubtfulWord
from vision.core.geometry import transform_box
from vision.core.stages import CropWord, LineCrop, LineReading

# One word in three or more of these is wrong.
_DOUBTFUL_BELOW = 0.7


def set_doubtful_aside(
    crops: Sequence[LineCrop], readings: Sequence[LineReading], min_confidence: float
) -> tuple[list[LineReading], tuple[DoubtfulWord, ...]]:
    """The readings without words under `min_confidence`, and all doubtful words, the worst first.

    Confidences are those of `calibrated`; boxes of doubtful words are in page coordinates.
    """
    kept = [_without(reading, min_confidence) for reading in readings]
    doubtful = [
        _listed(word, crop, min_confidence)
        for crop, reading in zip(crops, readings, strict=True)
        for word in reading.words
        if word.confidence < max(min_confidence, _DOUBTFUL_BELOW)
    ]
    return kept, tuple(sorted(doubtful, key=lambda word: word.confidence))


def _without(reading: LineReading, min_confidence: float) -> LineReading:
    words = tuple(word for word in reading.words if word.confidence >= min_confidence)
    if len(words) == len(reading.words):
        return reading
    letters = sum(len(word.text) for word in words)
    sure = sum(word.confidence * len(word.text) for word in words) / max(letters, 1)
    spaced = " " in reading.text
    text = (" " if spaced else "").join(word.text for word in words)
    return replace(reading, text=text, confidence=sure, words=words)


def _listed(word: CropWord, crop: LineCrop, min_confidence: float) -> DoubtfulWord:
    box = transform_box(crop.to_page, word.box)
    return DoubtfulWord(word.text, word.confidence, box, word.confidence < min_confidence)
