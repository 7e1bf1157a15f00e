import html
import re
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.support.readings import small_document
from vision.core.document import Block, Box, DocumentInfo, Line, Region, Table, TableCell
from vision.export.html import render_html
from vision.export.json import encode
from vision.export.markdown import escape, render_markdown, render_table, stream
from vision.export.stored import StoredDocument
from vision.export.text import render_text

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


def with_furniture(choice, made):
    return replace(made, receipt=replace(made.receipt, parameters={"furniture": choice}))


@pytest.mark.parametrize(
    ("choice", "rendered"),
    [
        ("mark", "<!-- header -->\nH\n\nT\n\n<!-- footer -->\nF\n\nU\n"),
        ("move", "T\n\nU\n\n<!-- header -->\nH\n\n<!-- footer -->\nF\n"),
        ("leave_out", "T\n\nU\n"),
    ],
)
def test_running_heads_and_page_numbers_are_marked_moved_or_left_out(choice, rendered):
    made = document(
        [block("header", "H"), block("text", "T"), block("footer", "F"), block("text", "U")]
    )
    assert render_markdown(with_furniture(choice, made)) == rendered


def test_without_the_option_they_are_marked():
    made = document([block("page_number", "7")])
    assert render_markdown(made) == render_markdown(with_furniture("mark", made))


def region(label, confidence):
    return Region("r1", label, confidence, BOX, "doc")


def page_of(*blocks, regions=(), number=1):
    page = small_document().pages[0]
    return replace(page, number=number, blocks=blocks, regions=regions, tables=(), height=1000)


def placed(kind, text, y, region="r1"):
    return Block("b1", kind, (Line(text, 1.0, Box(0, y, 100, y + 20)),), region)


@pytest.mark.parametrize("kind", ["header", "footer", "page_number"])
@pytest.mark.parametrize(("confidence", "kept"), [(0.26, True), (0.49, True), (0.5, False)])
def test_text_is_left_out_only_where_its_detection_is_confident(kind, confidence, kept):
    page = page_of(placed(kind, "Dear Sir,", 20), regions=[region(kind, confidence)])
    made = replace(document([]), pages=(page,))
    rendered = render_markdown(with_furniture("leave_out", made))
    assert rendered == ("Dear Sir,\n" if kept else "\n")


@pytest.mark.parametrize(
    ("text", "y", "kept"),
    [("63", 960, False), ("- 12 -", 10, False), ("Page 3 of 10", 960, False), ("63", 500, True),
     ("Source: own survey", 960, True), ("1,280.15", 960, True)],
)  # fmt: skip
def test_a_page_number_at_the_edge_needs_no_confidence(text, y, kept):
    page = page_of(placed("footer", text, y), regions=[region("footer", 0.3)])
    made = replace(document([]), pages=(page,))
    rendered = render_markdown(with_furniture("leave_out", made))
    assert (rendered != "\n") == kept


@pytest.mark.parametrize(
    ("texts", "kept"),
    [(("Report 1", "Report 2"), False), (("Report 1", "Minutes 2"), True)],
)
def test_a_head_that_pages_repeat_needs_no_confidence(texts, kept):
    pages = [
        page_of(placed("header", text, 200), regions=[region("header", 0.3)], number=number)
        for number, text in enumerate(texts, start=1)
    ]
    made = replace(document([], []), pages=tuple(pages))
    rendered = render_markdown(with_furniture("leave_out", made))
    assert all((text in rendered) == kept for text in texts)


