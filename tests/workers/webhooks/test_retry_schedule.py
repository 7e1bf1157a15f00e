import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.webhooks.retry_schedule import JITTER, WAITS_S, next_attempt, retry_after_s

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CHANCE = random.Random(7)


@pytest.mark.parametrize(
    ("failed", "wait_s"),
    [
        (1, 5),
        (2, 300),
        (3, 1800),
        (4, 7200),
        (5, 18_000),
        (6, 36_000),
        (7, 50_400),
        (8, 72_000),
        (9, 86_400),
    ],
)
def test_waits_follow_the_published_schedule_within_the_jitter(failed: int, wait_s: int) -> None:
    moment = next_attempt(failed, NOW, None, CHANCE)
    assert moment is not None
    waited = (moment - NOW).total_seconds()
    assert wait_s * (1 - JITTER) <= waited <= wait_s * (1 + JITTER)


def test_after_the_last_wait_nothing_is_tried_again() -> None:
    assert next_attempt(len(WAITS_S) + 1, NOW, None, CHANCE) is None
    assert next_attempt(len(WAITS_S) + 1, NOW, "60", CHANCE) is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0),
        ("", 0),
        ("120", 120),
        (" 120 ", 120),
        ("-5", 0),
        ("soon", 0),
        ("Sat, 21 Nov 2026 12:02:00 GMT", 120),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0),
        ("9" * 400, 999_999_999),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header: str | None, seconds: float) -> None:
    assert retry_after_s(header, NOW) == seconds


def test_retry_after_lengthens_a_wait_up_to_a_day_and_never_shortens_it() -> None:
    assert next_attempt(1, NOW, "600", CHANCE) == NOW + timedelta(seconds=600)
    assert next_attempt(1, NOW, "99999999", CHANCE) == NOW + timedelta(hours=24)
    later = next_attempt(3, NOW, "1", CHANCE)
    assert later is not None
    assert later > NOW + timedelta(minutes=25)


@given(st.text(max_size=60))
def test_no_retry_after_header_of_a_receiver_breaks_the_schedule(header: str) -> None:
    assert retry_after_s(header, NOW) >= 0
