"""Another reader's text against a result: what has no ink, what differs, what was not read."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.service import document
from vision.core.document import Block, Box, Document, DoubtfulWord, Line, Word
from vision.verification.ink import Ink, Place, beside
from vision.verification.verify import verify

LETTER = (
    "Annual report of the harbour board for the year",
    "In March the board met to consider the exten-",
    "sion of the northern pier at a cost of 1,250.00",
    "The motion was carried by seven votes to two",
)


def page_of(*lines: str, confidence: float = 0.9, kind: str = "text") -> Document:
    """A document of one page; word N of line M stands at x = 100 N and y = 20 M."""
    made = []
    for row, text in enumerate(lines):
        words = tuple(
            Word(each, confidence, Box(100 * n, 20 * row, 100 * n + 90, 20 * row + 10))
            for n, each in enumerate(text.split())
        )
        made.append(Line(text, 0.9, Box(0, 20 * row, 100 * len(words), 20 * row + 10), words))
    whole = document("")
    page = replace(whole.pages[0], blocks=(Block("b1", kind, tuple(made)),))
    return replace(whole, pages=(page,))


def test_equal_texts_agree_whatever_their_form() -> None:
    text = (
        "# ANNUAL REPORT\n\nof the *harbour board* for the year.\n\n"
        "- In March, the board met to consider the extension of the northern pier\n"
        "- at a cost of **1,250.00**\n\nThe motion was carried by seven votes to two"
    )
    found = verify(page_of(*LETTER), text)
    assert (found.unsupported, found.differences, found.unread) == ((), (), ())
    assert found.supported == found.given_words == found.read_words - 1  # one word was parted


@pytest.mark.parametrize("seed", range(5))
def test_order_makes_no_difference(seed: int) -> None:
    lines = [line.replace("exten-", "extended") for line in LETTER]
    random.Random(seed).shuffle(lines)
    found = verify(
        page_of(*[line.replace("exten-", "extended") for line in LETTER]), "\n\n".join(lines)
    )
    assert (found.unsupported, found.differences, found.unread) == ((), (), ())


def test_words_without_ink_are_reported_with_their_place_in_the_text() -> None:
    text = "Annual report of the harbour board for the fiscal calendar year"
    found = verify(page_of(LETTER[0]), text)
    (only,) = found.unsupported
    assert (only.text, only.words) == ("fiscal calendar", 2)
    assert text[only.start : only.end] == only.text
    assert only.after == Place(1, Box(700, 0, 790, 10))
    assert (found.unread, found.differences) == ((), ())
    (first,) = verify(page_of(LETTER[0]), f"Biennial {LETTER[0]}").unsupported
    assert (first.text, first.after) == ("Biennial", None)


def test_ink_that_was_not_read_is_reported_line_by_line() -> None:
    found = verify(page_of(*LETTER), LETTER[0])
    assert [each.text for each in found.unread] == list(LETTER[1:])
    assert found.unread[0].place == Place(1, Box(0, 20, 890, 30))
    assert (found.unread[0].words, found.unread[0].kind) == (9, "text")
    assert verify(page_of("7", kind="page_number"), "").unread[0].kind == "page_number"


def test_a_number_that_was_changed_is_a_difference() -> None:
    found = verify(page_of(LETTER[2], confidence=0.4), LETTER[2].replace("1,250.00", "1,350.00"))
    (only,) = found.differences
    assert (only.text, only.read, only.confidence) == ("1,350.00", "1,250.00", 0.4)
    assert only.place == Place(1, Box(900, 0, 990, 10))
    assert (found.unsupported, found.unread) == ((), ())
    assert found.supported == found.given_words - 1


@pytest.mark.parametrize(
    ("read", "given"),
    [
        ("a base ball game", "a baseball game"),
        ("a baseball game", "a base ball game"),
        ("the well- known man", "the well-known man"),
        ("the man/woman said", "the man / woman said"),
        ("it is 10 % more", "it is 10% more"),
    ],
)
def test_words_may_be_written_together_or_apart(read: str, given: str) -> None:
    found = verify(page_of(read), given)
    assert (found.unsupported, found.differences, found.unread) == ((), (), ())


def test_a_word_that_is_repeated_too_often_is_reported() -> None:
    found = verify(page_of("one very fine day"), "one very very very fine day")
    assert [each.text for each in found.unsupported] == ["very very"]


def test_a_frequent_word_far_away_is_no_support() -> None:
    filler = " ".join(f"word{number}" for number in range(100))
    found = verify(page_of(f"alpha beta {filler}", "to the end"), f"alpha the beta {filler}")
    assert [each.text for each in found.unsupported] == ["the"]
    assert [each.text for each in found.unread] == ["to the end"]


def test_a_misread_word_is_found_in_another_place_too() -> None:
    lines = [LETTER[3], LETTER[0].replace("harbour", "harb0ur")]
    found = verify(page_of(*lines), f"{LETTER[0]}\n\n{LETTER[3]}")
    assert [(each.text, each.read) for each in found.differences] == [("harbour", "harb0ur")]


def test_words_that_were_too_doubtful_for_the_result_count_as_ink() -> None:
    whole = page_of("Total")
    doubtful = DoubtfulWord("4711", 0.2, Box(5, 5, 9, 9), left_out=True)
    page = replace(whole.pages[0], doubtful=(doubtful,))
    found = verify(replace(whole, pages=(page,)), "Total 4711")
    assert (found.unsupported, found.unread) == ((), ())
    (unread,) = verify(replace(whole, pages=(page,)), "Total").unread
    assert (unread.text, unread.left_out, unread.confidence) == ("4711", True, 0.2)


def test_lines_without_words_share_their_box() -> None:
    whole = page_of("x")
    line = Line("ab cd", 0.9, Box(0, 0, 50, 10))
    page = replace(whole.pages[0], blocks=(Block("b1", "text", (line,)),))
    (unread,) = verify(replace(whole, pages=(page,)), "ab").unread
    assert (unread.text, unread.place.box) == ("cd", Box(30, 0, 50, 10))


def test_empty_texts_and_pages_have_nothing_in_common() -> None:
    nothing = verify(page_of(), "")
    assert (nothing.given_words, nothing.supported, nothing.read_words) == (0, 0, 0)
    assert [each.text for each in verify(page_of(), "a word").unsupported] == ["a word"]


WORDS = st.lists(
    st.sampled_from(["a", "to", "total", "4711", "12.50", "report", "x-ray"]), max_size=30
)


@given(WORDS, WORDS)
def test_every_word_of_both_is_counted_once(given: Sequence[str], read: Sequence[str]) -> None:
    found = verify(page_of(" ".join(read)), " ".join(given))
    missing = sum(each.words for each in found.unsupported)
    assert found.supported + len(found.differences) + missing == found.given_words == len(given)
    assert sum(each.words for each in found.unread) <= len(read) == found.read_words


@given(WORDS)
def test_a_text_agrees_with_itself(words: Sequence[str]) -> None:
    found = verify(page_of(" ".join(words)), " ".join(words))
    assert (found.unsupported, found.differences, found.unread) == ((), (), ())


def test_ink_shows_which_unsupported_words_may_be_right_and_which_words_are_blank() -> None:
    page = page_of(*LETTER[:2])
    beside = Place(1, Box(1000, 2, 1090, 12))  # where the first line goes on
    far = Place(1, Box(50, 900, 90, 910))
    elsewhere = Place(2, Box(1000, 2, 1090, 12))
    blank = Place(1, page.pages[0].blocks[0].lines[0].words[1].box)
    ink = Ink((far, beside, elsewhere), frozenset({blank}))
    text = (
        "Annual report of the harbour board for the year unseen\n\nIn March the board met quagmire"
    )
    found = verify(page, text, ink)
    assert [(each.text, each.ink) for each in found.unsupported] == [
        ("unseen", beside),
        ("quagmire", None),
    ]
    assert found.uncovered == (far, elsewhere)
    assert [(each.text, each.place) for each in found.blank] == [("report", blank)]
    (word,) = found.blank
    assert text[word.start : word.end] == "report"
    plain = verify(page, text)
    assert (plain.blank, plain.uncovered) == ((), ())
    assert all(each.ink is None for each in plain.unsupported)


@pytest.mark.parametrize(
    ("box", "found"),
    [
        (Box(100, 0, 190, 10), True),  # in the line, to the right
        (Box(-100, 0, -10, 10), False),  # to the left
        (Box(0, 20, 90, 30), True),  # the line below
        (Box(0, 60, 90, 70), False),  # far below
        (Box(0, -20, 90, -10), False),  # above
    ],
)
def test_ink_is_looked_for_after_a_word(box: Box, found: bool) -> None:
    after = Place(1, Box(0, 0, 90, 10))
    assert beside(after, [Place(1, box)]) == (Place(1, box) if found else None)
    assert beside(after, [Place(2, box)]) is None
