"""Markdown becomes words without markup, each with its place in the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.verification.markdown import words_of_markdown
from vision.verification.words import key_of, parts_of


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", []),
        ("# The *Grand* __Total__ #", ["the", "grand", "total"]),
        ("1. one\n2) two\n- [x] three\n* four", ["1", "one", "2", "two", "three", "four"]),
        ("[see this](http://x.example/a_(b) 'c') ![a cat](cat.png) end", ["see", "this", "end"]),
        ("| a | b |\n|---|:-:|\n| 1 | 2 |", ["a", "b", "1", "2"]),
        ("> quoted `code`\n\n***\n\n~~gone~~", ["quoted", "code", "gone"]),
        ("<!-- page 2 -->\n<b>bold</b><br/>x < y", ["bold", "x", "y"]),
        ("```python\nprint(1)\n```", ["print1"]),
        ("&amp; caf\u00e9 &eacute;t&eacute;", ["caf\u00e9", "\u00e9t\u00e9"]),
        ("$x^2$ costs $10 and \\$5", ["x2", "costs", "$10", "and", "$5"]),
        ("\\frac{1}{2} \\(a\\)", ["1", "2", "a"]),
        (
            "an exam-\nple and co-op and well-\nKnown",
            ["an", "example", "and", "coop", "and", "well", "known"],
        ),
        ("snake_case _it_", ["snakecase", "it"]),
        ("word\u2014word 2\u20133", ["word", "word", "2-3"]),
        ("... -- !", []),
    ],
)
def test_markup_is_left_out(text: str, keys: list[str]) -> None:
    assert [word.key for word in words_of_markdown(text)] == keys


def test_offsets_are_those_of_the_text_as_it_was_given() -> None:
    text = "## The **total**\n\n| due | [here](http://a.example) |"
    words = words_of_markdown(text)
    assert [text[word.start : word.end] for word in words] == ["The", "total", "due", "here"]


def test_numbers_of_items_are_optional() -> None:
    optional = {word.key for word in words_of_markdown("1. one 2.\na) two") if word.optional}
    assert optional == {"1", "a"}


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("Total:", "TOTAL", True),
        ("\ufb01sh", "fish", True),
        ("\uff11\uff12", "12", True),
        ("stra\u00dfe", "STRASSE", True),
        ("1,250.00", "1.250.00", True),
        ("12.50", "1250", False),
        ("-5", "5", False),
        ("\u22125.0", "-5.0", True),
        ("$5", "\u20ac5", False),
        ("5%", "5", False),
        ("e-mail", "email", True),
        ("r\u00e9sum\u00e9", "resume", False),
        ("4711.", "4711", True),
    ],
)
def test_what_is_compared_of_a_word(one: str, other: str, equal: bool) -> None:
    assert (key_of(one) == key_of(other)) == equal


@given(st.text(alphabet="ab1 *_#|-`[](){}<>$\\&;\n\u2014.~", max_size=80))
def test_words_stand_in_order_and_are_no_more_than_the_text(text: str) -> None:
    words = words_of_markdown(text)
    places = [place for word in words for place in (word.start, word.end)]
    assert places == sorted(places)
    assert all(0 <= word.start < word.end <= len(text) for word in words)
    assert all(word.key for word in words)


@pytest.mark.parametrize(
    ("text", "parts"),
    [("", []), ("a", ["a"]), (" a  b ", ["a", "b"]), ("a/b 1/2", ["a", "b", "1/2"])],
)
def test_texts_are_parted_at_spaces_and_dashes(text: str, parts: list[str]) -> None:
    assert [text[start:end] for start, end in parts_of(text)] == parts
