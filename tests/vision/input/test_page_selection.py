import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.core.errors import BadInput
from vision.input.page_selection import parse_pages, select_pages


@pytest.mark.parametrize(
    ("selection", "count", "pages"),
    [
        (None, 3, (1, 2, 3)),
        (None, 0, ()),
        ("1", 1, (1,)),
        ("1-3,7", 9, (1, 2, 3, 7)),
        ("7,1-3", 9, (1, 2, 3, 7)),
        ("2-4,3-5,4", 5, (2, 3, 4, 5)),
        (" 2 - 3 , 5 ", 5, (2, 3, 5)),
        ("5-5", 5, (5,)),
        ("007", 7, (7,)),
    ],
)
def test_a_selection_names_its_pages_ascending_and_once(selection, count, pages):
    assert select_pages(selection, count) == pages


@pytest.mark.parametrize(
    "selection",
    ["", " ", ",", "1,", "0", "0-2", "3-1", "-3", "3-", "1--2", "1-2-3", "a", "1.5", "\u0661"],
)
def test_an_unreadable_selection_is_bad_input_that_shows_how_to_write_it(selection):
    with pytest.raises(BadInput, match="1-3,7") as caught:
        parse_pages(selection)
    assert caught.value.code == "bad_page_selection"


def test_a_selection_beyond_the_document_says_how_many_pages_there_are():
    with pytest.raises(BadInput, match="has 4 page") as caught:
        select_pages("3-5", 4)
    assert caught.value.code == "pages_out_of_range"


def test_a_huge_range_is_refused_without_counting_through_it():
    with pytest.raises(BadInput):
        select_pages("1-999999999", 10)


def test_an_overlong_selection_is_not_echoed_whole():
    with pytest.raises(BadInput) as caught:
        parse_pages("9" * 10_000)
    assert len(caught.value.message) < 200


@given(st.text(max_size=30))
def test_any_text_is_either_a_selection_or_bad_input(text):
    try:
        ranges = parse_pages(text)
    except BadInput:
        return
    assert all(1 <= first <= last for first, last in ranges)


@given(st.sets(st.integers(1, 60), min_size=1))
def test_every_set_of_pages_can_be_written_and_read_back(pages):
    assert select_pages(",".join(map(str, pages)), 60) == tuple(sorted(pages))
