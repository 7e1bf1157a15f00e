"""Ties captions to the figures and tables that they describe."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median
from typing import NamedTuple

from vision.core.document import Block, Box, Region
from vision.core.geometry import union
from vision.layout.regions import kind_of

# `Figure 3.`, `Fig. 2a:`, `TABLE IV`, `Abb. 4 -`, `图 1`. Behind the number stands a mark, a
# capital or nothing: `Figure 3 shows` begins a sentence.
_NUMBER = r"\s*(?:no\.?|nr\.?)?\s*(?:[a-z]\.?)?(?:\d{1,3}(?:[.\-]\d{1,3})*[a-z]?|[ivxlc]{1,6})"
_END = r"(?=\s*(?:[.:)|\u2013\u2014-]|$)|\s+(?-i:[^\W\d_a-z]))"
_FIGURE = re.compile(
    rf"(?:fig(?:ures?|uras?|\.)?|abb(?:ildung|\.)?|afb(?:eelding|\.)?|plates?|图|圖){_NUMBER}{_END}",
    re.IGNORECASE,
)
_TABLE = re.compile(
    rf"(?:tab(?:l?es?|elle?n?|leaux?|las?|elas?|ella|\.)?|表){_NUMBER}{_END}", re.IGNORECASE
)
_TARGETS = frozenset({"figure", "table"})
_MAY_BE_CAPTIONS = frozenset({"text", "title", "list"})

# In heights of the caption's lines.
_FARTHEST = 3.0
_INSIDE = 1.5  # boxes of figures may reach over their caption by so much
_LEAST_SHARED = 0.3  # of the narrower one's width


class _Target(NamedTuple):
    region: Region
    kind: str


def with_captions(blocks: Sequence[Block], regions: Sequence[Region]) -> tuple[Block, ...]:
    """The blocks with `caption_of` on each caption that stands beside a figure or a table.

    Text that begins as captions do becomes a caption there. One beside neither stays as it was.
    Boxes are in pixels of the page.
    """
    targets = [
        _Target(region, kind)
        for region in regions
        if (kind := kind_of(region.label)) in _TARGETS and kind is not None
    ]
    return tuple(_tied(block, targets) for block in blocks)


def names_what(text: str) -> str | None:
    """`figure` or `table` where a text begins as their captions do, else None."""
    if _FIGURE.match(text):
        return "figure"
    return "table" if _TABLE.match(text) else None


def _tied(block: Block, targets: Sequence[_Target]) -> Block:
    if not targets or not block.lines:
        return block
    named = names_what(block.lines[0].text)
    if block.kind != "caption" and (named is None or block.kind not in _MAY_BE_CAPTIONS):
        return block
    near = sorted(_distances(block, targets, named))
    if not near:
        return block
    return replace(block, kind="caption", caption_of=targets[near[0][1]].region.id)


def _distances(
    block: Block, targets: Sequence[_Target], named: str | None
) -> Iterator[tuple[float, int]]:
    """Distance and index of each target that the caption may be of."""
    box = union(line.box for line in block.lines)
    unit = max(median(line.box.height for line in block.lines), 1.0)
    for at, target in enumerate(targets):
        # What a caption names may have been found as the other kind: a table as a picture.
        other = _FARTHEST * unit if named not in {None, target.kind} else 0.0
        distance = _distance(box, target.region.box, unit)
        if distance is not None and distance <= _FARTHEST * unit:
            yield distance + other, at


def _is_within(caption: Box, target: Box) -> bool:
    """Whether text is lettering of a figure: away from both its upper and its lower edge."""
    return caption.y0 - target.y0 > caption.height and target.y1 - caption.y1 > caption.height


def _distance(caption: Box, target: Box, unit: float) -> float | None:
    """The gap above or below the target, or beside it; None where they are not in line."""
    across = min(caption.x1, target.x1) - max(caption.x0, target.x0)
    down = min(caption.y1, target.y1) - max(caption.y0, target.y0)
    if across >= _LEAST_SHARED * min(caption.width, target.width):
        return (
            max(-down, 0.0) if down <= _INSIDE * unit and not _is_within(caption, target) else None
        )
    if down >= _LEAST_SHARED * min(caption.height, target.height):
        return max(-across, 0.0)
    return None
