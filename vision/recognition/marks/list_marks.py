"""Bullets, check boxes and radio buttons before lines: found and cut off before lines are read.

Recognisers read a check box as `[I]`, `Z_` or `O`, or as a part of the first word.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Grey
from vision.core.document import Box
from vision.core.geometry import compose, translation
from vision.core.stages import CropWord, LineCrop, LineReading, ListMark
from vision.imaging.grey import grey_of, grey_of_line
from vision.recognition.marks.window import Levels, Window, glyph_window, levels_of_each, measure

# In heights of the line image.
_APART = 0.22  # pieces of ink that are no letters of one word
_LEAST_ROOM = 0.3  # before the mark
_SEARCHED = 2.2  # of the line itself
_WIDEST, _LEAST_SIDE = 1.2, 0.1
_ASPECTS = (0.6, 1.6)  # width by height of a mark; wider with a tick that leaves its box
_LEAST_CONTRAST = 30  # grey values between the line's ink and its paper
_SOLID = 0.75  # share of ink
_SIDE, _UPRIGHT = 0.2, 0.6  # of a box's width, and of the line's height: a side of a box
# Pixels of a column; less is a speck. Letters on low lines have strokes of one pixel: without them
# the gaps within words seem wide.
_LEAST_INK, _LOW = 2, 28


@dataclass(frozen=True, slots=True)
class Before:
    """What stands alone before the text of a line, and where the text begins: crop coordinates."""

    window: Window
    box: Box
    text_start: float


def before_text(crops: Sequence[LineCrop]) -> list[tuple[int, Before]]:
    """Pieces of ink that may be a mark, with the place of their line.

    Of each line the last one before the crop, and the first one in it.
    """
    measure(crops)
    starts = [_start_of(crop) for crop in crops]
    return [
        (at, each)
        for at, (crop, grey, levels) in enumerate(
            zip(crops, starts, levels_of_each(starts), strict=True)
        )
        if levels.paper - levels.ink >= _LEAST_CONTRAST
        for each in _before(crop, grey, levels)
    ]


def _start_of(crop: LineCrop) -> Grey:
    """What stands before a line, and the start of it."""
    grey = grey_of_line(crop)[:, : int(_SEARCHED * crop.pixels.shape[0])]
    return grey if crop.before is None else np.hstack([grey_of(crop.before), grey])


def _before(crop: LineCrop, grey: Grey, levels: Levels) -> Iterator[Before]:
    height = crop.pixels.shape[0]
    beside = 0 if crop.before is None else crop.before.shape[1]
    ink = levels.ink_in(grey)
    for (x0, x1), rest in _alone(_groups(ink, _APART * height), beside, height):
        rows = np.flatnonzero(ink[:, x0:x1].any(axis=1))
        y0, y1 = int(rows[0]), int(rows[-1]) + 1
        if has_size_of_mark(x1 - x0, y1 - y0, height) and not _is_edge_or_rules(ink[:, x0:x1]):
            box = Box(x0, y0, x1, y1)
            window = glyph_window(grey, box, levels.within(grey, box))
            yield Before(window, Box(x0 - beside, y0, x1 - beside, y1), rest - beside)


def _is_edge_or_rules(ink: NDArray[np.bool_]) -> bool:
    """Whether this is a page's dark edge, rules above and below the line, or part of a picture."""
    height = len(ink)
    if ink[0].any() and ink[-1].any() and (ink.mean() > _SOLID or not _has_upright_sides(ink)):
        return True
    return not ink[height // 3 : -(height // 3)].any()


def _has_upright_sides(ink: NDArray[np.bool_]) -> bool:
    """Whether it begins and ends in upright strokes, as boxes do that are higher than the line."""
    side = max(1, round(_SIDE * ink.shape[1]))
    inked = (part.any(axis=1).mean() for part in (ink[:, :side], ink[:, -side:]))
    return all(share >= _UPRIGHT for share in inked)


def has_size_of_mark(width: float, height: float, line: float) -> bool:
    """Whether a bullet or box may be so wide and high, on a line image `line` high."""
    compact = _ASPECTS[0] * height <= width <= _ASPECTS[1] * height and width <= _WIDEST * line
    return compact and min(width, height) >= _LEAST_SIDE * line


def _groups(ink: NDArray[np.bool_], apart: float) -> list[tuple[int, int]]:
    """Where groups of columns with ink begin and end: within them no gap is `apart` wide.

    Nothing where there is one group at most, before which nothing stands.
    """
    if len(ink) >= _LOW:
        columns = cv2.reduce(ink.view(np.uint8), 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[0]
        columns = np.asarray(columns >= _LEAST_INK)
    else:
        columns = ink.any(axis=0)
    # Most lines are one group, which their bytes tell at once.
    if bytes(int(apart) + 1) not in columns.tobytes().strip(b"\0"):
        return []
    inked = np.flatnonzero(columns)
    gaps = np.flatnonzero(inked[1:] - inked[:-1] - 1 > apart).tolist()
    places = inked.tolist()
    starts, ends = [0, *(at + 1 for at in gaps)], [*gaps, len(places) - 1]
    return [(places[start], places[end] + 1) for start, end in zip(starts, ends, strict=True)]


def _alone(
    groups: Sequence[tuple[int, int]], beside: int, height: int
) -> Iterator[tuple[tuple[int, int], int]]:
    """Narrow groups next to the text, with none near before them, and where the text begins."""
    first = next((at for at, (_, end) in enumerate(groups) if end > beside + 1), len(groups))
    for at in (first - 1, first):
        if not 0 <= at < len(groups) - 1:
            continue
        start, end = groups[at]
        room = start - groups[at - 1][1] if at else height
        if end - start <= _WIDEST * height and room >= _LEAST_ROOM * height:
            yield groups[at], groups[at + 1][0]


def without_mark(crop: LineCrop, found: Before) -> tuple[LineCrop, Box]:
    """The crop without its mark, and the mark's box in the coordinates of that crop."""
    if found.box.x1 <= 0:
        return crop, found.box
    cut = round((found.box.x1 + found.text_start) / 2)
    x0, y0, x1, y1 = found.box
    rest = replace(
        crop,
        pixels=crop.pixels[:, cut:],
        to_page=compose(crop.to_page, translation(float(cut), 0.0)),
        before=None,
        below=None if crop.below is None else crop.below[:, cut:],
    )
    return rest, Box(x0 - cut, y0, x1 - cut, y1)


def with_list_marks(
    readings: Sequence[LineReading], marks: Sequence[ListMark | None]
) -> list[LineReading]:
    """The readings with the marks before their first words; a mark without any text is left out."""
    return [
        reading if mark is None or not reading.text else _with_mark(reading, mark)
        for reading, mark in zip(readings, marks, strict=True)
    ]


def _with_mark(reading: LineReading, mark: ListMark) -> LineReading:
    word = CropWord(mark.text, mark.confidence, mark.box)
    return replace(reading, text=f"{mark.text} {reading.text}", words=(word, *reading.words))
