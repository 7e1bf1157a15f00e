"""Numbers in cells of tables: which texts are numbers, whatever marks thousands and decimals."""

import re
from collections.abc import Iterable
from typing import NamedTuple

_NUMBER = re.compile(r"([-+\u2212]?)(\d(?:[\d.,'\u2019 \u00a0\u202f]*\d)?)")
_GROUPS = re.compile(r"\d{1,3}(?:\D\d{3})*|\d+")
_POINTS = (".", ",")
_MOST_DIGITS = 15  # that a double holds exactly
_POINT_LANGUAGES = frozenset({"eng", "chi_sim", "chi_tra", "jpn", "kor", "tha", "heb"})


class Number(NamedTuple):
    """A number as a cell shows it: its value, its decimals, and whether thousands are marked."""

    value: float
    decimals: int
    grouped: bool


class NumberReader:
    """Reads the numbers of one table.

    `1.234` and `1,234` may be either: other cells of the table tell which mark is the decimal one,
    else the language. What stays ambiguous is text, as are numbers that begin with a zero and those
    of more digits than a spreadsheet keeps: they are identifiers.
    """

    def __init__(self, texts: Iterable[str], language: str | None = None) -> None:
        points = [point for text in texts if (point := _certain_point(text))]
        usual = "." if language in _POINT_LANGUAGES else None
        self._point = max(sorted(set(points)), key=points.count) if points else usual

    def read(self, text: str) -> Number | None:
        """The number that the whole text is; None where it is none, or may be two."""
        match = _NUMBER.fullmatch(text.strip())
        if match is None:
            return None
        point = _point_of(match[2], self._point)
        if point is None:
            return None
        whole, _, part = match[2].rpartition(point) if point else (match[2], "", "")
        digits = re.sub(r"\D", "", whole)
        marks = set(re.sub(r"\d", "", whole))
        if not _GROUPS.fullmatch(whole) or len(marks) > 1 or point in marks:
            return None
        if len(digits) + len(part) > _MOST_DIGITS or (digits[0] == "0" and len(digits) > 1):
            return None
        value = float(f"{digits}.{part or 0}")
        return Number(value if match[1] in {"", "+"} else -value, len(part), bool(marks))


def _certain_point(text: str) -> str | None:
    """The decimal mark of a number that leaves no doubt about it."""
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        return None
    marks = [each for each in match[2] if each in _POINTS]
    if len(marks) > 1 and len(set(marks)) == 1:
        return "," if marks[0] == "." else "."
    return _point_of(match[2], None) or None


def _point_of(text: str, usual: str | None) -> str | None:
    """The decimal mark of digits and marks; empty where there is none, None where it is unclear."""
    marks = [each for each in text if not each.isdigit()]
    last = marks[-1] if marks else ""
    if last not in _POINTS or (len(marks) > 1 and last in marks[:-1]):
        return ""
    if len(marks) > 1 or len(text.rpartition(last)[2]) != 3:
        return last
    return usual and (last if last == usual else "")
