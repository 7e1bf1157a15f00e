"""Headings of many lines, which networks find as a heading and a paragraph, made whole.

What follows a heading in its own bold print and size, without more than a line between, belongs to
it: titles of notices and articles run to nine lines.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import fmean, median

from vision.core.arrays import Image
from vision.core.document import Box
from vision.core.geometry import intersection, union
from vision.imaging.stroke_weight import ground_of, stroke_weight
from vision.layout.placed_line import PlacedLine
from vision.layout.regions import Finding, kind_of

_LEAST = {"title": 0.1, "text": 0.25}  # confidence of what may be part of a heading
_MOSTLY = 0.5  # share of a line's area inside the region that it belongs to
_FARTHEST = 1.5  # line heights between two parts
_ASIDE = 1.0  # line heights between their left edges, or their middles
_SIZES = 1.5  # ratio of the heights of one print's lines, with and without ascenders
_SAME_GROUND = 40.0  # grey levels; what stands on a coloured band ends there
_MOST_LINES = 9
_BOLD = 1.1  # times the page's usual width of strokes, on average; body text varies by .05
_NOT_BOLD = 1.05
_SAMPLED = 16  # lines that tell the page's usual width of strokes
# A new item begins, a number or a bullet before it; a sentence or a label ends.
_BEGINS_ITEM = re.compile(
    r"[(\[]?(\d+(\.\d+)*|\w|[ivxIVX]+)[.)\]]\s|\d+(\.\d+)*\s|[^\w\s(\[\"'“„«¿¡]"
)
_ENDS_SENTENCE = re.compile(r"[.:;,。]\W*$")


@dataclass(frozen=True, slots=True)
class _Part:
    """A finding with the lines in it."""

    finding: Finding
    lines: tuple[PlacedLine, ...]

    @property
    def box(self) -> Box:
        return self.finding[1].box

    @property
    def height(self) -> float:
        return median(line.line.box.height for line in self.lines)

    @property
    def first(self) -> str:
        return min(self.lines, key=lambda line: line.line.box.y0).line.text

    @property
    def last(self) -> str:
        return max(self.lines, key=lambda line: line.line.box.y1).line.text

    @property
    def kind(self) -> str | None:
        return kind_of(self.finding[1].label)


def with_long_titles(
    findings: Iterable[Finding], lines: Sequence[PlacedLine], page: Image
) -> list[Finding]:
    """The findings, with one title in place of titles and bold text that are one heading.

    Boxes are in the page frame, `page` is its RGB image. The title that stays is the most confident
    part; it covers all parts, and the text among them is left out. Titles alone are not joined:
    headings of two ranks stand below each other as often.
    """
    findings = list(findings)
    parts = [part for each in findings if (part := _part_of(each, lines)) is not None]
    look = _Print(page, lines)
    for title in [part for part in parts if part.kind == "title"]:
        heading = _heading_of(title, parts, look) if title in parts else []
        if heading:
            findings = _joined(findings, heading)
            parts = [part for part in parts if part not in heading]
    return findings


def _part_of(finding: Finding, lines: Sequence[PlacedLine]) -> _Part | None:
    found = finding[1]
    least = _LEAST.get(kind_of(found.label) or "")
    if least is None or found.confidence < least:
        return None
    own = tuple(
        line
        for line in lines
        if line.level and intersection(line.line.box, found.box) > _MOSTLY * line.line.box.area
    )
    if not 0 < len(own) < _MOST_LINES:
        return None
    part = _Part(finding, own)
    return None if part.kind == "text" and _ENDS_SENTENCE.search(part.last) else part


class _Print:
    """How the text of a page is printed, measured where it is asked for."""

    def __init__(self, page: Image, lines: Sequence[PlacedLine]) -> None:
        self._page, self._lines = page, lines

    def is_alike(self, title: _Part, other: _Part) -> bool:
        """Whether both are bold, and stand on paper, or on a band, of one colour."""
        grounds = [ground_of(self._page, part.box) for part in (title, other)]
        alike = abs(grounds[0] - grounds[1]) < _SAME_GROUND
        return alike and self._is_bold(other) and self._is_bold(title)

    def _is_bold(self, part: _Part) -> bool:
        """Whether all lines are in heavier strokes than the page's usual ones."""
        measured: list[float] = []
        for line in part.lines:
            measured.append(self._weight(line) / self._usual if self._usual else 0.0)
            if measured[-1] <= _NOT_BOLD:
                return False
        return fmean(measured) > _BOLD

    @cached_property
    def _usual(self) -> float:
        step = math.ceil(len(self._lines) / _SAMPLED)
        return median(self._weight(line) for line in self._lines[::step])

    def _weight(self, line: PlacedLine) -> float:
        return stroke_weight(self._page, line.line.box)


def _heading_of(title: _Part, parts: Sequence[_Part], look: _Print) -> list[_Part]:
    """The parts of the heading that a title belongs to, itself included; none if it is alone."""
    heading = [title]
    for part in sorted(parts, key=lambda each: abs(each.box.y0 - title.box.y0)):
        adjoins = part is not title and any(_adjoin(part, each) for each in heading)
        if adjoins and look.is_alike(title, part):
            heading.append(part)
    lines = {id(line) for part in heading for line in part.lines}
    whole = any(part.kind == "text" for part in heading) and len(lines) <= _MOST_LINES
    return heading if whole else []


def _adjoin(one: _Part, other: _Part) -> bool:
    upper, lower = sorted((one, other), key=lambda part: part.box.y0)
    height = min(upper.height, lower.height)
    taller = max(upper.height, lower.height)
    near = -height < lower.box.y0 - upper.box.y1 < _FARTHEST * taller
    return (
        near
        and taller < _SIZES * height
        and _are_aligned(upper.box, lower.box, _ASIDE * height)
        and not _BEGINS_ITEM.match(lower.first)
    )


def _are_aligned(one: Box, other: Box, aside: float) -> bool:
    middles = (one.x0 + one.x1 - other.x0 - other.x1) / 2
    return abs(one.x0 - other.x0) < aside or abs(middles) < aside


def _joined(findings: Sequence[Finding], heading: Sequence[_Part]) -> list[Finding]:
    parts = [part.finding for part in heading]
    titles = (part.finding for part in heading if part.kind == "title")
    model, best = max(titles, key=lambda finding: finding[1].confidence)
    whole = replace(best, box=union(found.box for _, found in parts))
    return [*(each for each in findings if each not in parts), (model, whole)]
