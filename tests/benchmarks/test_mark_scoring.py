import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.mark_scoring import (
    LostSigns,
    has_marks,
    lost_signs,
    marks_of,
    numbers_of,
    score_marks,
    score_numbers,
    score_tokens,
    tokens_of,
)


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("", []),
        ("plain words 12", []),
        ("-1.00 12,50 (3)", ["-", ".", ",", "(", ")"]),
        ("\u2013 \u2014 \u2212 \u2010", ["-"] * 4),
        ("\u2018a\u2019 “b” „c“", ["'", "'", '"', '"', '"', '"']),
        ("€5 £6 % & __", ["€", "£", "%", "&"]),
        ("● one\n▪ two\n◦ three\n* four\n- five", ["•"] * 5),
        ("* 5\n- 5", ["*", "-"]),
        ("☒ a ☑ b [x] c □ d [ ] e", ["☑", "☑", "☑", "☐", "☐"]),
        ("wait… no...", ["."] * 6),
        ("Masts ........ 44 . . . . . 5", []),
        ("gu\u0364t", []),
    ],
)
def test_marks_are_counted_one_by_one_and_typographic_variants_are_alike(text, marks):
    assert marks_of(text) == marks


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", []),
        ("-1.00 +2,310.00 ±3", ["-1.00", "+2,310.00", "±3"]),
        ("\u221212.50 \u20134.10", ["-12.50", "-4.10"]),
        ("-$5.00 $-6 £7", ["-5.00", "-6", "7"]),
        ("(35.20) (-4) (see 3)", ["(35.20)", "(-4)", "3"]),
        ("2014-2019, 2019 - 2026", ["2014", "2019", "2019", "2026"]),
        ("DE125 H2O 5mm", []),
        (".75 3.14. 1'000.5", [".75", "3.14", "1'000.5"]),
        ("1¼ cups, ½ pound", ["1¼", "½"]),
        ("99.5%", ["99.5"]),
    ],
)
def test_a_number_is_one_string_with_its_sign_and_separators(text, numbers):
    assert numbers_of(text) == numbers


@pytest.mark.parametrize("wrong", ["450.00", "-45000", "-450,00", "+450.00", "-450.0"])
def test_a_lost_minus_or_decimal_point_makes_a_wrong_number(wrong):
    assert score_numbers(wrong, "-450.00").f1 == 0
    assert score_numbers("\u2212450.00", "-450.00").f1 == 1


def test_words_and_marks_together_keep_case():
    assert tokens_of("It's a Test.") == ["It", "'", "s", "a", "Test", "."]
    assert score_tokens("our", "Our").f1 == 0
    assert score_marks("a. b, c", "a. b; c").f1 == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("found", "doubtful", "lost"),
    [
        ("-450.00 (35.20) 7", (), LostSigns(0, 0, 2)),
        ("450.00 (35.20) 7", (), LostSigns(1, 1, 2)),
        ("450.00 35.20 7", ["450.00"], LostSigns(2, 1, 2)),
        ("450.00 35.20 7", ["450.00", "35.20", "7"], LostSigns(2, 0, 2)),
        ("- 450.00 (35.20) 7", (), LostSigns(0, 0, 2)),
        ("458.00 (35.20) 7", (), LostSigns(0, 0, 2)),
        ("", (), LostSigns(0, 0, 2)),
    ],
)
def test_a_lost_sign_is_unnoticed_unless_its_number_is_listed_as_doubtful(found, doubtful, lost):
    assert lost_signs(found, "-450.00 (35.20) 7", doubtful) == lost


@pytest.mark.parametrize(
    ("found", "true", "lost"),
    [
        ("662-6280", "662 -6280", 0),  # the truth has the halves of one number apart
        ("87-113 113", "87 -113 -113", 1),
        ("6280", "662 -6280", 1),
        ("- 5 5", "-5 -5", 1),
    ],
)
def test_a_sign_that_was_read_apart_or_joined_to_what_is_before_it_is_not_lost(found, true, lost):
    assert lost_signs(found, true).lost == lost


def test_lost_signs_add_up_over_pages():
    pages = [LostSigns(2, 1, 5), LostSigns(1, 1, 3)]
    assert sum(pages, LostSigns()) == LostSigns(3, 2, 8)


@given(st.text(alphabet="-+(). 0123456789,$\n", max_size=40))
def test_a_text_read_as_it_is_has_all_its_marks_numbers_and_signs(text):
    assert score_marks(text, text).f1 == score_numbers(text, text).f1 == 1
    assert lost_signs(text, text).lost == 0


@pytest.mark.parametrize(
    ("collection", "marked"),
    [("made", True), ("turned_90", True), ("funsd", True), ("sroie", False), ("omnidoc", False)],
)
def test_marks_are_scored_where_the_truth_has_them(collection, marked):
    assert has_marks(collection) is marked
