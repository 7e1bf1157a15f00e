"""Which characters of a reading are looked at again as marks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.recognition.marks.candidates import (
    INDICES,
    LIST_MARKS,
    candidates,
)


def found(text: str) -> set[tuple[str, str]]:
    """What was read there, and which kind of mark it may be."""
    kinds = {"list": LIST_MARKS, "index": INDICES | {"°"}}
    return {
        (each.read, kind)
        for each in candidates(text.split())
        for kind, marks in kinds.items()
        if each.marks <= marks
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("28 m® of H,0.", {("®", "index"), (",", "index")}),
        ("and little CO>.", {(">", "index")}),
        ("99 men and 60 boys", set()),
        ("(NH;) and", {(";", "index")}),
        ("of the town.\u201d", {("\u201d", "index")}),
        ("A rate of 12.5% is high", set()),
        ("paid 5% Tax", set()),
        ("40 m3 of H2O", {("3", "index"), ("2", "index")}),
        ("ppm of CO, by volume", {(",", "index")}),
        ("gas holds CO and CO,,", {(",", "index")}),
        ("Water is H,O, and", {(",", "index")}),
        ("About 6 x 10* bricks", {("*", "index")}),
        ("3.2 x 10° kg in all", {("°", "index")}),
        ("were laid' that year", {("'", "index")}),
        ("were laid7 that year", {("7", "index")}),
        ("(see above)3 and", {("3", "index")}),
        ("Invoice 2024-11, page 17", set()),
        ("e a ticket for each person", set()),
        (": C20", set()),
        ("© Take on water", {("©", "list")}),
        ("■Fill every lamp", {("■", "list")}),
        ("e", set()),
        ("Total 12.00", set()),
        ("- 12.00", set()),
        ("$ 5.00", set()),
        ("", set()),
    ],
)
def test_characters_that_may_be_a_mark_are_candidates(
    text: str, expected: set[tuple[str, str]]
) -> None:
    assert found(text) == expected


def test_a_digit_may_only_be_itself_raised_or_lowered() -> None:
    (candidate,) = candidates(["m3"])
    assert candidate.marks == {"³", "₃"}


def test_a_comma_is_no_lowered_one() -> None:
    (candidate,) = candidates(["JAYA,"])
    assert "₁" not in candidate.marks
    assert "₂" in candidate.marks


def test_a_ring_behind_a_number_is_no_raised_nought() -> None:
    (candidate,) = candidates(["by", "90°", "left"])
    assert "°" in candidate.marks
    assert "⁰" not in candidate.marks


@given(st.lists(st.text(min_size=1, max_size=12).filter(lambda text: not text.isspace())))
def test_candidates_lie_within_their_words(words: list[str]) -> None:
    for each in candidates(words):
        assert 0 <= each.start < each.end <= len(words[each.word])
        assert each.read == words[each.word][each.start : each.end]
