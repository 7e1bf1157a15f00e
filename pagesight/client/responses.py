"""What responses say beside their bodies: errors and times to wait."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from pagesight.client.errors import ApiError, UnexpectedResponseError, api_error


def json_of(response: httpx.Response) -> Any:
    """The body's JSON. Raises UnexpectedResponseError."""
    try:
        return response.json()
    except ValueError as error:
        kind = response.headers.get("content-type", "no type")
        raise UnexpectedResponseError(
            f"{response.url} answered {response.status_code} with {kind} instead of JSON. "
            "Check the address: is it Pagesight's?"
        ) from error


def error_of(response: httpx.Response) -> ApiError:
    """The error of a response that was read; also of a proxy that knows no problem+json."""
    try:
        body = response.json()
    except ValueError:
        body = None
    problem: Mapping[str, Any] = body if isinstance(body, dict) else {}
    if "code" not in problem:
        problem = {"title": response.reason_phrase, "detail": f"{response.url} refused"}
    after_s = retry_after_s(response.headers.get("retry-after"))
    return api_error(problem, response.status_code, after_s, response.headers.get("x-request-id"))


def retry_after_s(text: str | None, now: datetime | None = None) -> float | None:
    """Seconds of a `Retry-After`, which is a number or a date (RFC 9110, section 10.2.3)."""
    if text is None:
        return None
    if text.strip().isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())
