"""What a caller prefers: the format of a result (RFC 9110) and how long to wait (RFC 7240)."""

import re
from collections.abc import Mapping

from api.problems import Problem

_WAIT = re.compile(r"(?:^|[,;])\s*wait\s*=\s*\"?(\d{1,6})\"?\s*(?=$|[,;])", re.IGNORECASE)


def preferred_wait_s(prefer: str | None) -> int | None:
    """N of `Prefer: wait=N`; None where the caller does not want to wait."""
    match = _WAIT.search(prefer or "")
    return int(match[1]) if match else None


def choose_format(accept: str | None, query: str | None, formats: Mapping[str, str]) -> str:
    """The name of the format to answer with, out of `formats` (name to media type, best first).

    `query` (`?format=`) wins over the Accept header. Raises Problem `not_acceptable`.
    """
    if query is not None:
        if query not in formats:
            raise _not_acceptable(f"There is no format {query!r}.", formats)
        return query
    ranges = _parse_accept(accept or "*/*")
    ranked = [(_quality(media, ranges), name) for name, media in formats.items()]
    quality, name = max(ranked, key=lambda row: row[0])
    if quality <= 0:
        raise _not_acceptable("The Accept header allows none of the formats.", formats)
    return name


def _not_acceptable(detail: str, formats: Mapping[str, str]) -> Problem:
    return Problem("not_acceptable", detail, available=dict(formats))


def _parse_accept(header: str) -> dict[str, float]:
    ranges: dict[str, float] = {}
    for item in header.split(","):
        media, *parameters = (part.strip().lower() for part in item.split(";"))
        ranges[media] = _read_quality(parameters)
    return ranges


def _read_quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def _quality(media: str, ranges: Mapping[str, float]) -> float:
    # The most specific range decides (RFC 9110, 12.5.1).
    for candidate in (media, media.partition("/")[0] + "/*", "*/*"):
        if candidate in ranges:
            return ranges[candidate]
    return 0.0
