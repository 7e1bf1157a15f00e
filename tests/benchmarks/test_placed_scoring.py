import pytest

from benchmarks.placed_scoring import owners, score_fields, score_order, score_placed
from benchmarks.reader_child import FoundWord
from benchmarks.true_pages import TrueUnit


def units(*texts: str, order: bool = True) -> list[TrueUnit]:
    """Lines one below the other, each 100 wide and 10 high."""
    return [
        TrueUnit(text, (0, 20 * at, 100, 20 * at + 10), at if order else None)
        for at, text in enumerate(texts)
    ]


def word(text: str, line: int, x: float = 10) -> FoundWord:
    return (text, x, 20 * line, x + 10, 20 * line + 10)


def test_a_word_counts_only_in_its_own_line() -> None:
    true = units("one two", "three")
    right = score_placed([word("one", 0), word("TWO", 0), word("three", 1)], true)
    assert (right.matched, right.found, right.true) == (3, 3, 3)
    swapped = score_placed([word("three", 0), word("one", 1)], true)
    assert (swapped.matched, swapped.found, swapped.true) == (0, 2, 3)


def test_a_word_outside_all_lines_is_found_but_not_right() -> None:
    assert score_placed([word("one", 9)], units("one")).f1 == 0
    assert score_placed([], []).f1 == 1


def test_of_several_units_the_one_whose_middle_is_nearest_owns_a_word() -> None:
    block = TrueUnit("one two", (0, 0, 100, 100))
    assert owners([word("one", 0), word("far", 40)], [block, *units("one")]) == [1, None]


@pytest.mark.parametrize(
    ("read", "kept", "pairs"),
    [
        ([0, 0, 1, 1, 2], 2, 2),
        ([0, 1, 0, 1, 2], 1, 2),  # two lines interleaved
        ([2, 1, 0], 0, 2),
        ([0, 2], 0, 0),  # the line between was not found
        ([0, 1], 1, 1),
        ([], 0, 0),
    ],
)
def test_order_is_the_share_of_successions_kept(read: list[int], kept: int, pairs: int) -> None:
    words = [word("x", line) for line in read]
    assert score_order(words, units("a", "b", "c")) == (kept, pairs)


def test_words_of_no_known_place_do_not_disturb_the_order() -> None:
    words = [word("a", 0), word("header", 9), word("b", 1)]
    assert score_order(words, units("a", "b")) == (1, 1)
    assert score_order(words, units("a", "b", order=False)) == (0, 0)


def test_a_field_counts_where_it_stands_word_by_word() -> None:
    text = "ACME Trading\n12 High Street\nTotal 12.50"
    fields = {"company": "Acme trading", "address": "12, High Street", "total": "2.50", "date": ""}
    assert score_fields(text, fields) == (2, 3)
