from dataclasses import replace

import pytest

from tests.support.readings import small_document
from vision.export.markdown import escape, render_markdown, render_table
from vision.types import Block, Box, DocumentInfo, Line, Table, TableCell

BOX = Box(0, 0, 1, 1)


def block(kind, *texts, region=None):
    return Block("b1", kind, tuple(Line(text, 1.0, BOX) for text in texts), region)


def document(*pages, tables=()):
    made = small_document()
    page = replace(made.pages[0], tables=tuple(tables))
    return replace(
        made,
        document=DocumentInfo("application/pdf", "cd" * 32, len(pages)),
        pages=tuple(
            replace(page, number=number, blocks=tuple(blocks))
            for number, blocks in enumerate(pages, start=1)
        ),
    )


def test_the_first_title_is_the_heading_and_later_ones_are_below_it():
    rendered = render_markdown(
        document([block("title", "Annual", "report"), block("text", "All."), block("title", "One")])
    )
    assert rendered == "# Annual report\n\nAll.\n\n## One\n"


def test_running_heads_and_page_numbers_are_left_out():
    rendered = render_markdown(
        document([block("header", "H"), block("text", "T"), block("footer", "F")])
    )
    assert rendered == "T\n"


def test_each_page_of_several_is_marked_by_its_number():
    rendered = render_markdown(document([block("text", "a")], [block("text", "b")]))
    assert rendered == "<!-- page 1 -->\n\na\n\n<!-- page 2 -->\n\nb\n"


def test_a_list_keeps_its_numbers_and_turns_any_bullet_into_a_dash():
    rendered = render_markdown(
        document([block("list", "• first item", "goes on", "2. second", "- third")])
    )
    assert rendered == "- first item\n  goes on\n2. second\n- third\n"


def test_a_list_without_marks_has_an_item_for_each_line():
    assert render_markdown(document([block("list", "one", "two")])) == "- one\n- two\n"


def test_a_caption_is_emphasised():
    assert render_markdown(document([block("caption", "Figure 1:", "a*b")])) == (
        "*Figure 1: a\\*b*\n"
    )


def test_a_table_block_becomes_its_grid_and_pipes_are_escaped():
    cells = (
        TableCell(0, 0, "a|b", BOX, column_span=2),
        TableCell(1, 0, "1", BOX),
        TableCell(1, 1, "2", BOX),
    )
    grid = Table("t1", BOX, 2, 2, cells, "r1")
    rendered = render_markdown(document([block("table", "a|b", "1 2", region="r1")], tables=[grid]))
    assert rendered == "| a\\|b |  |\n| --- | --- |\n| 1 | 2 |\n"


def test_a_table_block_without_a_grid_keeps_its_lines():
    assert render_markdown(document([block("table", "x y", region="r9")])) == "x y\n"


def test_a_table_of_one_row_still_has_a_head():
    grid = Table("t1", BOX, 1, 2, (TableCell(0, 1, "x", BOX),), "r1")
    assert render_table(grid) == "|  | x |\n| --- | --- |"


def test_a_document_without_text_is_one_line_end():
    assert render_markdown(document([])) == "\n"


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("plain text, 3 - 2 = 1", "plain text, 3 - 2 = 1"),
        ("# no heading", "\\# no heading"),
        ("- no item", "\\- no item"),
        ("+ no item", "\\+ no item"),
        ("1986. A year", "1986\\. A year"),
        ("1) one", "1\\) one"),
        ("1.5 litres", "1.5 litres"),
        ("=====", "\\====="),
        ("--- | ---", "\\--- \\| ---"),
        ("a*b_c`d", "a\\*b\\_c\\`d"),
        ("[link](x) <b>", "\\[link\\](x) \\<b\\>"),
        ("R&D &amp; co", "R&D \\&amp; co"),
        ("back\\slash", "back\\\\slash"),
        ("C#", "C\\#"),
        ("item #5", "item #5"),
        ("  two   spaces\n", "two spaces"),
        ("", ""),
    ],
)
def test_text_never_turns_into_markup(text, escaped):
    assert escape(text) == escaped
