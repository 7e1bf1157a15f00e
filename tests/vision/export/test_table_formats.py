import csv
import io
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.placed_documents import TABLE, placed_document
from tests.support.readings import small_document
from vision.core.document import Box, Table, TableCell
from vision.core.registry import plugin
from vision.export.numbers import NumberReader

BOX = Box(0, 0, 1, 1)


def exported(name, document):
    return list(plugin("format", name).load()(document, None))


def with_cells(*texts, languages=("eng",)):
    cells = tuple(TableCell(row, 0, text, BOX) for row, text in enumerate(texts))
    document = small_document()
    table = Table("t1", BOX, len(texts), 1, cells)
    page = replace(document.pages[0], tables=(table,), languages=languages)
    return replace(document, pages=(page,))


def sheet_of(document):
    (artefact,) = exported("xlsx", document)
    return openpyxl.load_workbook(io.BytesIO(artefact.content)).worksheets[0]


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("385.00", "eng", 385.0),
        ("1,540.00", "eng", 1540.0),
        ("1.540,00", "deu", 1540.0),
        ("12", "deu", 12.0),
        ("12,5", "deu", 12.5),
        ("-3.25", "eng", -3.25),
        ("\u22123,25", "fra", -3.25),
        ("1,234", "eng", 1234.0),
        ("1.234", "eng", 1.234),
        ("1.234", "deu", None),
        ("1'234.50", "deu", 1234.5),
        ("1 234 567,8", "fra", 1234567.8),
        ("1,234,567", "deu", 1234567.0),
        ("0.5", "eng", 0.5),
        ("0042", "eng", None),
        ("1234567890123456", "eng", None),
        ("12,34,56", "eng", None),
        ("1.2.3", "eng", None),
        ("9 March", "eng", None),
        ("2026-11-29", "eng", None),
        ("+49 30 1234", "eng", None),
        ("", "eng", None),
        ("1e5", "eng", None),
        ("12,345.6,7", "eng", None),
    ],
)  # fmt: skip
def test_what_a_text_is_as_a_number(text, language, value):
    number = NumberReader([text], language).read(text)
    assert (number.value if number else None) == value


def test_other_cells_tell_which_mark_is_the_decimal_one():
    reader = NumberReader(["1.234", "12,50", "7"], "eng")
    assert reader.read("1.234").value == 1234
    assert reader.read("1,234").value == 1.234


@given(st.text("0123456789.,'- ", max_size=14), st.sampled_from(["eng", "deu", None]))
def test_any_text_is_a_number_of_its_own_digits_or_none(text, language):
    number = NumberReader([text], language).read(text)
    if number is not None:
        digits = "".join(each for each in text if each.isdigit())
        shown = f"{abs(number.value):.{number.decimals}f}".replace(".", "")
        assert shown.lstrip("0") == digits.lstrip("0")


def test_xlsx_has_numbers_as_numbers_and_texts_as_texts():
    texts = ["385.00", "1,540.00", "=1+1", "+49 30", "@SUM(A1)", "-cmd", "0042", "https://x.org"]
    sheet = sheet_of(with_cells(*texts))
    cells = [row[0] for row in sheet.iter_rows()]
    assert [cell.value for cell in cells] == [385, 1540, *texts[2:]]
    assert [cell.data_type for cell in cells] == ["n", "n", *"ssssss"]
    assert [cell.number_format for cell in cells[:2]] == ["0.00", "#,##0.00"]
    assert [cell.hyperlink for cell in cells] == [None] * len(texts)


def test_xlsx_merges_cells_that_span_and_has_a_sheet_for_each_table():
    document = placed_document()
    (artefact,) = exported("xlsx", document)
    book = openpyxl.load_workbook(io.BytesIO(artefact.content))
    assert book.sheetnames == ["page 1 table 1"]
    (sheet,) = book.worksheets
    assert [str(each) for each in sheet.merged_cells.ranges] == ["A3:B3"]
    assert sheet["A3"].value == "all <b>\n& more"
    assert sheet["B2"].value == 1234.5


def test_xlsx_of_a_document_without_tables_opens():
    document = placed_document()
    (artefact,) = exported("xlsx", replace(document, pages=document.pages[1:]))
    assert openpyxl.load_workbook(io.BytesIO(artefact.content)).sheetnames == ["no tables"]


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=20), min_size=1, max_size=4))
def test_xlsx_takes_any_text(texts):
    sheet = sheet_of(with_cells(*texts))
    assert all(row[0].data_type in ("s", "n") for row in sheet.iter_rows())


def test_the_same_result_gives_the_same_workbook():
    first, second = (exported("xlsx", placed_document())[0].content for _ in range(2))
    assert first == second


def test_csv_has_a_file_for_each_table_and_no_formula():
    document = placed_document()
    twice = replace(document.pages[0], tables=(TABLE, TABLE))
    found = exported("csv", replace(document, pages=(twice,)))
    assert [(each.page, each.name) for each in found] == [(1, "table-1"), (1, "table-2")]
    rows = list(csv.reader(io.StringIO(found[0].content.decode(), newline="")))
    assert rows == [["Item", "Price"], ["'=cmd", "1,234.50"], ["all <b>\n& more", ""]]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"), ("+1+1", "'+1+1"), ("-1-1", "'-1-1"), ("@x", "'@x"), ("\tx", "'\tx"),
        ("-12.50", "-12.50"), ("+5", "+5"), ("plain", "plain"), ("\uff1dx", "'\uff1dx"),
    ],
)  # fmt: skip
def test_csv_disarms_only_what_is_no_number(text, written):
    (artefact,) = exported("csv", with_cells(text))
    ((cell,),) = csv.reader(io.StringIO(artefact.content.decode(), newline=""))
    assert cell == written


def test_csv_of_a_document_without_tables_is_empty():
    document = placed_document()
    (artefact,) = exported("csv", replace(document, pages=document.pages[1:]))
    assert artefact.content == b""
