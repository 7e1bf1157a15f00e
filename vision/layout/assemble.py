"""Assembles recognised lines and detected regions into a page."""

from collections.abc import Iterable, Sequence

from vision.core.arrays import Affine
from vision.core.document import Barcode, Block, Page, PageWarning, Table
from vision.core.options import FigureText
from vision.core.stages import LineCrop, LineReading, PreparedPage
from vision.layout.blocks import Draft, draft_blocks
from vision.layout.line_merging import join_row
from vision.layout.placed_line import layout_frame, place_lines, with_backgrounds
from vision.layout.regions import Finding, make_regions
from vision.layout.tables.structure import make_table

_NO_TEXT = PageWarning("no_text", "no text was read on this page")


def assemble(
    page: PreparedPage,
    crops: Sequence[LineCrop],
    readings: Sequence[LineReading],
    findings: Iterable[Finding],
    barcodes: Sequence[Barcode],
    languages: Sequence[str],
    figure_text: FigureText = "keep",
) -> Page:
    """The page with its text in reading order.

    `readings` answer `crops` one to one, else ValueError; `findings` are detections in the page
    frame with the name of the model that found each. `leave_out` drops text inside figures.
    """
    height, width = page.upright.shape[:2]
    regions = make_regions(findings, width, height)
    to_layout = layout_frame(page.to_page, (reading.text for reading in readings))
    lines = with_backgrounds(place_lines(crops, readings, to_layout), page.upright)
    drafts = draft_blocks(lines, regions, to_layout)
    if figure_text == "leave_out":
        drafts = [draft for draft in drafts if draft.kind != "figure"]
    blocks = tuple(_block(number, draft) for number, draft in enumerate(drafts, start=1))
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
        tables=_tables(drafts, to_layout),
        barcodes=tuple(barcodes),
        warnings=page.warnings if blocks else (*page.warnings, _NO_TEXT),
    )


def _block(number: int, draft: Draft) -> Block:
    rows = (join_row(row, across_gaps=draft.kind == "table") for row in draft.rows)
    lines = tuple(line for row in rows for line in row)
    return Block(f"b{number}", draft.kind, lines, draft.region.id if draft.region else None)


def _tables(drafts: Sequence[Draft], to_layout: Affine) -> tuple[Table, ...]:
    tables: list[Table] = []
    for draft in drafts:
        if draft.region is None or draft.kind != "table":
            continue
        table = make_table(f"t{len(tables) + 1}", draft.region, draft.rows, to_layout)
        if table is not None:
            tables.append(table)
    return tuple(tables)
