"""When a failed webhook delivery is retried."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# Waits after the first, second ... failed attempt. Source: the Standard Webhooks specification's
# recommended schedule.
WAITS_S = (5, 5 * 60, 30 * 60, *(hours * 3600 for hours in (2, 5, 10, 14, 20, 24)))
JITTER = 0.1  # a wait is drawn from 90% to 110%, so that retries are not synchronised
LONGEST_RETRY_AFTER_S = 24 * 3600


def next_attempt(
    failed_attempts: int,
    now: datetime,
    retry_after: str | None,
    chance: random.Random,
    waits_s: Sequence[float] = WAITS_S,
) -> datetime | None:
    """The time of the next attempt after `failed_attempts`; None when there is none left.

    A receiver's Retry-After makes the wait longer, up to a day, never shorter.
    """
    if failed_attempts > len(waits_s):
        return None
    wait_s = waits_s[failed_attempts - 1] * chance.uniform(1 - JITTER, 1 + JITTER)
    asked_s = min(retry_after_s(retry_after, now), LONGEST_RETRY_AFTER_S)
    return now + timedelta(seconds=max(wait_s, asked_s))


def retry_after_s(value: str | None, now: datetime) -> float:
    """Seconds that a Retry-After header asks for (RFC 9110, 10.2.3); 0 where it says nothing."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        return 0.0
    return max(
        0.0, ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()
    )
