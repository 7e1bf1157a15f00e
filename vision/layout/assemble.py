"""Assembles recognised lines and detected regions into a page."""

from collections.abc import Iterable, Sequence

from vision.core.arrays import Affine
from vision.core.document import Barcode, Block, Page, PageWarning, Region, Table, WordPlace
from vision.core.geometry import iou, transform_box
from vision.core.grid import RuledGrid
from vision.core.options import FigureText
from vision.core.stages import LineCrop, LineReading, PreparedPage
from vision.layout.blocks import Draft, draft_blocks
from vision.layout.captions import with_captions
from vision.layout.gutters import split_at_gutters
from vision.layout.line_merging import join_row
from vision.layout.long_titles import with_long_titles
from vision.layout.placed_line import layout_frame, place_lines, with_backgrounds
from vision.layout.regions import Finding, make_regions
from vision.layout.signatures.refine import with_signatures
from vision.layout.tables.edge_rows import with_edge_rows
from vision.layout.tables.grid_regions import with_grids
from vision.layout.tables.ruled import make_ruled_table
from vision.layout.tables.structure import make_table
from vision.layout.tilted_groups import with_groups_levelled
from vision.layout.whole_lines import with_whole_lines

_SAME_BOX = 0.9  # intersection over union of a grid and its region, which is cut at the page's edge
_NO_TEXT = PageWarning("no_text", "no text was read on this page")


def assemble(
    page: PreparedPage,
    crops: Sequence[LineCrop],
    readings: Sequence[LineReading],
    findings: Iterable[Finding],
    barcodes: Sequence[Barcode],
    languages: Sequence[str],
    figure_text: FigureText = "keep",
    least_confidence: float = 0.0,
) -> Page:
    """The page with its text in reading order.

    `readings` answer `crops` one to one, else ValueError; `findings` are detections in the page
    frame with the name of the model that found each. Those below `least_confidence` become regions
    only where the page's ink and text raise it, and others do not where these lower it. `leave_out`
    drops text inside figures.
    """
    height, width = page.upright.shape[:2]
    to_layout = layout_frame(page.to_page, (reading.text for reading in readings))
    placed = with_groups_levelled(place_lines(crops, readings, to_layout))
    lines = with_backgrounds(placed, page.upright)
    findings = with_signatures(findings, [line.line for line in lines], page.upright)
    findings = _above(least_confidence, findings)
    findings = with_grids(with_edge_rows(findings, lines), page.grids, lines, page.to_page)
    findings = _above(least_confidence, findings)  # grids without text have lowered some
    parts = split_at_gutters(lines, to_layout)
    findings = with_whole_lines(findings, parts)
    findings = with_long_titles(findings, parts, page.upright)
    regions = make_regions(findings, width, height)
    drafts = draft_blocks(parts, regions, to_layout)
    if figure_text == "leave_out":
        drafts = [draft for draft in drafts if draft.kind != "figure"]
    blocks = tuple(_block(number, draft) for number, draft in enumerate(drafts, start=1))
    blocks = with_captions(blocks, regions)
    return Page(
        number=page.number,
        width=width,
        height=height,
        dpi=page.dpi,
        rotation=page.rotation,
        skew=float(page.skew),
        languages=tuple(languages),
        text="\n\n".join("\n".join(line.text for line in block.lines) for block in blocks),
        regions=regions,
        blocks=blocks,
        tables=_tables(drafts, blocks, page, to_layout),
        barcodes=tuple(barcodes),
        warnings=page.warnings if blocks else (*page.warnings, _NO_TEXT),
    )


def _above(least: float, findings: Iterable[Finding]) -> list[Finding]:
    return [each for each in findings if each[1].confidence >= least]


def _block(number: int, draft: Draft) -> Block:
    rows = (join_row(row, across_gaps=draft.kind == "table") for row in draft.rows)
    lines = tuple(line for row in rows for line in row)
    return Block(f"b{number}", draft.kind, lines, draft.region.id if draft.region else None)


def _tables(
    drafts: Sequence[Draft], blocks: Sequence[Block], page: PreparedPage, to_layout: Affine
) -> tuple[Table, ...]:
    places = _word_places(blocks)
    tables: list[Table] = []
    for draft in drafts:
        if draft.region is None or draft.kind != "table":
            continue
        name, grid = f"t{len(tables) + 1}", _grid_of(draft.region, page)
        if grid is not None:
            lines = [line for row in draft.rows for line in row]
            made = make_ruled_table(
                name, draft.region, grid, lines, page.to_page, to_layout, places
            )
            tables.append(made)
        elif made_of_words := make_table(name, draft.region, draft.rows, to_layout, places):
            tables.append(made_of_words)
    return tuple(tables)


def _word_places(blocks: Iterable[Block]) -> dict[int, WordPlace]:
    """Where each word is on the page, by its identity."""
    return {
        id(word): (block.id, at, index)
        for block in blocks
        for at, line in enumerate(block.lines)
        for index, word in enumerate(line.words)
    }


def _grid_of(region: Region, page: PreparedPage) -> RuledGrid | None:
    """The grid that a region was made of."""
    for grid in page.grids:
        if iou(transform_box(page.to_page, grid.box), region.box) > _SAME_BOX:
            return grid
    return None
