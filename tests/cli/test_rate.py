"""Rates and times as people read them."""

import pytest

from cli.rate import Report, duration


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.04, "0.0 s"),
        (8.06, "8.1 s"),
        (59.9, "59.9 s"),
        (60, "1 min 0 s"),
        (125.4, "2 min 5 s"),
        (3600, "1 h 0 min"),
        (7380, "2 h 3 min"),
    ],
)
def test_times_are_shown_in_the_units_that_suit_them(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


def test_a_report_is_one_line() -> None:
    assert Report(started=100, documents=12, pages=30).line(now=108) == (
        "12 documents, 30 pages in 8.0 s (3.8 pages/s)"
    )
    failed = Report(started=100, documents=1, pages=0, failed=1).line(now=100)
    assert failed == "1 document, 0 pages in 0.0 s (0.0 pages/s); 1 failed"
