"""Tells signs of mathematics by their bars and dots: recognisers have no class for some of them.

They write `+` for a plus-minus or a division sign, `>` and `<` where there is a bar below.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Grey
from vision.core.document import Box
from vision.core.stages import CropWord, LineCrop, LineReading
from vision.recognition.marks.window import Levels, box_of, measured

PLUS, PLUS_MINUS, DIVISION = "+", "\u00b1", "\u00f7"
WITH_BAR = {">": "\u2265", "<": "\u2264"}
READ_AS = frozenset((PLUS, *WITH_BAR))

_BAR = 0.8  # share of the sign's width that both of its bars take
_STEM = 0.5  # and that its stem takes at most
_LOW, _HIGH = 0.75, 0.6  # of its height: the lower bar is below, the other one above
_CENTRED = 0.15  # from the middle: the bar of a division sign
_LEAST = 5  # pixels each way; of less no bars can be told
_RULE = 0.6  # of the sign's width: a bar that goes on so far beside it is a rule


def sign_of(line: Grey, box: Box, levels: Levels, read: str) -> str:
    """The sign in `box` of a line image, read as one of `READ_AS`."""
    if read == PLUS:
        if is_plus_minus(line, box, levels):
            return PLUS_MINUS
        return DIVISION if is_division(line, box, levels) else PLUS
    return WITH_BAR[read] if has_bar_below(line, box, levels) else read


def is_plus_minus(line: Grey, box: Box, levels: Levels) -> bool:
    """Whether the sign in `box` of a line image, read as a plus, has a second bar below."""
    shape = _shape(line, box, levels)
    if shape is None:
        return False
    bars = _middles(shape.ink.mean(axis=1) >= _BAR)
    top = float(shape.ink[0].mean())
    if len(bars) != 2 or bars[0] > _HIGH or bars[1] < _LOW or top > _STEM:
        return False
    return not _is_rule(line, levels, shape, float(bars[1]))


def has_bar_below(line: Grey, box: Box, levels: Levels) -> bool:
    """Whether the sign in `box`, read as `>` or `<`, has a bar below, which is no rule."""
    shape = _shape(line, box, levels)
    if shape is None:
        return False
    bars = _middles(shape.ink.mean(axis=1) >= _BAR)
    if len(bars) != 1 or bars[0] < _LOW:
        return False
    return not _is_rule(line, levels, shape, float(bars[0]))


def is_division(line: Grey, box: Box, levels: Levels) -> bool:
    """Whether the sign in `box`, read as a plus, has dots above and below its bar, and no stem."""
    shape = _shape(line, box, levels)
    if shape is None:
        return False
    bars = _middles(shape.ink.mean(axis=1) >= _BAR)
    width = shape.ink.shape[1]
    middle = shape.ink[:, width // 3 : width - width // 3].mean(axis=1) > 0
    return bool(len(bars) == 1 and abs(bars[0] - 0.5) < _CENTRED and len(_middles(middle)) == 3)


class _Shape(NamedTuple):
    """The ink of a sign without empty edges, and where it begins in the line image."""

    ink: NDArray[np.bool_]
    left: int
    top: int


def _shape(line: Grey, box: Box, levels: Levels) -> _Shape | None:
    """None where the sign is too small to be told."""
    x0, y0, x1, y1 = (max(round(edge), 0) for edge in box)
    cut = line[y0:y1, x0:x1]
    ink = cut > levels.between if levels.light_on_dark else cut < levels.between
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if len(rows) < _LEAST or len(columns) < _LEAST:
        return None
    left, top = int(columns[0]), int(rows[0])
    return _Shape(ink[top : rows[-1] + 1, left : columns[-1] + 1], x0 + left, y0 + top)


def _is_rule(line: Grey, levels: Levels, shape: _Shape, bar: float) -> bool:
    """Whether the bar at this share of the sign's height goes on beside the sign."""
    left, right = shape.left, shape.left + shape.ink.shape[1]
    row = line[shape.top + int(bar * len(shape.ink))]
    dark = row > levels.between if levels.light_on_dark else row < levels.between
    reach = max(round(_RULE * (right - left)), 1)
    beside = (dark[max(left - reach, 0) : left], dark[right : right + reach])
    return any(len(part) == reach and bool(part.all()) for part in beside)


def _middles(bars: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Where each run of rows has its middle, as a share of all rows."""
    turns = np.flatnonzero(np.diff(np.concatenate([[False], bars, [False]]).astype(np.int8)))
    return np.asarray(turns.reshape(-1, 2).mean(axis=1) / len(bars))


def with_signs(crop: LineCrop, reading: LineReading) -> LineReading:
    """The reading with the signs of mathematics that its signs are by their shape."""
    if READ_AS.isdisjoint(reading.text) or reading.text != " ".join(
        word.text for word in reading.words
    ):
        return reading
    grey, levels = measured(crop)
    words = [
        word if text == word.text else replace(word, text=text, characters=())
        for word, text in ((each, "".join(_signs(each, grey, levels))) for each in reading.words)
    ]
    return replace(reading, words=tuple(words), text=" ".join(word.text for word in words))


def _signs(word: CropWord, grey: Grey, levels: Levels) -> Iterator[str]:
    for at, read in enumerate(word.text):
        box = box_of(word, at, at + 1) if read in READ_AS else None
        yield sign_of(grey, box, levels, read) if box else read
