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
_EDGE = 2  # pixels of a letter's blurred edge


def without_inkless_marks(crop: LineCrop, reading: LineReading) -> LineReading:
    """The reading without words of marks alone at its ends, where the line image has no ink."""
    for at in (-1, 0):
        if (
            len(reading.words) > 1
            and _is_mark(reading.words[at])
            and not _has_ink(crop, reading, at)
        ):
            reading = _without(reading, at)
    return reading


def _without(reading: LineReading, at: int) -> LineReading:
    """The reading without its first (0) or last (-1) word."""
    text, mark = reading.text, reading.words[at].text
    if at:
        return replace(reading, text=text.removesuffix(mark).rstrip(), words=reading.words[:-1])
    return replace(reading, text=text.removeprefix(mark).lstrip(), words=reading.words[1:])


def _is_mark(word: CropWord) -> bool:
    return not any(map(str.isalnum, word.text))


def _has_ink(crop: LineCrop, reading: LineReading, at: int) -> bool:
    """Whether there is ink where the first (0) or last (-1) word is, or beyond the word beside it.

    Boxes of words may cover their neighbours' ink, and the edges of letters are left out.
    """
    grey, levels = measured(crop)
    mark, beside = reading.words[at].box, reading.words[1 if at == 0 else -2].box
    first, last = 0, grey.shape[1]
    if at:
        first = int(min(beside.x1, mark.x0)) + _EDGE
    else:
        last = int(max(beside.x0, mark.x1)) - _EDGE
    ink = levels.ink_in(grey, _FAINT)[:, max(first, 0) : max(last, 0)]
    return bool(np.count_nonzero(ink) >= _FEWEST)
