"""The tables of a result as CSV (RFC 4180), one below the other."""

import csv
import io
from collections.abc import Iterator

from vision.core.document import Document, Table
from vision.core.exports import Artefact, Source


def export(document: Document, source: Source | None = None) -> Iterator[Artefact]:  # noqa: ARG001 - the document says it all
    """The registry's entry: all tables as one file, an empty line between two."""
    tables = (table_csv(table) for page in document.pages for table in page.tables)
    yield Artefact("\r\n".join(tables).encode())


def table_csv(table: Table) -> str:
    """The rows of a table; a cell that spans several places fills the first of them."""
    grid = [[""] * table.columns for _ in range(table.rows)]
    for cell in table.cells:
        grid[cell.row][cell.column] = " ".join(cell.text.split())
    text = io.StringIO()
    csv.writer(text).writerows(grid)
    return text.getvalue()
