"""Groups placed lines into blocks in reading order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from itertools import pairwise
from statistics import median

from vision.core.arrays import Affine
from vision.core.document import Box, Region
from vision.core.geometry import union
from vision.layout.forms import cell_by_cell, ends_with_colon
from vision.layout.page_furniture import footnotes_of, page_number_of
from vision.layout.placed_line import PlacedLine
from vision.layout.reading_order import reading_order
from vision.layout.regions import kind_of
from vision.layout.rows import Flow, Row, rows_of, same_row
from vision.layout.signs import with_signs
from vision.layout.units import Unit, obstacles, supported_regions, units_of
from vision.layout.vertical_text import as_level_lines

_MARGINAL = frozenset({"header", "footer", "page_number"})
_MAY_BE_MARGINAL = frozenset({None, "text", "list"})

_PAPER = 255.0  # the background of what has no text
_CONFIDENT = 0.5  # regions below it must not reorder rows

# In line heights.
_PARAGRAPH_GAP = 0.6  # more than the flow's own line gap
_WIDEST_LINE_GAP = 1.5  # double spacing
_EDGE_TEXT = 4.0  # longer text up or down the page belongs to no row
_NEXT_CELL = 0.5  # a row that begins so far above the last one's foot is a form's next cell
_OTHER_SIZE = 1.5  # ratio of heights that separates a heading from its text


@dataclass(slots=True)
class Draft:
    """A block while it grows. Each row holds the lines that stand side by side."""

    kind: str
    region: Region | None
    rows: list[list[PlacedLine]] = field(default_factory=list)


class _Zone(IntEnum):
    """The parts of a page that are read one after the other."""

    HEADER = 0
    BODY = 1
    EDGE = 2  # text that runs up or down the side of the page
    FOOTNOTES = 3
    FOOTER = 4


# Footnotes and the page number that no region marks.
_KIND_OF_ZONE = {_Zone.FOOTNOTES: "footnote", _Zone.FOOTER: "page_number"}


def draft_blocks(
    lines: Sequence[PlacedLine], regions: Sequence[Region], to_layout: Affine
) -> list[Draft]:
    """Drafts in reading order: headers, the body, text along the edge, footnotes, footers.

    `lines` are split at gutters. `to_layout` maps page coordinates, those of the regions, to the
    frame of the placed boxes.
    """
    lines = as_level_lines(lines)
    regions = supported_regions(lines, regions, to_layout)
    extent = union(line.box for line in lines)
    middle = (extent.y0 + extent.y1) / 2
    long = _EDGE_TEXT * median([line.box.height for line in lines] or [0.0])
    known = _unlabelled_zones(lines)
    zones: dict[_Zone, list[Unit]] = {zone: [] for zone in _Zone}
    units = list(units_of(lines, regions))
    for unit in units:
        torn = _is_marginal(unit) and _has_body_beside(unit, units)
        zones[_Zone.BODY if torn else _zone(unit, middle, long, known)].append(unit)
    zones[_Zone.BODY] += obstacles(lines, regions, to_layout)
    drafts = [_named(draft, zone) for zone in _Zone for draft in _drafts(zones[zone])]
    return [replace(draft, rows=[with_signs(row) for row in draft.rows]) for draft in drafts]


def _unlabelled_zones(lines: Sequence[PlacedLine]) -> dict[int, _Zone]:
    """Zones of footnotes and a page number that no region marks, by the index of the line."""
    number = page_number_of(lines)
    zones = dict.fromkeys(footnotes_of(lines, number), _Zone.FOOTNOTES)
    return zones if number is None else zones | {number: _Zone.FOOTER}


def _zone(unit: Unit, middle: float, long: float, known: Mapping[int, _Zone]) -> _Zone:
    kind = unit.region and kind_of(unit.region.label)
    if _is_marginal(unit):
        return _Zone.HEADER if unit.box.y0 < middle else _Zone.FOOTER
    if kind == "footnote":
        return _Zone.FOOTNOTES
    if kind in _MAY_BE_MARGINAL and unit.first in known:
        return known[unit.first]
    upright = unit.lines[0].level or unit.box.height < long
    return _Zone.BODY if upright else _Zone.EDGE


def _named(draft: Draft, zone: _Zone) -> Draft:
    """The draft with the kind of its zone, where no region of such a kind gave one."""
    kind = _KIND_OF_ZONE.get(zone)
    return replace(draft, kind=kind) if kind and draft.kind in _MAY_BE_MARGINAL else draft


def _is_marginal(unit: Unit) -> bool:
    return unit.region is not None and kind_of(unit.region.label) in _MARGINAL


def _has_body_beside(unit: Unit, units: Sequence[Unit]) -> bool:
    """Whether body text of its size stands in the same row, which it then belongs to."""
    return any(
        not _is_marginal(other)
        and other.box.height < _OTHER_SIZE * unit.box.height
        and same_row(unit.box, other.box)
        for other in units
    )


def _drafts(units: list[Unit]) -> list[Draft]:
    boxes = [unit.box for unit in units]
    texts = [" ".join(line.line.text for line in unit.lines) for unit in units]
    drafts = _Drafts()
    announcing = {at for at, text in enumerate(texts) if ends_with_colon(text)}
    backgrounds = [unit.lines[0].background if unit.lines else _PAPER for unit in units]
    for flow in reading_order(boxes, announcing, backgrounds):
        rows = cell_by_cell(flow, boxes, texts, _usual_height(flow, boxes))
        breaks = _paragraph_breaks(rows, boxes)
        torn = _torn_regions(flow, units)
        for at, row in enumerate(rows):
            for region, lines in _by_region(units, row).items():
                if region is None or region in torn:
                    drafts.add_text(lines, fresh=at in breaks)
                else:
                    drafts.add_to_region(region, lines)
    return drafts.in_order


def _torn_regions(flow: Flow, units: Sequence[Unit]) -> set[Region]:
    """Regions of several rows that continue in text outside any region: they would tear the rows.

    Most rows must continue; of an uncertain region one will do.
    """
    rows: dict[Region, list[bool]] = {}
    for row in flow:
        regions = {units[i].region for i in row if units[i].lines}
        for region in regions:
            if region is not None:
                rows.setdefault(region, []).append(None in regions)
    return {
        region
        for region, continued in rows.items()
        if len(continued) > 1 and sum(continued) > _most(region) * len(continued)
    }


def _most(region: Region) -> float:
    return 0.5 if region.confidence >= _CONFIDENT else 0.0


def _usual_height(flow: Flow, boxes: Sequence[Box]) -> float:
    return median(max(boxes[i].height, 1.0) for row in flow for i in row)


class _Drafts:
    """Drafts in the order of their first lines."""

    def __init__(self) -> None:
        self.in_order: list[Draft] = []
        self._of_region: dict[Region, Draft] = {}

    def add_to_region(self, region: Region, lines: list[PlacedLine]) -> None:
        if region not in self._of_region:
            draft = Draft(kind_of(region.label) or "text", region)
            self._of_region[region] = draft
            self.in_order.append(draft)
        self._of_region[region].rows.extend(_rows(lines))

    def add_text(self, row: list[PlacedLine], *, fresh: bool) -> None:
        """Add text outside of regions to the last draft, unless that is a region's."""
        if fresh or not self.in_order or self.in_order[-1].region is not None:
            self.in_order.append(Draft("text", None))
        self.in_order[-1].rows.append(row)


