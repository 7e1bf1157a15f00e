"""Chinese, Japanese and Korean columns that run from the top down and follow each other leftwards.

Everything that orders lines works on lines one below the other. So the boxes of a group of such
columns are placed as if it were written that way, within the same part of the page, while the lines
themselves keep their coordinates.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from vision.core.document import Box
from vision.core.geometry import union
from vision.layout.placed_line import PlacedLine
from vision.layout.reading_order import reading_order

# Radicals to ideographs with kana between them; Hangul; compatibility and full-width forms; rare
# ideographs (Unicode's blocks).
_LETTER = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
_FEWEST_COLUMNS = 2  # one alone may be a label
_REACH = 3.0  # in column widths; columns farther apart are no neighbours


def as_level_lines(lines: Sequence[PlacedLine]) -> list[PlacedLine]:
    """The lines, with columns that are read from the right placed one below the other.

    Boxes are in the layout frame, as are those of the lines given.
    """
    columns = [at for at, line in enumerate(lines) if _is_column(line)]
    placed = list(lines)
    for group in _groups(columns, lines):
        if len(group) >= _FEWEST_COLUMNS:
            for at, line in _one_below_the_other(group, lines).items():
                placed[at] = line
    return placed


def _is_column(line: PlacedLine) -> bool:
    text = line.line.text
    return not line.level and 2 * len(_LETTER.findall(text)) > len(text)


def _groups(columns: Sequence[int], lines: Sequence[PlacedLine]) -> list[list[int]]:
    """Columns that are neighbours of neighbours, by index."""
    groups: list[list[int]] = []
    for column in columns:
        near = [group for group in groups if any(_near(lines[column], lines[at]) for at in group)]
        apart = [group for group in groups if group not in near]
        groups = [*apart, [column, *chain(*near)]]
    return groups


def _near(one: PlacedLine, other: PlacedLine) -> bool:
    a, b = one.box, other.box
    reach = _REACH * max(a.width, b.width)
    across, down = max(a.x0, b.x0) - min(a.x1, b.x1), max(a.y0, b.y0) - min(a.y1, b.y1)
    return across <= reach and down <= reach


def _one_below_the_other(
    group: Sequence[int], lines: Sequence[PlacedLine]
) -> dict[int, PlacedLine]:
    """Replacements for the lines of a group, by index; the first to be read is at the top."""
    part = union(lines[at].box for at in group)
    height = min(part.height / len(group), max(lines[at].box.width for at in group))
    flows = reading_order([_turned(lines[at].box) for at in group])
    in_order = [group[at] for flow in flows for row in flow for at in row]
    return {
        at: replace(lines[at], box=_slot(part, height, place), level=True)
        for place, at in enumerate(in_order)
    }


def _turned(box: Box) -> Box:
    """A quarter turn to the left: the rightmost column is on top, its first letter on the left."""
    return Box(box.y0, -box.x1, box.y1, -box.x0)


def _slot(part: Box, height: float, at: int) -> Box:
    return Box(part.x0, part.y0 + at * height, part.x1, part.y0 + (at + 1) * height)
