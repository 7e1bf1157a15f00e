"""Removes duplicates from detections, and assigns lines of text to regions."""

from collections.abc import Iterable, Sequence

from vision.core.document import Box, Line, Point, Region
from vision.core.geometry import clip_box, intersection, iou
from vision.core.stages import Detection

# Labels that name the kind of text inside. Others (checkbox, qr_code, a COCO person) do not.
KINDS = frozenset({
    "text", "title", "list", "table", "figure", "formula", "caption", "header", "footer",
    "page_number", "footnote", "signature", "stamp", "logo", "handwriting",
})  # fmt: skip

# What well-known layout models (DocLayNet, PubLayNet, DocLayout-YOLO) call the same things.
_ALIASES = {
    "picture": "figure",
    "list_item": "list",
    "page_header": "header",
    "page_footer": "footer",
    "section_header": "title",
    "plain_text": "text",
    "text_block": "text",
    "isolate_formula": "formula",
    "figure_caption": "caption",
    "table_caption": "caption",
    "table_footnote": "footnote",
}

_SAME_THING = 0.6  # intersection over union
_NESTED = 0.9  # share of the smaller one inside the larger
_BELONGS = 0.5  # share of a line's words inside the region
_PARTS = 6  # as many text regions, most more confident than the table around them, refute it
# Tables in a table are what it is made of if they are nearly as confident as it is, apart from each
# other, and fill most of it.
_NEARLY, _APART, _FILLED = 0.85, 0.1, 0.6

Finding = tuple[str, Detection]  # catalogue name of the model, what it found in the page frame


def kind_of(label: str) -> str | None:
    """The kind of block that a region of this label makes of its text; None for no kind."""
    name = label.lower().replace(" ", "_").replace("-", "_")
    name = _ALIASES.get(name, name)
    return name if name in KINDS else None


def make_regions(findings: Iterable[Finding], width: int, height: int) -> tuple[Region, ...]:
    """Findings clipped to the page, without the less confident of two for the same thing.

    Left out too are a table that contains many text regions, most of them more confident, which is
    a form, and one around several tables that fill it. Ids are r1, r2 ... from the top of the page
    to the bottom.
    """
    clipped = [
        (model, Detection(found.label, float(found.confidence), box))
        for model, found in sorted(findings, key=lambda finding: -finding[1].confidence)
        if (box := clip_box(found.box, width, height)).area > 0
    ]
    tables = tables_among(clipped)
    kept: list[Finding] = []
    for model, found in clipped:
        known = any(_duplicates(found, other) for _, other in kept)
        if not (known or (found in tables and _is_of_parts(found, tables))):
            kept.append((model, found))
    kept = [finding for finding in kept if not _is_refuted(finding[1], kept)]
    kept.sort(key=lambda finding: (finding[1].box.y0, finding[1].box.x0, finding[1].label))
    return tuple(
        Region(f"r{number}", found.label, found.confidence, found.box, model)
        for number, (model, found) in enumerate(kept, start=1)
    )


def tables_among(findings: Iterable[Finding]) -> list[Detection]:
    """The findings that are tables."""
    return [found for _, found in findings if kind_of(found.label) == "table"]


def region_of(line: Line, regions: Sequence[Region]) -> Region | None:
    """The region that holds most of the line's words: a table first, else the smallest."""
    holding = [region for region in regions if kind_of(region.label) and _holds(region.box, line)]
    return min(holding, key=lambda r: (kind_of(r.label) != "table", r.box.area), default=None)


def _holds(box: Box, line: Line) -> bool:
    """Whether the centres of the line's words lie inside; boxes of tilted lines reach too far."""
    points = [_centre(word.box) for word in line.words] or [_centre(line.box)]
    inside = sum(box.x0 <= x < box.x1 and box.y0 <= y < box.y1 for x, y in points)
    return inside > _BELONGS * len(points)


def _centre(box: Box) -> Point:
    return (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2


def _duplicates(one: Detection, other: Detection) -> bool:
    kind = kind_of(one.label)
    if (kind or one.label) != (kind_of(other.label) or other.label):
        return False
    shared = intersection(one.box, other.box)
    # A person may stand inside a person's box, but a paragraph holds no paragraph.
    nested = kind is not None and shared > _NESTED * min(one.box.area, other.box.area)
    return nested or iou(one.box, other.box) > _SAME_THING


def _is_of_parts(table: Detection, tables: Sequence[Detection]) -> bool:
    """Whether a table is two or more tables under each other; `tables` are by confidence."""
    parts: list[Box] = []
    for other in tables:
        box, inside = other.box, intersection(other.box, table.box)
        if other.confidence < _NEARLY * table.confidence or inside <= _NESTED * box.area:
            continue
        if box.area < _NESTED * table.box.area and all(_are_apart(box, each) for each in parts):
            parts.append(box)
    filled = sum(intersection(part, table.box) for part in parts)
    return len(parts) > 1 and filled >= _FILLED * table.box.area


def _are_apart(one: Box, other: Box) -> bool:
    return intersection(one, other) <= _APART * min(one.area, other.area)


def _is_refuted(found: Detection, others: Sequence[Finding]) -> bool:
    if kind_of(found.label) != "table":
        return False
    inside = [
        other.confidence > found.confidence
        for _, other in others
        if kind_of(other.label) == "text"
        and intersection(other.box, found.box) > _NESTED * other.box.area
    ]
    return len(inside) >= _PARTS and 2 * sum(inside) > len(inside)