@pytest.mark.parametrize(
    ("texts", "rendered"),
    [
        pytest.param(("• one", "• two"), "- one\n- two\n", id="bullets"),
        pytest.param(("Take:", "● one", "goes on", "●two"), "Take:\n- one\n  goes on\n- two\n",
                     id="lines before and within items"),
        pytest.param(("- one", "\u2013 two"), "- one\n- two\n", id="dashes"),
        pytest.param(("- one", "two"), "\\- one\ntwo\n", id="one dash alone"),
        pytest.param(("- 450.00", "- 12.50"), "\\- 450.00\n\\- 12.50\n", id="minus signs"),
        pytest.param(("□ yes", "□ no"), "□ yes\n□ no\n", id="check boxes"),
        pytest.param(("•",), "•\n", id="a bullet without text"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["text", "handwriting"])
def test_lines_with_bullets_are_items_in_any_text(kind, texts, rendered):
    assert render_markdown(document([block(kind, *texts)])) == rendered


def test_each_page_of_several_is_marked_by_its_number():
    rendered = render_markdown(document([block("text", "a")], [block("text", "b")]))
    assert rendered == "<!-- page 1 -->\n\na\n\n<!-- page 2 -->\n\nb\n"


def test_a_list_keeps_its_numbers_and_turns_any_bullet_into_a_dash():
    rendered = render_markdown(
        document([block("list", "• first item", "goes on", "2. second", "- third")])
    )
    assert rendered == "- first item\n  goes on\n2. second\n- third\n"


def lines_of(kind, *texts):
    """A block whose lines are as long as their text, ten pixels a letter."""
    boxes = (Box(0, 30 * i, 10 * len(text), 30 * i + 20) for i, text in enumerate(texts))
    return Block("b1", kind, tuple(Line(t, 1.0, b) for t, b in zip(texts, boxes, strict=True)))


@pytest.mark.parametrize(
    ("texts", "rendered"),
    [
        pytest.param(("one", "two", "three"), "- one\n- two\n- three\n", id="room for the next"),
        pytest.param(
            ("an item that is long", "and goes on", "another item"),
            "- an item that is long\n  and goes on\n- another item\n",
            id="a word that did not fit goes on",
        ),
        pytest.param(
            ("A sentence, whole.", "Another, beside it."),
            "- A sentence, whole.\n- Another, beside it.\n",
            id="a full line that ends a sentence",
        ),
    ],
)
def test_items_whose_bullets_were_not_read_are_told_apart_by_their_lines(texts, rendered):
    assert render_markdown(document([lines_of("list", *texts)])) == rendered


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
        ("--- | ---", "\\--- | ---"),
        ("a*b_c`d", "a\\*b_c\\`d"),
        ("_Licensee_ snake_case", "\\_Licensee\\_ snake_case"),
        ("[link](x) <b>", "[link\\](x) \\<b>"),
        ("shown before [39, 40]", "shown before [39, 40]"),
        ("[39]: a place", "[39\\]: a place"),
        ("[x] done", "\\[x] done"),
        ("P < 0.0001, a > b", "P < 0.0001, a > b"),
        ("> no quotation", "\\> no quotation"),
        ("-Heparan sulfate", "-Heparan sulfate"),
        ("#1 in sales", "#1 in sales"),
        ("-", "\\-"),
        ("-----", "\\-----"),
        (":--", "\\:--"),
        ("R&D &amp; co", "R&D \\&amp; co"),
        ("back\\slash", "back\\\\slash"),
        ("C#", "C#"),
        ("a closed ##", "a closed \\##"),
        ("item #5", "item #5"),
        ("  two   spaces\n", "two spaces"),
        ("", ""),
    ],
)
def test_text_never_turns_into_markup(text, escaped):
    assert escape(text) == escaped


SIGNS = st.text(st.sampled_from(list("ab 1.)*_#-+=>|[](!)`~<&;:\\x ")), max_size=24)
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def plain_text(markdown):
    """What a reader of Markdown shows, all on one line; fails on any markup but paragraphs."""
    tokens = READER.parse(markdown)
    assert {token.type for token in tokens} <= {"paragraph_open", "paragraph_close", "inline"}
    inside = [child for token in tokens for child in token.children or []]
    assert {child.type for child in inside} <= {"text", "text_special", "softbreak"}
    return " ".join("".join(c.content if c.type != "softbreak" else " " for c in inside).split())


@given(st.lists(SIGNS, min_size=1, max_size=3))
def test_a_reader_of_markdown_shows_the_very_text_and_no_markup(lines):
    # Two lines of a dash or star and a word are a list, and its marks are not shown.
    assume(sum(re.match(r"[*-]\s+[ab]", line.strip()) is not None for line in lines) < 2)
    texts = [line for line in lines if line.strip()]
    rendered = render_markdown(document([block("text", *texts)] if texts else []))
    assert plain_text(rendered) == " ".join(" ".join(texts).split())


@given(SIGNS)
def test_cells_headings_and_captions_hold_the_very_text(text):
    shown = " ".join(text.split())
    cells = (TableCell(0, 0, text, BOX), TableCell(1, 0, "end", BOX))
    grid = Table("t1", BOX, 2, 2, cells, "r1")
    table = READER.render(render_table(grid))
    assert f"<th>{html.escape(shown)}</th>" in table.replace("&#39;", "'")
    if shown:
        heading = READER.parse(render_markdown(document([block("title", text)])))
        assert heading[0].tag == "h1"
        assert "".join(child.content for child in heading[1].children) == shown


def test_a_number_in_a_heading_or_a_cell_needs_no_backslash():
    rendered = render_markdown(document([block("title", "6. Limits"), block("caption", "1. Way")]))
    assert rendered == "# 6. Limits\n\n*1. Way*\n"


def sized(text, height, y=0):
    return Block("b1", "title", (Line(text, 1.0, Box(0, y, 100, y + height)),))


