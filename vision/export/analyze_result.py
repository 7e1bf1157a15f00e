"""The result as the `AnalyzeResult` of Azure Document Intelligence v4 (2024-11-30)."""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

from vision.core.document import Barcode, Block, Box, Document, Line, Page, Point, Table, TableCell
from vision.export.markdown import render_markdown
from vision.export.places import box_around, lines_of, words_of

API_VERSION = "2024-11-30"
_ROLES: Mapping[str, str] = {
    "header": "pageHeader",
    "footer": "pageFooter",
    "page_number": "pageNumber",
    "footnote": "footnote",
}
_AHEAD = 300  # characters within which the next word must follow
# How long each character is, by the ways in which a caller may count.
_LENGTHS: Mapping[str, Callable[[str], int]] = {
    "unicodeCodePoint": lambda _: 1,
    "utf16CodeUnit": lambda letter: 1 + (ord(letter) > 0xFFFF),
    "textElements": lambda letter: int(unicodedata.combining(letter) == 0 and letter != "\u200d"),
}
INDEX_TYPES = tuple(_LENGTHS)


def to_analyze_result(
    document: Document, model: str, *, markdown: bool = False, index_type: str = "textElements"
) -> dict[str, Any]:
    """What the service answers for `prebuilt-read`, and with tables for `prebuilt-layout`."""
    content = render_markdown(document) if markdown else _plain(document)
    writer = _Writer(content, index_type, inches=document.document.media_type == "application/pdf")
    pages = [writer.page(page) for page in document.pages]
    result = {
        "apiVersion": API_VERSION,
        "modelId": model,
        "stringIndexType": index_type,
        "contentFormat": "markdown" if markdown else "text",
        "content": content,
        "pages": pages,
        "paragraphs": writer.paragraphs,
        "styles": [],
    }
    if model == "prebuilt-layout":
        tables = (writer.table(table, page) for page in document.pages for table in page.tables)
        result["tables"] = list(tables)
    return result


def _plain(document: Document) -> str:
    lines = (
        line.text for page in document.pages for block in page.blocks for line in lines_of(block)
    )
    return "\n".join(lines)


class _Writer:
    """Goes through the content in reading order, and notes where each word is in it."""

    def __init__(self, content: str, index_type: str, *, inches: bool) -> None:
        self._content = content
        self._at = 0
        # The offset of each character in the caller's way of counting.
        self._offsets = [0, *accumulate(map(_LENGTHS[index_type], content))]
        self._inches = inches
        self.paragraphs: list[dict[str, Any]] = []

    def page(self, page: Page) -> dict[str, Any]:
        began = self._at
        words: list[dict[str, Any]] = []
        lines: list[dict[str, Any]] = []
        for block in page.blocks:
            start = self._at
            for line in lines_of(block):
                at = self._at
                words.extend(self._words(line, page))
                polygon = line.polygon or _corners(line.box)
                place = {"polygon": self._scaled(polygon, page), "spans": [self._since(at)]}
                lines.append({"content": line.text, **place})
            if lines_of(block):
                self._add_paragraph(block, page, start)
        size = self._scaled([(page.width, page.height)], page)
        about = {"pageNumber": page.number, "angle": 0, "width": size[0], "height": size[1]}
        return {
            **about,
            "unit": "inch" if self._in_inches(page) else "pixel",
            "words": words,
            "lines": lines,
            "spans": [self._since(began)],
            "barcodes": [self._barcode(each, page) for each in page.barcodes],
        }

    def table(self, table: Table, page: Page) -> dict[str, Any]:
        """A table; its cells carry their own text."""
        return {
            "rowCount": table.rows,
            "columnCount": table.columns,
            "cells": [self._cell(cell, table, page) for cell in table.cells],
            "boundingRegions": [self._region(table.box, page)],
            "spans": [],
        }

    def _cell(self, cell: TableCell, table: Table, page: Page) -> dict[str, Any]:
        return {
            "kind": "columnHeader" if cell.row < table.header_rows else "content",
            "rowIndex": cell.row,
            "columnIndex": cell.column,
            "rowSpan": cell.row_span,
            "columnSpan": cell.column_span,
            "content": cell.text,
            "boundingRegions": [self._region(cell.box, page)],
            "spans": [],
        }

    def _words(self, line: Line, page: Page) -> Iterator[dict[str, Any]]:
        for word in words_of(line):
            found = self._content.find(word.text, self._at, self._at + _AHEAD + len(word.text))
            start = found if found >= 0 else self._at
            self._at = found + len(word.text) if found >= 0 else self._at
            yield {
                "content": word.text,
                "polygon": self._scaled(_corners(word.box), page),
                "confidence": round(word.confidence, 4),
                "span": self._since(start),
            }

    def _add_paragraph(self, block: Block, page: Page, start: int) -> None:
        paragraph = {
            "content": "\n".join(line.text for line in lines_of(block)),
            "boundingRegions": [self._region(box_around(lines_of(block)), page)],
            "spans": [self._since(start)],
        }
        role = _ROLES.get(block.kind)
        if block.kind == "title":
            titled = any(each.get("role") == "title" for each in self.paragraphs)
            role = "sectionHeading" if titled else "title"
        self.paragraphs.append({**paragraph, **({"role": role} if role else {})})

    def _barcode(self, barcode: Barcode, page: Page) -> dict[str, Any]:
        polygon = self._scaled(_corners(barcode.box), page)
        about = {"kind": barcode.format, "value": barcode.text, "confidence": 1}
        return {**about, "polygon": polygon, "span": self._since(self._at)}

    def _region(self, box: Box, page: Page) -> dict[str, Any]:
        return {"pageNumber": page.number, "polygon": self._scaled(_corners(box), page)}

    def _since(self, start: int) -> dict[str, int]:
        offset = self._offsets[start]
        return {"offset": offset, "length": self._offsets[self._at] - offset}

    def _in_inches(self, page: Page) -> bool:
        return self._inches and bool(page.dpi)

    def _scaled(self, points: Sequence[Point], page: Page) -> list[float]:
        """The coordinates one after the other: inches for PDFs, pixels for images."""
        unit = page.dpi if self._in_inches(page) else None
        sides = (side for point in points for side in point)
        return [round(side / unit, 4) if unit else round(side, 2) for side in sides]


def _corners(box: Box) -> tuple[Point, ...]:
    x0, y0, x1, y1 = box
    return (x0, y0), (x1, y0), (x1, y1), (x0, y1)
