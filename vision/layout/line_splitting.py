"""Splits a recognised line between words, the opposite of joining pieces."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from vision.core.arrays import Affine
from vision.core.document import Box, Line, Polygon, Word
from vision.core.geometry import transform_box, transform_points, union
from vision.layout.placed_line import PlacedLine


def word_texts(line: Line) -> list[str] | None:
    """The line's text cut before each word; None where the words do not make up the text."""
    starts: list[int] = []
    at = 0
    for word in line.words:
        start = line.text.find(word.text, at)
        if start < 0 or line.text[at:start].strip():
            return None
        starts.append(start)
        at = start + len(word.text)
    if line.text[at:].strip():
        return None
    return [line.text[a:b] for a, b in pairwise([*starts, len(line.text)])]


def split_line(placed: PlacedLine, before: Sequence[int], to_layout: Affine) -> list[PlacedLine]:
    """The line in parts that begin with its first word and at each word index of `before`.

    `before` is ascending and within the line. `to_layout` maps page coordinates to the frame of
    the placed box. Raises ValueError where the words do not make up the line's text.
    """
    texts = word_texts(placed.line)
    if texts is None:
        raise ValueError("Only a line whose words make up its text can be split between them.")
    words = placed.line.words
    stretches = pairwise([0, *before, len(words)])
    return [_part(placed, texts[a:b], words[a:b], to_layout) for a, b in stretches]


def _part(
    placed: PlacedLine, texts: Sequence[str], words: Sequence[Word], to_layout: Affine
) -> PlacedLine:
    extent = union(transform_box(to_layout, word.box) for word in words)
    line = replace(
        placed.line,
        text="".join(texts).strip(),
        box=union(word.box for word in words),
        words=tuple(words),
        polygon=_clipped(placed.line.polygon, extent, to_layout),
    )
    box = Box(extent.x0, placed.box.y0, extent.x1, placed.box.y1)
    return replace(placed, line=line, box=box)


def _clipped(polygon: Polygon | None, extent: Box, to_layout: Affine) -> Polygon | None:
    """The stretch of a line's quadrilateral between two places across the layout frame."""
    if polygon is None:
        return None
    (start, _), (end, _) = transform_points(to_layout, polygon[:2])
    shares = sorted((x - start) / (end - start) for x in (extent.x0, extent.x1))
    top = [_between(polygon[0], polygon[1], share) for share in shares]
    bottom = [_between(polygon[3], polygon[2], share) for share in shares]
    return (*top, *reversed(bottom))


def _between(
    start: tuple[float, float], end: tuple[float, float], share: float
) -> tuple[float, float]:
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])
