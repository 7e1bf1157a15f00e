"""Words that may be wrong: listed for checking, and left out of the text where asked."""

from collections.abc import Sequence
from dataclasses import replace

from vision.core.document import DoubtfulWord, Page
from vision.core.doubt import DOUBTFUL_BELOW
from vision.core.geometry import transform_box
from vision.core.stages import CropWord, LineCrop, LineReading


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
        if word.confidence < max(min_confidence, DOUBTFUL_BELOW)
    ]
    return kept, tuple(sorted(doubtful, key=lambda word: word.confidence))


def with_doubtful(page: Page, doubtful: Sequence[DoubtfulWord]) -> Page:
    """The page with its doubtful words; those that assembly dropped are marked as left out."""
    kept = {word.box for block in page.blocks for line in block.lines for word in line.words}
    marked = (
        word if word.left_out or word.box in kept else replace(word, left_out=True)
        for word in doubtful
    )
    return replace(page, doubtful=tuple(marked))


def _without(reading: LineReading, min_confidence: float) -> LineReading:
    words = tuple(word for word in reading.words if word.confidence >= min_confidence)
    if len(words) == len(reading.words):
        return reading
    letters = sum(len(word.text) for word in words)
    mean = sum(word.confidence * len(word.text) for word in words) / max(letters, 1)
    spaced = " " in reading.text
    text = (" " if spaced else "").join(word.text for word in words)
    return replace(reading, text=text, confidence=mean, words=words)


def _listed(word: CropWord, crop: LineCrop, min_confidence: float) -> DoubtfulWord:
    box = transform_box(crop.to_page, word.box)
    return DoubtfulWord(word.text, word.confidence, box, word.confidence < min_confidence)
