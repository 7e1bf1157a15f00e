import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.scoring import (
    WordScore,
    character_error_rate,
    edit_distance,
    score_words,
    total,
    words_of,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("  .-* \n", []),
        ("Total: 12.50", ["total", "12", "50"]),
        ("R&D", ["r", "d"]),
        ("__blank__", ["blank"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
        ("café 中文", ["café", "中", "文"]),
        ("cafe\u0301", ["café"]),
        ("H\ue644he gu\u0364tig \u017fo", ["höhe", "gütig", "so"]),
        ("الظـاهرة", ["الظاهرة"]),
    ],
)
def test_words_are_runs_of_letters_and_digits_without_case(text, words):
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("found", "true", "matched", "f1"),
    [
        ("", "", 0, 1.0),
        ("a b", "", 0, 0.0),
        ("", "a b", 0, 0.0),
        ("b a", "A B", 2, 1.0),
        ("a a a", "a", 1, 0.5),
        ("a b c", "a b d", 2, 2 / 3),
    ],
)
def test_words_are_compared_as_bags(found, true, matched, f1):
    score = score_words(found, true)
    assert score.matched == matched
    assert score.f1 == pytest.approx(f1)


def test_a_total_weighs_words_not_pages():
    pages = [WordScore(1, 1, 1), WordScore(0, 9, 9)]
    assert total(pages).f1 == pytest.approx(0.1)
    assert total([]).f1 == 1.0


def test_precision_and_recall_tell_invented_from_missed_words():
    score = score_words("a b c d", "a b")
    assert (score.precision, score.recall) == (0.5, 1.0)


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [("", "", 0), ("", "ab", 2), ("ab", "", 2), ("kitten", "sitting", 3), ("abc", "acb", 2)],
)
def test_edits_are_the_fewest_that_turn_one_into_the_other(one, other, edits):
    assert edit_distance(one, other) == edits


@given(st.text(max_size=12), st.text(max_size=12))
def test_edit_distance_is_symmetric_and_bounded(one, other):
    edits = edit_distance(one, other)
    assert edits == edit_distance(other, one)
    assert abs(len(one) - len(other)) <= edits <= max(len(one), len(other))


@pytest.mark.parametrize(
    ("found", "true", "rate"),
    [("", "", 0), ("x", "", 1), ("", "ab", 1), ("a  b\n", "a b", 0), ("abcd", "ab", 1)],
)
def test_character_error_rate_is_edits_for_each_true_character(found, true, rate):
    assert character_error_rate(found, true) == rate
