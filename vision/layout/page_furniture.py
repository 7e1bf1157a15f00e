"""Page numbers and footnotes by where and how they stand, for pages whose regions do not tell."""

import re
from collections.abc import Iterator, Sequence
from statistics import median

from vision.layout.placed_line import PlacedLine

# `63`, `- 12 -`, `xiv`, `Page 3 of 10`, `3/10`
_NUMBER = re.compile(
    r"\W*(?:[^\W\d]{1,6}\W+)?(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:/|of|von|de|sur)\s*\d{1,4})?\W*",
    re.IGNORECASE,
)
_NOTE_MARK = re.compile(r"(?:\d{1,2}|[*†‡§¶])\)?\s*\w")
_FEWEST_LINES = 8  # shorter pages have no order to save, and their last number may be a sum

# In heights of the page's usual line.
_SMALL_PRINT = 0.88
_APART = 0.6


def page_number_of(lines: Sequence[PlacedLine]) -> PlacedLine | None:
    """The lowest line where it is a page number: alone in its row, and apart from the text."""
    level = [line for line in lines if line.level]
    if len(level) < _FEWEST_LINES:
        return None
    last = max(level, key=lambda line: line.box.y0)
    above = max(line.box.y1 for line in level if line is not last)
    apart = last.box.y0 - above > _APART * last.box.height
    return last if apart and _NUMBER.fullmatch(last.line.text) else None


def footnotes_of(lines: Sequence[PlacedLine], page_number: PlacedLine | None) -> list[PlacedLine]:
    """Small print at the foot of a column that begins with a mark, and all that is below it."""
    level = [line for line in lines if line.level and line is not page_number]
    if len(level) < _FEWEST_LINES:
        return []
    unit = median(line.box.height for line in level)
    middle = (min(line.box.y0 for line in level) + max(line.box.y1 for line in level)) / 2
    starts = [
        line
        for line in level
        if line.box.y0 > middle and _small(line, unit) and _NOTE_MARK.match(line.line.text)
    ]
    notes: dict[int, PlacedLine] = {}
    for start in sorted(starts, key=lambda line: line.box.y0):
        below = list(_from(start, level))
        if id(start) in notes or (
            _apart(start, level, unit) and all(_small(b, unit) for b in below)
        ):
            notes |= {id(line): line for line in below}
    return list(notes.values())


def _small(line: PlacedLine, unit: float) -> bool:
    return line.box.height <= _SMALL_PRINT * unit


def _from(start: PlacedLine, lines: Sequence[PlacedLine]) -> Iterator[PlacedLine]:
    """The line and those that stand below it in its column."""
    for line in lines:
        if line.box.y0 >= start.box.y0 and _share_column(line, start):
            yield line


def _apart(start: PlacedLine, lines: Sequence[PlacedLine], unit: float) -> bool:
    """Whether a gap parts it from the text above it in its column, of which there is some."""
    above = [ln.box.y1 for ln in lines if ln.box.y0 < start.box.y0 and _share_column(ln, start)]
    return bool(above) and start.box.y0 - max(above) > _APART * unit


def _share_column(one: PlacedLine, other: PlacedLine) -> bool:
    return min(one.box.x1, other.box.x1) > max(one.box.x0, other.box.x0)
