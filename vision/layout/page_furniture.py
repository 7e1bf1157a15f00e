"""Finds page numbers and footnotes by place and look, on pages whose regions do not name them."""

import re
from collections.abc import Sequence
from statistics import median

from vision.core.document import Box
from vision.layout.placed_line import PlacedLine

# `63`, `- 12 -`, `xiv`, `Page 3 of 10`, `3/10`
_NUMBER = re.compile(
    r"\W*(?:[^\W\d]{1,6}\W+)?(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:/|of|von|de|sur)\s*\d{1,4})?\W*",
    re.IGNORECASE,
)
_NOTE_MARK = re.compile(r"(?:\d{1,2}(?!\d)|[*†‡§¶])\)?\s*\w")  # `2021` is a year
_FEWEST_LINES = 8  # the last number of a shorter page may be a sum

# In heights of the page's usual line.
_SMALL_PRINT = 0.88
_APART = 0.6


def page_number_of(lines: Sequence[PlacedLine]) -> int | None:
    """The index of the lowest line where that is a page number: alone in its row and set apart."""
    level = [at for at, line in enumerate(lines) if line.level]
    if len(level) < _FEWEST_LINES:
        return None
    last = max(level, key=lambda at: lines[at].box.y0)
    above = max(lines[at].box.y1 for at in level if at != last)
    box = lines[last].box
    apart = box.y0 - above > _APART * box.height
    return last if apart and _NUMBER.fullmatch(lines[last].line.text) else None


def footnotes_of(lines: Sequence[PlacedLine], page_number: int | None) -> list[int]:
    """Indices of small print at the foot of a column that begins with a mark, and all below it.

    `page_number` is the index of a line that is none of them.
    """
    level = [at for at, line in enumerate(lines) if line.level and at != page_number]
    if len(level) < _FEWEST_LINES:
        return []
    boxes = [lines[at].box for at in level]
    unit = median(box.height for box in boxes)
    middle = (min(box.y0 for box in boxes) + max(box.y1 for box in boxes)) / 2
    starts = [
        at
        for at in level
        if lines[at].box.y0 > middle
        and _is_small(lines[at].box, unit)
        and _NOTE_MARK.match(lines[at].line.text)
    ]
    notes: dict[int, None] = {}
    for start in sorted(starts, key=lambda at: lines[at].box.y0):
        box = lines[start].box
        below = [at for at in level if _is_below(lines[at].box, box)]
        all_small = all(_is_small(lines[at].box, unit) for at in below)
        if start in notes or (_is_apart(box, boxes, unit) and all_small):
            notes |= dict.fromkeys(below)
    return list(notes)


def _is_small(box: Box, unit: float) -> bool:
    return box.height <= _SMALL_PRINT * unit


def _is_below(box: Box, start: Box) -> bool:
    """Whether a line is the first line of a note, or stands below it in its column."""
    return box.y0 >= start.y0 and _share_column(box, start)


def _is_apart(start: Box, boxes: Sequence[Box], unit: float) -> bool:
    """Whether a gap separates a line from the text above it in its column; there must be some."""
    above = [box.y1 for box in boxes if box.y0 < start.y0 and _share_column(box, start)]
    return bool(above) and start.y0 - max(above) > _APART * unit


def _share_column(one: Box, other: Box) -> bool:
    return min(one.x1, other.x1) > max(one.x0, other.x0)
