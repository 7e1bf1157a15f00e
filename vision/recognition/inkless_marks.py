"""Marks that were read from empty paper beside the text: a dash behind a name on a cheque.

Rectangles of a network reach beyond the ends of a line, and recognisers take the pattern of the
paper there for a mark.
"""

from dataclasses import replace

import numpy as np

from vision.core.stages import CropWord, LineCrop, LineReading
from vision.recognition.marks.window import measured

_FAINT = 0.25  # of the contrast of a line: the palest ink of a mark has a third
_FEWEST = 3  # pixels of ink in the smallest mark


def without_inkless_marks(crop: LineCrop, reading: LineReading) -> LineReading:
    """The reading without words of marks alone at its ends, where the line image has no ink."""
    words = reading.words
    if len(words) < 2 or not (_is_mark(words[0]) or _is_mark(words[-1])):
        return reading
    width = float(crop.pixels.shape[1])
    kept = words
    if _is_mark(kept[-1]) and not _has_ink(crop, min(kept[-2].box.x1, kept[-1].box.x0), width):
        kept = kept[:-1]
    end = max(kept[1].box.x0, kept[0].box.x1) if len(kept) > 1 else 0.0
    if end and _is_mark(kept[0]) and not _has_ink(crop, 0.0, end):
        kept = kept[1:]
    if len(kept) == len(words):
        return reading
    return replace(reading, text=" ".join(word.text for word in kept), words=kept)


def _is_mark(word: CropWord) -> bool:
    return not any(map(str.isalnum, word.text))


def _has_ink(crop: LineCrop, start: float, end: float) -> bool:
    """Whether there is ink between two columns, those of the letters beside them left out."""
    grey, levels = measured(crop)
    first, last = (int(start) + 2 if start else 0), (int(end) - 2 if end < grey.shape[1] else None)
    ink = levels.ink_in(grey, _FAINT)[:, first:last]
    return bool(np.count_nonzero(ink) >= _FEWEST)
