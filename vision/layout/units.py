"""What reading order sees as one thing: a line, or a whole table or figure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vision.core.arrays import Affine
from vision.core.document import Box, Region
from vision.core.geometry import transform_box, union
from vision.layout.forms import labels_with_colons
from vision.layout.placed_line import PlacedLine
from vision.layout.regions import kind_of, region_of
from vision.layout.rows import rows_of, same_row
from vision.layout.tables.evidence import shows_columns
from vision.recognition.marks.candidates import LIST_MARKS

# Read as one piece, whatever columns are inside or beside them.
_WHOLE = frozenset({"table", "figure"})
_MARK_GAP = 2.0  # heights between a mark and its text


@dataclass(frozen=True, slots=True)
class Unit:
    """A line, or the lines of a table or figure, and the region they belong to.

    `first` is the index of its first line among all lines of the page, -1 without lines.
    """

    box: Box
    region: Region | None
    lines: list[PlacedLine]
    first: int = -1


def supported_regions(
    lines: Sequence[PlacedLine], regions: Sequence[Region], to_layout: Affine
) -> list[Region]:
    """The regions without the tables that their own lines do not bear out.

    A table without any line stays: it may be a picture of one.
    """
    owners = [region_of(line.line, regions) for line in lines]
    unsupported: list[Region] = []
    for region in {owner: None for owner in owners if owner and _is_table(owner)}:
        held = [at for at, owner in enumerate(owners) if owner is region]
        inside = [at for at in _with_whole_rows(held, lines, owners) if lines[at].level]
        boxes = [line.box for line in lines]
        rows = [[lines[at] for at in row] for row in rows_of(boxes, inside)]
        if not shows_columns(rows, region.confidence, to_layout):
            unsupported.append(region)
    return [region for region in regions if region not in unsupported]


def units_of(lines: Sequence[PlacedLine], regions: Sequence[Region]) -> Iterator[Unit]:
    """Every line once, alone or within its table or figure.

    A table takes in the pieces beside it that complete its rows. Where it is a form, its lines
    stand alone.
    """
    owners = _with_marks([region_of(line.line, regions) for line in lines], lines)
    whole = _whole_regions(lines, owners)
    inside = {at for held in whole.values() for at in held}
    for at, line in enumerate(lines):
        if at not in inside:
            yield Unit(line.box, owners[at], [line], at)
    for region, held in whole.items():
        taken = [lines[at] for at in held]
        if _is_form(taken):
            yield from (Unit(lines[at].box, None, [lines[at]], at) for at in held)
        else:
            yield Unit(union(line.box for line in taken), region, taken, held[0])


def _with_marks(owners: list[Region | None], lines: Sequence[PlacedLine]) -> list[Region | None]:
    """Owners of lines; a lone check box or bullet has the owner of the text that it marks."""
    marks = [at for at, line in enumerate(lines) if line.line.text in LIST_MARKS]
    for at in marks:
        mark = lines[at].box
        marked = (
            number
            for number, line in enumerate(lines)
            if same_row(mark, line.box)
            and 0 <= line.box.x0 - mark.x1 < _MARK_GAP * max(mark.height, line.box.height)
        )
        number = next(marked, None)
        if owners[at] is None and number is not None:
            owners[at] = owners[number]
    return owners


def obstacles(
    lines: Sequence[PlacedLine], regions: Sequence[Region], to_layout: Affine
) -> list[Unit]:
    """Tables and figures without text, around which columns run all the same."""
    boxes = [
        transform_box(to_layout, region.box)
        for region in regions
        if kind_of(region.label) in _WHOLE
    ]
    return [Unit(box, None, []) for box in boxes if not any(_meet(box, ln.box) for ln in lines)]


def _whole_regions(
    lines: Sequence[PlacedLine], owners: Sequence[Region | None]
) -> dict[Region, list[int]]:
    """Indices of the lines of each table and figure; each line is in one of them at most."""
    whole: dict[Region, list[int]] = {}
    for at, owner in enumerate(owners):
        if owner is not None and kind_of(owner.label) in _WHOLE:
            whole.setdefault(owner, []).append(at)
    taken: set[int] = set()
    for region, held in whole.items():
        if _is_table(region):
            completed = _with_whole_rows(held, lines, owners)
            whole[region] = [at for at in completed if at not in taken]
            taken.update(completed)
    return whole


def _with_whole_rows(
    held: Sequence[int], lines: Sequence[PlacedLine], owners: Sequence[Region | None]
) -> list[int]:
    """The lines of a table with those that its box leaves out of its rows.

    These lie in a row of it and above or below other lines of it, so that no gutter parts them
    from it. Other tables and figures keep what they hold.
    """
    free = [
        at
        for at, owner in enumerate(owners)
        if lines[at].level and not (owner and kind_of(owner.label) in _WHOLE)
    ]
    inside = [lines[at].box for at in held]
    added: list[int] = []
    while more := [at for at in free if at not in added and _completes(lines[at].box, inside)]:
        added += more
        inside += [lines[at].box for at in more]
    return sorted([*held, *added])


def _completes(piece: Box, inside: Sequence[Box]) -> bool:
    extent = union(inside)
    is_within = piece.x0 < extent.x1 and piece.x1 > extent.x0
    return is_within and any(same_row(piece, box) for box in inside)


def _is_table(region: Region) -> bool:
    return kind_of(region.label) == "table"


def _is_form(lines: Sequence[PlacedLine]) -> bool:
    """Whether what a detector reported as a table has rows of labels above their entries."""
    boxes = [line.box for line in lines]
    rows = rows_of(boxes, range(len(boxes)))
    return labels_with_colons(rows, [line.line.text for line in lines])


def _meet(one: Box, other: Box) -> bool:
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    down = min(one.y1, other.y1) - max(one.y0, other.y0)
    return across > 0 and down > 0.5 * other.height
