from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.negotiation import choose_format, preferred_wait_s
from api.problems import Problem

FORMATS = {"json": "application/json", "text": "text/plain", "markdown": "text/markdown"}


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("wait=10", 10),
        ("respond-async, wait=5", 5),
        ("Wait = 7; foo=bar", 7),
        ('wait="3"', 3),
        ("wait=-1", None),
        ("wait=1.5", None),
        ("await=9", None),
        ("wait=ten", None),
    ],
)
def test_the_wait_of_a_prefer_header(header: str | None, seconds: int | None) -> None:
    assert preferred_wait_s(header) == seconds


@pytest.mark.parametrize(
    ("accept", "query", "chosen"),
    [
        (None, None, "json"),
        ("*/*", None, "json"),
        ("text/*", None, "text"),
        ("text/*;q=0.5, text/markdown", None, "markdown"),
        ("application/json;q=0.1, text/plain;q=0.2", None, "text"),
        ("*/*, application/json;q=0", None, "text"),
        ("image/png", "markdown", "markdown"),
    ],
)
def test_the_format_that_fits_best_is_chosen(
    accept: str | None, query: str | None, chosen: str
) -> None:
    assert choose_format(accept, query, FORMATS) == chosen


@given(st.text(max_size=80))
def test_any_accept_header_gives_a_format_or_a_problem(accept: str) -> None:
    with suppress(Problem):
        assert choose_format(accept, None, FORMATS) in FORMATS
