"""Dates as people print them, normalised to ISO 8601, with what else they may mean."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from vision.extraction.normalised import folded

_PIVOT = 69  # POSIX (strptime): two digits below it are of this century
_EARLIEST, _LATEST = 1900, 2100
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|°|\.)?"
_MONTH = r"(?P<name>[^\W\d_]{3,10})\.?"
_YEAR = r"(?P<year>\d{4}|(?:'\s?)?\d{2})(?!\d|[.,:]\d)"
_OF = r"[\s,./-]{0,3}(?:(?:de|del|of|di|van)\s)?"
_MARK = r"\s?(?P<mark>[-/.])\s?"
_ISO = rf"(?<![\d/.-])(?P<year>\d{{4}}){_MARK}(?P<month>\d{{1,2}})\s?(?P=mark)\s?(?P<day>\d{{1,2}})"
_NUMBERS = (
    rf"(?<![\d/.,:-])(?P<first>\d{{1,2}}){_MARK}(?P<second>\d{{1,2}})\s?(?P=mark)\s?"
    r"(?P<year>\d{4}|\d{2})"
)
_CJK = r"(?<!\d)(?P<year>\d{4})\s?[年년]\s?(?P<month>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})"
_NO_MORE = r"(?!\d|[/.-]\d)"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        _ISO + _NO_MORE,
        _NUMBERS + _NO_MORE,
        _CJK,
        rf"(?<![\d/.-]){_DAY}{_OF}{_MONTH}{_OF}{_YEAR}",
        rf"(?<![^\W\d_]){_MONTH}[\s.-]{{0,2}}{_DAY}[\s,.-]{{1,3}}{_YEAR}",
        rf"(?<!\d)(?P<year>\d{{4}})[\s,./-]{{0,2}}{_MONTH}[\s,./-]{{0,2}}(?P<day>\d{{1,2}})(?!\d)",
    )
)


@dataclass(frozen=True, slots=True)
class Date:
    """A date in the characters `start` to `end` of a text.

    `other` is what it is if day and month are printed the other way round, where both can be.
    `order` is `day` or `month`, whichever is printed first, where numbers show it.
    """

    start: int
    end: int
    value: date
    other: date | None = None
    order: str = ""


def dates_in(text: str) -> Iterator[Date]:
    """The dates of a text, the day before the month where both orders can be; none overlap."""
    if sum(map(str.isdigit, text)) < 3:
        return
    found = [
        each for pattern in _PATTERNS for match in pattern.finditer(text) if (each := _date(match))
    ]
    end = 0
    for each in sorted(found, key=lambda date: (date.start, -date.end)):
        if each.start >= end:
            yield each
            end = each.end


def swapped(found: Date) -> Date:
    """The date with the month printed first, where both orders can be."""
    return found if found.other is None else replace(found, value=found.other, other=found.value)


@cache
def _months() -> Mapping[str, int]:
    path = Path(__file__).with_name("months.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        form: number
        for names in table.values()
        for number, forms in enumerate(names, start=1)
        for form in forms.split()
    }


def _date(match: re.Match[str]) -> Date | None:
    parts = match.groupdict()
    year = _year(parts["year"])
    start, end = match.span()
    if "first" in parts:
        first, second = int(parts["first"]), int(parts["second"])
        by_day, by_month = _valid(year, second, first), _valid(year, first, second)
        if by_day and by_month:
            return Date(start, end, by_day, by_month if by_month != by_day else None)
        value = by_day or by_month
        return Date(start, end, value, order="day" if by_day else "month") if value else None
    month = _months().get(folded(parts["name"]), 0) if "name" in parts else int(parts["month"])
    value = _valid(year, month, int(parts["day"]))
    return Date(start, end, value) if value else None


def _year(text: str) -> int:
    digits = text.strip("' ")
    year = int(digits)
    return year if len(digits) == 4 else year + (2000 if year < _PIVOT else 1900)


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if _EARLIEST <= year <= _LATEST else None
