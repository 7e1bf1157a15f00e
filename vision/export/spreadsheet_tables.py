"""Tables as files for spreadsheets: CSV, one file for each, and one XLSX with a sheet for each.

Both come from strangers' documents, so no cell may act when it is opened: in XLSX every text is
written as text; in CSV an apostrophe is put before texts that a spreadsheet would take for a
formula (OWASP, CSV injection).
"""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from vision.core.document import Document, Page, Table, TableCell
from vision.core.exports import Artefact, PagedDocument, Source, WholeDocument
from vision.export.numbers import Number, NumberReader
from vision.export.places import xml_text

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_LONGEST_TEXT = 32_767  # of a cell of XLSX
_WIDEST = 60  # characters
_CREATED = datetime(1980, 1, 1, tzinfo=UTC)  # the same result always gives the same bytes


def export_csv(document: Document, source: Source | None = None) -> Iterator[Artefact]:  # noqa: ARG001 - the document says it all
    """The registry's entry: a file for each table, and an empty one where there is none."""
    return csv_files(WholeDocument(document))


def csv_files(document: PagedDocument) -> Iterator[Artefact]:
    """Yield the same files."""
    found = False
    for page, number, table in _tables(document):
        found = True
        yield Artefact(table_csv(table, page).encode(), page.number, f"table-{number}")
    if not found:
        yield Artefact(b"")


def table_csv(table: Table, page: Page) -> str:
    """RFC 4180, numbers as the table writes them; spanning cells fill their first place."""
    numbers = _number_reader(table, page)
    grid = [[""] * table.columns for _ in range(table.rows)]
    for cell in table.cells:
        grid[cell.row][cell.column] = _harmless(cell.text, numbers)
    written = io.StringIO()
    csv.writer(written).writerows(grid)
    return written.getvalue()


def export_xlsx(document: Document, source: Source | None = None) -> Iterator[Artefact]:  # noqa: ARG001 - the document says it all
    """The registry's entry: one workbook; a sheet that says so where there is no table."""
    return workbook(WholeDocument(document))


def workbook(document: PagedDocument) -> Iterator[Artefact]:
    """Yield the same workbook; of the document, the tables are in memory."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True})
    book.set_properties({"created": _CREATED})
    formats = _Formats(book)
    for page, number, table in _tables(document):
        sheet = book.add_worksheet(f"page {page.number} table {number}"[:31])
        _fill(sheet, table, _number_reader(table, page), formats)
    if not book.worksheets():
        book.add_worksheet("no tables")
    book.close()
    yield Artefact(written.getvalue())


class _Formats:
    """The number formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[str, Any] = {}

    def of(self, number: Number) -> Any:
        """The format with the decimals that the document shows."""
        whole = "#,##0" if number.grouped else "0"
        code = f"{whole}.{'0' * number.decimals}" if number.decimals else whole
        if code not in self._made:
            self._made[code] = self._book.add_format({"num_format": code})
        return self._made[code]


def _tables(document: PagedDocument) -> Iterator[tuple[Page, int, Table]]:
    for page in document.pages():
        for number, table in enumerate(page.tables, 1):
            yield page, number, table


def _number_reader(table: Table, page: Page) -> NumberReader:
    language = page.languages[0] if page.languages else None
    return NumberReader((cell.text for cell in table.cells), language)


def _harmless(text: str, numbers: NumberReader) -> str:
    if text.startswith(_FORMULA_STARTS) and numbers.read(text) is None:
        return f"'{text}"
    return text


def _fill(sheet: Any, table: Table, numbers: NumberReader, formats: _Formats) -> None:
    widths = [0] * table.columns
    for cell in table.cells:
        _write(sheet, cell, numbers.read(cell.text), formats)
        if cell.column_span == 1:
            longest = max(map(len, cell.text.splitlines()), default=0)
            widths[cell.column] = max(widths[cell.column], longest)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(width + 2, _WIDEST))


def _write(sheet: Any, cell: TableCell, number: Number | None, formats: _Formats) -> None:
    at = (cell.row, cell.column)
    if cell.row_span > 1 or cell.column_span > 1:
        end = (cell.row + cell.row_span - 1, cell.column + cell.column_span - 1)
        sheet.merge_range(*at, *end, "")
    if number is not None:
        sheet.write_number(*at, number.value, formats.of(number))
    else:
        sheet.write_string(*at, xml_text(cell.text)[:_LONGEST_TEXT])