@pytest.mark.parametrize(
    ("titles", "levels"),
    [
        ([("Report", 40), ("Summary", 30), ("Costs", 20), ("Staff", 29)], [1, 2, 3, 2]),
        ([("Report", 30), ("Summary", 30)], [1, 2]),
        ([("Small", 20), ("Large", 40)], [1, 2]),
        ([("Report", 40), ("1 Summary", 20), ("1.1 Costs", 20), ("1.1.1 Staff", 30)], [1, 2, 3, 4]),
        ([("Report", 40), ("2026 in figures", 30)], [1, 2]),
    ],
)
def test_headings_have_levels_by_number_and_size_over_the_document(titles, levels):
    pages = [[sized(text, height)] for text, height in titles]
    lines = render_markdown(document(*pages)).splitlines()
    assert [line.split(" ")[0].count("#") for line in lines if line.startswith("#")] == levels


def test_a_line_with_a_bullet_is_no_heading():
    assert render_markdown(document([block("title", "• Open the case")])) == "- Open the case\n"


def test_lists_are_nested_as_they_are_indented():
    lines = [(0, "• one"), (40, "• inner"), (80, "• innermost"), (40, "goes on"), (0, "• two")]
    made = Block("b1", "list", tuple(
        Line(text, 1.0, Box(x, 30 * at, 300, 30 * at + 20)) for at, (x, text) in enumerate(lines)
    ))  # fmt: skip
    rendered = render_markdown(document([made]))
    assert rendered == "- one\n  - inner\n    - innermost\n      goes on\n- two\n"


def test_what_no_cell_of_a_table_has_is_below_it():
    table = Table(
        "t1", BOX, 1, 2, (TableCell(0, 0, "Item", BOX), TableCell(0, 1, "Price", BOX)), "r1"
    )
    rows = block("table", "Item Price", "7 Item", region="r1")
    rendered = render_markdown(document([rows], tables=[table]))
    assert rendered.splitlines()[0] == "| Item | Price |"
    assert rendered.endswith("\n\n7 Item\n")


def streamed(whole):
    """The Markdown page by page, as it is written from a stored result."""
    stored = [encode(page).encode() for page in whole.pages]
    frame = encode(replace(whole, pages=()))
    return "".join(stream(StoredDocument(lambda: frame, lambda: iter(stored))))


@pytest.mark.parametrize("choice", ["mark", "move", "leave_out"])
def test_pages_written_one_by_one_are_judged_over_the_whole_document(choice):
    # The weak header is confirmed by the last page alone, the second size of title likewise.
    weak = (region("header", 0.3),)
    head = placed("header", "Report 7", 500)
    pages = [
        page_of(head, sized("Report", 40), sized("Costs", 30), regions=weak, number=1),
        page_of(sized("Staff", 20), placed("text", "All.", 300), number=2),
        page_of(head, sized("Summary", 29), number=4, regions=weak),
    ]
    made = with_furniture(choice, replace(document([], [], [], []), pages=tuple(pages)))
    rendered = streamed(made)
    assert rendered == render_markdown(made)
    assert ("<!-- header -->" in rendered) == (choice != "leave_out")
    assert "### Staff" in rendered


kinds = st.sampled_from(
    ["text", "title", "list", "table", "figure", "caption", "header", "footer", "page_number",
     "footnote", "stamp", "handwriting"]
)  # fmt: skip
lines_read = st.lists(
    st.lists(
        st.text(st.characters(categories=["L", "N"], codec="ascii"), min_size=1, max_size=6),
        min_size=1, max_size=4,
    ).map(" ".join),
    min_size=1, max_size=3,
)  # fmt: skip
marks = st.sampled_from(["", "• ", "- ", "3. ", "# ", "| ", "> "])


@given(
    st.lists(st.tuples(kinds, lines_read, marks, st.booleans()), max_size=6),
    st.sampled_from(["mark", "move"]),
)
def test_every_word_of_the_result_is_in_the_markdown_and_in_the_text(blocks, choice):
    made = [
        block(kind, *(mark + line for line in lines), region="r1" if tabled else None)
        for kind, lines, mark, tabled in blocks
    ]
    table = Table("t1", BOX, 1, 2, (TableCell(0, 0, "a1", BOX), TableCell(0, 1, "b", BOX)), "r1")
    whole = with_furniture(choice, document(made, tables=[table]))
    text = "\n".join(line.text for each in made for line in each.lines)
    pages = tuple(replace(page, text=text) for page in whole.pages)
    whole = replace(whole, pages=pages)
    expected = [word for _, lines, _, _ in blocks for line in lines for word in line.split()]
    assert streamed(whole) == render_markdown(whole)
    for rendered in (render_markdown(whole), render_text(whole), render_html(whole)):
        found = set(re.findall(r"[^\W_]+", html.unescape(rendered)))
        assert [word for word in expected if word not in found] == []