def _by_region(units: list[Unit], row: Row) -> dict[Region | None, list[PlacedLine]]:
    """The row's lines by the region that they belong to; empty for rows without text."""
    shares: dict[Region | None, list[PlacedLine]] = {}
    for unit in (units[index] for index in row):
        if unit.lines:
            shares.setdefault(unit.region, []).extend(unit.lines)
    return shares


def _rows(lines: list[PlacedLine]) -> list[list[PlacedLine]]:
    return [
        [lines[i] for i in row] for row in rows_of([line.box for line in lines], range(len(lines)))
    ]


def _paragraph_breaks(flow: Flow, boxes: Sequence[Box]) -> set[int]:
    """Indices of the rows at which text without a region starts a new block."""
    rows = [union(boxes[i] for i in row) for row in flow]
    heights = [max(*(boxes[i].height for i in row), 1.0) for row in flow]
    unit = median(heights)
    gaps = [below.y0 - above.y1 for above, below in pairwise(rows)]
    down = [gap for gap in gaps if gap > -_NEXT_CELL * unit]
    usual = min(median(down), _WIDEST_LINE_GAP * unit) if down else 0.0
    breaks = {0}
    for at, gap in enumerate(gaps, start=1):
        small, large = sorted(heights[at - 1 : at + 1])
        if (
            gap <= -_NEXT_CELL * unit
            or gap > usual + _PARAGRAPH_GAP * unit
            or large > _OTHER_SIZE * small
        ):
            breaks.add(at)
    return breaks
