import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.domain.text_search import (
    MOST_WORDS,
    SNIPPET_CHARACTERS,
    SearchWord,
    match_of,
    parse_search,
    words_of,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Invoice", [SearchWord("invoice", prefix=False)]),
        ("inv* 2024", [SearchWord("inv", prefix=True), SearchWord("2024", prefix=False)]),
        ('"a" OR b:c', [SearchWord(each, prefix=False) for each in ("a", "or", "b", "c")]),
        ("Straße STRAßE", [SearchWord("straße", prefix=False)]),
        ("1.234,50", [SearchWord(each, prefix=False) for each in ("1", "234", "50")]),
        ("* - _", []),
        ("", []),
    ],
)
def test_a_search_is_the_words_in_it(text: str, words: list[SearchWord]) -> None:
    assert parse_search(text) == words


@given(st.text(max_size=300))
def test_whatever_is_searched_for_consists_of_few_words_of_letters_and_digits(text: str) -> None:
    words = parse_search(text)
    assert len(words) <= MOST_WORDS
    assert all(words_of(each.text) == each.text for each in words)


def test_a_snippet_begins_before_the_first_word_and_marks_all_of_them() -> None:
    text = (
        "Filler. " * 40 + "The total\nof invoice 17 is 80.00 EUR; invoices are due. " + "x " * 200
    )
    match = match_of(4, text, parse_search("inv* total"))
    assert match.page == 4
    assert len(match.snippet) <= SNIPPET_CHARACTERS
    assert "total of invoice 17" in match.snippet
    marked = [match.snippet[start:end] for start, end in match.marks]
    assert marked == ["total", "invoice", "invoices"]


@given(st.text(max_size=400), st.text(min_size=1, max_size=20))
def test_marks_are_words_that_were_searched_for(text: str, search: str) -> None:
    words = parse_search(search)
    match = match_of(1, text, words)
    for start, end in match.marks:
        assert any(word.matches(match.snippet[start:end]) for word in words)
