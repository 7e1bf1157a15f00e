"""The analysis `mrz`: the machine-readable zone of passports, identity cards and visas."""

from typing import Any

from vision.core.arrays import Image
from vision.core.document import Box, Line, Page, WordPlace
from vision.core.geometry import union
from vision.core.stages import Analysis
from vision.engines.resources import Resources
from vision.extraction.mrz.fillers import aligned, cells_of, filler_mask
from vision.extraction.mrz.glyphs import read_cells
from vision.extraction.mrz.zone import Zone, folded, zone_of
from vision.layout.line_merging import join_lines

_FEWEST = 20  # characters of a row that may be part of a zone
_SAME_ROW = 0.5
_LIKE, _UNLIKE = 0.8, 0.5  # mean correlation of shapes that are trusted first, and not at all
_VERIFIED, _UNVERIFIED = 0.99, 0.6  # confidence of zones with all check digits, and with some

_Placed = tuple[Line, str, int]  # the line, its block's id, its index there


class MrzAnalysis:
    """PageAnalysis of the machine-readable zone."""

    name = "mrz"

    def analyse(self, page: Page, image: Image) -> Analysis:
        """The zone with its fields and check digits; null where there is none."""
        rows = [row for row in _rows(page) if len(_text(row)) >= _FEWEST]
        found = zone_of([_readings(row, image) for row in rows])
        if found is None:
            return Analysis(None)
        zone, at = found
        return Analysis(_as_json(zone, rows[at : at + len(zone.lines)]))


def open_analysis(resources: Resources) -> MrzAnalysis:  # noqa: ARG001 - it needs none
    """The registry's entry."""
    return MrzAnalysis()


def _rows(page: Page) -> list[list[_Placed]]:
    """Lines that stand side by side, from the top; a finder may part a line at its fillers."""
    placed = [(line, block.id, at) for block in page.blocks for at, line in enumerate(block.lines)]
    rows: list[list[_Placed]] = []
    for each in sorted(placed, key=lambda one: one[0].box.y0 + one[0].box.y1):
        if folded(each[0].text) == "":
            continue
        if rows and _beside(rows[-1][-1][0].box, each[0].box):
            rows[-1].append(each)
        else:
            rows.append([each])
    return [sorted(row, key=lambda one: one[0].box.x0) for row in rows]


def _beside(one: Box, other: Box) -> bool:
    shared = min(one.y1, other.y1) - max(one.y0, other.y0)
    return shared > _SAME_ROW * min(one.height, other.height)


def _text(row: list[_Placed]) -> str:
    return "".join(folded(line.text) for line, _, _ in row)


def _readings(row: list[_Placed], image: Image) -> list[str]:
    """What a row may say, the likelier first: by its shapes, and by its recogniser.

    The latter with the fillers that the picture shows.
    """
    text = _text(row)
    cells = cells_of(image, join_lines([each for each, _, _ in row]))
    read = aligned(text, filler_mask(cells)) or text
    by_shape, alike = read_cells(cells)
    if alike < _UNLIKE or read == by_shape:
        return [read]
    return [by_shape, read] if alike >= _LIKE else [read, by_shape]


def _as_json(zone: Zone, rows: list[list[_Placed]]) -> dict[str, Any]:
    lines = [each for row in rows for each in row]
    words: list[WordPlace] = [
        (block, at, index) for line, block, at in lines for index in range(len(line.words))
    ]
    return {
        "kind": zone.kind,
        "lines": list(zone.lines),
        "read": list(zone.read),
        "fields": zone.fields,
        "checks": zone.checks,
        "valid": zone.valid,
        "confidence": _VERIFIED if zone.valid else _UNVERIFIED,
        "box": [round(edge, 2) for edge in union(line.box for line, _, _ in lines)],
        "words": [list(place) for place in words],
    }
