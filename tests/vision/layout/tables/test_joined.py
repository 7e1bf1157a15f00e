import pytest

from vision.core.document import (
    Block,
    Box,
    Document,
    DocumentInfo,
    Line,
    Page,
    Receipt,
    Table,
    TableCell,
)
from vision.layout.tables.joined import JoinedTables

BOX = Box(100, 100, 900, 1300)
HEAD = ["Berth", "Ship"]


def table(*rows, heads=1, box=BOX):
    cells = tuple(
        TableCell(at, column, text, box)
        for at, row in enumerate(rows)
        for column, text in enumerate(row)
    )
    return Table("t1", box, len(rows), len(rows[0]), cells, "r1", heads)


def page(number, made, *, before=(), after=()):
    line = Line("text", 0.9, BOX)
    kinds = [*before, "table", *after]
    blocks = tuple(
        Block(f"b{at}", kind, (line,), "r1" if kind == "table" else None)
        for at, kind in enumerate(kinds, 1)
    )
    return Page(number, 1000, 1400, 150.0, 0, 0.0, ("eng",), "", blocks=blocks, tables=(made,))


def joined(*pages):
    receipt = Receipt("pagesight", "1", {}, (), ())
    info = DocumentInfo("application/pdf", "0" * 64, len(pages))
    return JoinedTables().analyse(Document(info, pages, receipt))


FIRST = table(HEAD, ["1", "Ida"], ["2", "Anna"])


def test_a_table_over_a_page_break_is_one_and_its_repeated_head_is_left_out():
    more = table(HEAD, ["3", "Fram"])
    (made,) = joined(
        page(1, FIRST, before=["header", "text"], after=["footer"]),
        page(2, more, before=["header"], after=["text"]),
    )
    assert (made["rows"], made["columns"], made["header_rows"]) == (4, 2, 1)
    assert made["pages"] == [1, 2]
    assert [(cell["row"], cell["text"], cell["page"]) for cell in made["cells"]][-2:] == [
        (3, "3", 2), (3, "Fram", 2),
    ]  # fmt: skip


def test_a_table_without_a_repeated_head_goes_on_at_the_same_place():
    (made,) = joined(page(1, FIRST), page(2, table(["3", "Fram"], heads=0)))
    assert made["rows"] == 4


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(page(2, table(["3", "Fram", "x"])), id="other columns"),
        pytest.param(page(2, FIRST, before=["text"]), id="text before it"),
        pytest.param(page(3, FIRST), id="not the next page"),
        pytest.param(
            page(2, table(["3", "Fram"], heads=0, box=Box(400, 100, 900, 300))), id="elsewhere"
        ),
    ],
)
def test_other_tables_stay_apart(second):
    assert len(joined(page(1, FIRST), second)) == 2


def test_text_below_a_table_ends_it():
    assert len(joined(page(1, FIRST, after=["text"]), page(2, FIRST))) == 2
