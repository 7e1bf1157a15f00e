"""The analysis `joined_tables`: the tables of a document, those over page breaks as one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from vision.core.document import Block, Document, Page, Table, TableCell

_FURNITURE = frozenset({"header", "footer", "page_number", "footnote"})
_SHIFT = 0.03  # of the page's width, by which edges of columns may differ from page to page


@dataclass(frozen=True, slots=True)
class _Part:
    """A table of a page, and how many of its first rows repeat the head of the table before it."""

    page: Page
    table: Table
    repeated: int = 0


class JoinedTables:
    """DocumentAnalysis of tables that go on over page breaks."""

    name = "joined_tables"

    def analyse(self, document: Document) -> list[dict[str, Any]]:
        """Each table once, in the order of the pages; its cells name the page they are on."""
        return [_as_json(parts) for parts in _joined(document.pages)]


def open_analysis() -> JoinedTables:
    """The registry's entry."""
    return JoinedTables()


def _joined(pages: Sequence[Page]) -> Iterator[list[_Part]]:
    open_parts: list[_Part] = []
    for page in pages:
        for at, table in enumerate(page.tables):
            repeated = _continues(open_parts[-1], page, table) if open_parts and not at else None
            if repeated is None:
                if open_parts:
                    yield open_parts
                open_parts = [_Part(page, table)]
            else:
                open_parts.append(_Part(page, table, repeated))
    if open_parts:
        yield open_parts


def _continues(before: _Part, page: Page, table: Table) -> int | None:
    """How many rows of the head are repeated where a table goes on from the page before.

    None where it does not: something else lies between, or its columns are others.
    """
    if page.number != before.page.number + 1 or table.columns != before.table.columns:
        return None
    if not (_ends(before.page, before.table) and _begins(page, table)):
        return None
    heads = before.table.header_rows
    same_head = heads > 0 and _texts(table, heads) == _texts(before.table, heads)
    aligned = all(
        abs(one / before.page.width - other / page.width) <= _SHIFT
        for one, other in zip(before.table.box[::2], table.box[::2], strict=True)
    )
    if not (same_head or aligned):
        return None
    return heads if same_head else 0


def _ends(page: Page, table: Table) -> bool:
    body = _body(page)
    return bool(body) and body[-1].region == table.region


def _begins(page: Page, table: Table) -> bool:
    body = _body(page)
    return bool(body) and body[0].region == table.region


def _body(page: Page) -> list[Block]:
    return [block for block in page.blocks if block.kind not in _FURNITURE]


def _texts(table: Table, rows: int) -> list[tuple[int, int, str]]:
    return [(cell.row, cell.column, cell.text) for cell in table.cells if cell.row < rows]


def _as_json(parts: Sequence[_Part]) -> dict[str, Any]:
    first = parts[0].table
    counts = [part.table.rows - part.repeated for part in parts]
    starts = [sum(counts[:at]) for at in range(len(parts))]
    return {
        "pages": [part.page.number for part in parts],
        "tables": [part.table.id for part in parts],
        "rows": sum(counts),
        "columns": first.columns,
        "header_rows": first.header_rows,
        "cells": [
            _cell(cell, cell.row - part.repeated + start, part.page.number)
            for part, start in zip(parts, starts, strict=True)
            for cell in part.table.cells
            if cell.row >= part.repeated
        ],
    }


def _cell(cell: TableCell, row: int, page: int) -> dict[str, Any]:
    return {
        "row": row,
        "column": cell.column,
        "row_span": cell.row_span,
        "column_span": cell.column_span,
        "text": cell.text,
        "page": page,
        "box": [round(edge, 2) for edge in cell.box],
    }
