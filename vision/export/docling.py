"""The result as a DoclingDocument, version 1.10 of docling-core's schema, as JSON.

Written without that library, which brings pandas along; a test validates the output with it.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from vision.core.document import Block, Box, Document, Line, Page, Table, TableCell
from vision.core.exports import Artefact, PagedDocument, Source, WholeDocument
from vision.export.list_items import MARKER, items_of
from vision.export.places import box_around, figure_regions
from vision.export.running_text import RunningText, running_kind

_VERSION = "1.10.0"
_LABELS: Mapping[str, str] = {
    "caption": "caption",
    "footnote": "footnote",
    "formula": "formula",
    "handwriting": "handwritten_text",
    "header": "page_header",
    "footer": "page_footer",
    "page_number": "page_footer",
}
_HASH_DIGITS = 16  # docling's hash is a number of 64 bits


def export(document: Document, source: Source | None = None) -> Iterator[Artefact]:  # noqa: ARG001 - the document says it all
    """The registry's entry: one file."""
    return docling_file(WholeDocument(document))


def docling_file(document: PagedDocument) -> Iterator[Artefact]:
    """Yield the same file; what is written is in memory, not what was read."""
    yield Artefact(json.dumps(_to_docling(document), ensure_ascii=False).encode())


def to_docling(document: Document, filename: str | None = None) -> dict[str, Any]:
    """The document as plain JSON values, named by its file where that is known."""
    return _to_docling(WholeDocument(document), filename)


def _to_docling(document: PagedDocument, filename: str | None = None) -> dict[str, Any]:
    builder = _Builder(document)
    for page in document.pages():
        builder.add_page(page)
    if filename is not None:
        builder.made["name"] = PurePosixPath(filename).stem
        builder.made["origin"]["filename"] = filename
    return builder.made


class _Builder:
    """Appends items to their lists and refers to them by JSON pointers."""

    def __init__(self, document: PagedDocument) -> None:
        submitted = document.frame.document
        self._running_text = RunningText(document.outlines())
        self._titled = False
        self.made: dict[str, Any] = {
            "schema_name": "DoclingDocument",
            "version": _VERSION,
            "name": submitted.sha256[:_HASH_DIGITS],
            "origin": {
                "mimetype": submitted.media_type,
                "binary_hash": int(submitted.sha256[:_HASH_DIGITS], 16),
                "filename": submitted.sha256[:_HASH_DIGITS],
            },
            "furniture": _root("furniture"),
            "body": _root("body"),
            "groups": [], "texts": [], "pictures": [], "tables": [],
            "key_value_items": [], "form_items": [], "pages": {},
        }  # fmt: skip

    def add_page(self, page: Page) -> None:
        size = {"width": float(page.width), "height": float(page.height)}
        self.made["pages"][str(page.number)] = {"size": size, "page_no": page.number}
        tables = {table.region: table for table in page.tables if table.region is not None}
        captions: defaultdict[str | None, list[dict[str, str]]] = defaultdict(list)
        described: dict[str | None, dict[str, Any]] = {}
        for block in page.blocks:
            if not block.lines:
                continue
            if block.region in tables:
                described[block.region] = self._add_table(tables[block.region], page)
            elif block.kind == "list":
                self._add_list(block, page)
            else:
                made = self._add_text(block, page)
                captions[block.caption_of].append({"$ref": made["self_ref"]})
        for figure in figure_regions(page):
            item = {"label": "picture", "prov": [_place(page, figure.box)], **_no_references()}
            described[figure.id] = self._add("pictures", item, self.made["body"])
        for region, made in described.items():
            made["captions"] = captions[region]

    def _add_text(self, block: Block, page: Page) -> dict[str, Any]:
        text = "\n".join(line.text for line in block.lines)
        running = self._running_text.includes(block, page)
        kind = running_kind(block, page) if running else block.kind
        item = _text_item(_LABELS.get(kind, "text"), text, block.lines, page)
        if kind == "title":
            item |= {"label": "section_header", "level": 1} if self._titled else {"label": "title"}
            item["text"] = item["orig"] = " ".join(text.split("\n"))
            self._titled = True
        if running:
            item["content_layer"] = "furniture"
        return self._add("texts", item, self.made["body"])

    def _add_list(self, block: Block, page: Page) -> None:
        group = self._add("groups", {"name": "list", "label": "list"}, self.made["body"])
        for lines in items_of(block.lines):
            text = " ".join(line.text for line in lines)
            match = MARKER.match(text)
            marker = match[1] if match else ""
            plain = text[match.end() :] if match else text
            item = _text_item("list_item", plain, lines, page)
            item |= {"orig": text, "enumerated": marker[:1].isdigit(), "marker": marker or "-"}
            self._add("texts", item, group)

    def _add_table(self, table: Table, page: Page) -> dict[str, Any]:
        cells = [_cell(cell, table) for cell in table.cells]
        data = {"table_cells": cells, "num_rows": table.rows, "num_cols": table.columns}
        item = {"label": "table", "prov": [_place(page, table.box)], **_no_references()}
        return self._add("tables", item | {"data": data}, self.made["body"])

    def _add(self, kind: str, item: dict[str, Any], parent: dict[str, Any]) -> dict[str, Any]:
        reference = f"#/{kind}/{len(self.made[kind])}"
        made = {
            "self_ref": reference,
            "parent": {"$ref": parent["self_ref"]},
            "children": [],
            "content_layer": "body",
            **item,
        }
        self.made[kind].append(made)
        parent["children"].append({"$ref": reference})
        return made


def _root(layer: str) -> dict[str, Any]:
    about = {"content_layer": layer, "name": "_root_", "label": "unspecified"}
    return {"self_ref": f"#/{layer}", "children": [], **about}


def _no_references() -> dict[str, list[Any]]:
    return {"captions": [], "references": [], "footnotes": []}


def _text_item(label: str, text: str, lines: Sequence[Line], page: Page) -> dict[str, Any]:
    place = _place(page, box_around(lines), len(text))
    return {"label": label, "prov": [place], "orig": text, "text": text}


def _place(page: Page, box: Box, length: int = 0) -> dict[str, Any]:
    return {"page_no": page.number, "bbox": _bbox(box), "charspan": [0, length]}


def _bbox(box: Box) -> dict[str, Any]:
    left, top, right, bottom = (round(side, 2) for side in box)
    return {"l": left, "t": top, "r": right, "b": bottom, "coord_origin": "TOPLEFT"}


def _cell(cell: TableCell, table: Table) -> dict[str, Any]:
    return {
        "bbox": _bbox(cell.box),
        "row_span": cell.row_span,
        "col_span": cell.column_span,
        "start_row_offset_idx": cell.row,
        "end_row_offset_idx": cell.row + cell.row_span,
        "start_col_offset_idx": cell.column,
        "end_col_offset_idx": cell.column + cell.column_span,
        "text": cell.text,
        "column_header": cell.row < table.header_rows,
        "row_header": False,
        "row_section": False,
    }
