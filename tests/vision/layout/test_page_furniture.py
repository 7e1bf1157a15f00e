import pytest

from tests.support.readings import IDENTITY, blank_page, read_line
from vision.layout.assemble import assemble
from vision.layout.page_furniture import footnotes_of, page_number_of
from vision.layout.placed_line import place_lines

BODY = [("word " * 6, 50, 100 + 30 * row) for row in range(12)]
SECOND = [(f"other {row} " * 3, 600, 100 + 30 * row) for row in range(12)]


def placed(*lines):
    """Lines from (text, x, y) or (text, x, y, height), ten pixels a letter."""
    made = [read_line(text, x, y, height=(*more, 20)[0]) for text, x, y, *more in lines]
    return place_lines(*zip(*made, strict=True), IDENTITY)


def texts(lines, places):
    return [lines[at].line.text for at in places]


@pytest.mark.parametrize(
    "text", ["63", "- 12 -", "xiv", "Page 3 of 10", "3/10", "Seite 4", "[7]", "— 112 —"]
)
def test_a_lone_number_below_the_text_is_the_page_number(text):
    lines = placed(*BODY, (text, 500, 600))
    assert page_number_of(lines) == len(BODY)
    assert lines[len(BODY)].line.text == text


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([*BODY, ("9.00", 500, 600)], id="a price"),
        pytest.param([*BODY, ("Total amount 63", 500, 600)], id="words"),
        pytest.param([*BODY, ("63", 500, 458)], id="close to the text"),
        pytest.param([*BODY, ("Road", 50, 600), ("63", 500, 600)], id="not alone in its row"),
        pytest.param([*BODY[:6], ("63", 500, 600)], id="a page of few lines"),
    ],
)
def test_other_last_lines_are_no_page_numbers(lines):
    assert page_number_of(placed(*lines)) is None


def test_an_empty_page_has_neither():
    assert page_number_of([]) is None
    assert footnotes_of([], None) == []


def test_footnotes_do_not_hide_the_page_number_from_footnotes():
    lines = placed(*BODY, ("1 See there", 50, 600, 14), ("63", 60, 680))
    number = page_number_of(lines)
    assert texts(lines, footnotes_of(lines, number)) == ["1 See there"]


def test_small_print_with_a_mark_at_the_foot_is_a_footnote_with_its_further_lines():
    lines = placed(*BODY, ("1 See there", 50, 600, 14), ("and here.", 50, 620, 14))
    assert texts(lines, footnotes_of(lines, None)) == ["1 See there", "and here."]


@pytest.mark.parametrize(
    "last",
    [
        pytest.param([("1 See there", 50, 600, 20)], id="print of the usual size"),
        pytest.param([("See there", 50, 600, 14)], id="no mark"),
        pytest.param([("1 See there", 50, 458, 14)], id="no gap"),
        pytest.param([("1 See there", 50, 600, 14), ("Text goes on", 50, 640)], id="text below"),
        pytest.param([("1 See there", 800, 600, 14)], id="no text above"),
    ],
)
def test_other_small_print_is_no_footnote(last):
    assert footnotes_of(placed(*BODY, *last), None) == []


def test_columns_are_read_before_footnotes_and_the_page_number_last():
    lines = [*BODY, *SECOND, ("2 A note", 50, 620, 14), ("63", 480, 700, 14)]
    made = [read_line(text, x, y, height=(*more, 20)[0]) for text, x, y, *more in reversed(lines)]
    crops, readings = zip(*made, strict=True)
    page = assemble(blank_page(), crops, readings, (), (), ("eng",))
    order = [line.text for block in page.blocks for line in block.lines]
    assert order == [text.strip() for text, *_ in lines]
    assert [block.kind for block in page.blocks[-2:]] == ["footnote", "page_number"]
    assert {block.kind for block in page.blocks[:-2]} == {"text"}


def test_years_in_small_print_at_the_foot_are_no_marks_of_notes():
    lines = placed(*BODY, ("2021 Foreman", 50, 600, 14), ("2017 Fitter", 50, 620, 14))
    assert footnotes_of(lines, None) == []
