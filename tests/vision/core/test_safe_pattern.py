import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.core.safe_pattern import SafePattern, UnsafePattern


@pytest.mark.parametrize(
    ("pattern", "text", "place"),
    [
        (r"^\d{3}-\d+$", "123-45", (0, 6)),
        (r"a+b", "xaaab", (1, 5)),
        (r"(?i)inv-[A-Z]{2}\d*", "an INV-ab12", (3, 11)),
        (r"\bfoo\b", "a foo b", (2, 5)),
        (r"\bfoo\b", "afoo", None),
        (r"[^\d\s]+", "12 ab", (3, 5)),
        (r"PO\d{4,6}|X", "see PO1234567", (4, 12)),
        (r"", "abc", (0, 0)),
        (r"x", "", None),
    ],
)
def test_a_pattern_is_found_where_python_finds_it(pattern, text, place):
    assert SafePattern(pattern).search(text) == place


def test_a_pattern_that_keeps_backtracking_engines_busy_ends():
    assert SafePattern(r"^(a+)+$").search("a" * 5000 + "b") is None
    assert SafePattern(r"(a|a|aa)*c").search("a" * 2000) is None


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?=a)b", r"(?<!x)y", r"(a)\1", "(", "a{1000}", "(a{0,100}){0,100}", "(?>a)", "a*+",
        "(" * 40 + "a" + ")" * 40, "a" * 201, "(?P<n>a)(?(n)b|c)",
    ],
)  # fmt: skip
def test_patterns_that_cannot_be_bounded_are_refused(pattern):
    with pytest.raises(UnsafePattern):
        SafePattern(pattern)


parts = st.sampled_from(["a", "b", "[ab]", "[^a]", ".", r"\d", r"\w", "(?:ab|b)", "1"])
repeats = st.sampled_from(["", "*", "+", "?", "{2}", "{1,3}"])
patterns = st.lists(st.tuples(parts, repeats).map("".join), max_size=5).map("".join)


@given(patterns, st.text(st.sampled_from("ab1 "), max_size=12))
def test_the_same_texts_match_as_in_python(pattern, text):
    found, expected = SafePattern(pattern).search(text), re.search(pattern, text)
    assert (found is None) == (expected is None)
    if found and expected:
        assert found[0] == expected.start()
        assert re.fullmatch(pattern, text[slice(*found)])
