"""Lines that one recogniser read doubtfully are read again by another, dearer and better one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from vision.core.stages import LineCrop, LineReading, Recogniser

# Less sure lines are noise, mostly: reading those above .55 too costs 2 CPU milliseconds a page of
# receipts and 9 of forms, gains .002 of word F1 on the first and loses .003 on the others.
_NOISE = 0.6
# Doubtful lines lose nothing where PP-OCR sees them narrower: 79 instead of 89 CPU milliseconds a
# page of forms at .8923 instead of .8900, 73 instead of 85 of receipts at .8689 instead of .8694.
# All lines would lose .004 on receipts (docs/research/profiles.md).
_NARROWING = 0.8


def read_lines(
    crops: Sequence[LineCrop], first: Recogniser, second: Recogniser | None, below: float
) -> list[LineReading]:
    """One reading for each crop, in the same order, each naming the engine that gave it.

    What `first` read less surely than `below` is as `second` reads it, even where that finds
    nothing: the doubtful line may be no text. What is hardly like text at all stays as it is.
    Confidences of two engines are not comparable, and choosing the higher one measured no better.
    """
    if second is None:
        return _named(first, crops)
    readings = _named(first, [replace(crop, draft=(_NOISE, below)) for crop in crops])
    doubtful = [place for place, each in enumerate(readings) if _NOISE <= each.confidence < below]
    narrower = [replace(crops[place], narrowing=_NARROWING) for place in doubtful]
    again = _named(second, narrower)
    for place, reading in zip(doubtful, again, strict=True):
        readings[place] = reading
    return readings


def lines_read(readings: Sequence[LineReading]) -> dict[str, int]:
    """How many lines with text each engine gave."""
    return dict(Counter(reading.engine for reading in readings if reading.text))


def _named(engine: Recogniser, crops: Sequence[LineCrop]) -> list[LineReading]:
    readings = engine.recognise(crops) if crops else []
    return [replace(reading, engine=reading.engine or engine.name) for reading in readings]
