"""Regions of text grown over the lines that they cut.

A network's box ends within a letter or two of its text; the lines that were read end exactly.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import median

from vision.core.document import Box
from vision.core.geometry import intersection, union
from vision.layout.placed_line import PlacedLine
from vision.layout.regions import Finding, kind_of

_KINDS = frozenset({
    "text", "title", "list", "caption", "header", "footer", "footnote", "page_number",
})  # fmt: skip

_MOSTLY = 0.5  # share of a line's area inside the region that it belongs to
# In line heights, at each edge. What sticks out further is another column or a formula.
_FARTHEST = 3.0


def with_whole_lines(findings: Iterable[Finding], lines: Sequence[PlacedLine]) -> list[Finding]:
    """The findings; regions of text reach to the ends of the level lines that are mostly inside.

    A box never shrinks. Boxes are in the page frame.
    """
    boxes = [line.line.box for line in lines if line.level and line.line.words]
    return [
        (model, replace(found, box=_grown(found.box, boxes)))
        if kind_of(found.label) in _KINDS else (model, found)
        for model, found in findings
    ]  # fmt: skip


def _grown(region: Box, lines: Sequence[Box]) -> Box:
    own = [line for line in lines if intersection(line, region) > _MOSTLY * line.area]
    if not own:
        return region
    farthest = _FARTHEST * median(line.height for line in own)
    whole = union([region, *own])
    return Box(
        max(whole.x0, region.x0 - farthest),
        max(whole.y0, region.y0 - farthest),
        min(whole.x1, region.x1 + farthest),
        min(whole.y1, region.y1 + farthest),
    )
