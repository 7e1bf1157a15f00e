"""Texts as values of the type that a caller asked for."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from vision.core.field_request import AskedField
from vision.extraction.normalised import folded, squeezed
from vision.extraction.values.amounts import numbers_in
from vision.extraction.values.codes import emails_in, ibans_in, phones_in
from vision.extraction.values.dates import dates_in
from vision.extraction.values.span import Span

_YES = frozenset({"yes", "y", "x", "true", "ja", "oui", "si", "sim", "☑", "☒", "✓", "✔", "v"})
_NO = frozenset({"no", "n", "false", "nein", "non", "nao", "nee", "☐", "none"})
_WORD = re.compile(r"[^\s,;:]+")
_MOST_TEXT = 500

_FORMS: dict[str, Callable[[str], Iterator[Span]]] = {
    "email": emails_in,
    "iban": ibans_in,
    "phone": phones_in,
}


@dataclass(frozen=True, slots=True)
class Converted:
    """A value of the type asked for, in the characters `start` to `end` of a text."""

    start: int
    end: int
    value: Any
    notes: dict[str, Any] = field(default_factory=dict)


def conversions_of(asked: AskedField, text: str, *, alone: bool = False) -> Iterator[Converted]:
    """The values of a text that are of the type, the form and the bounds asked for.

    With `alone` nothing else proves the value: only patterns, choices and formats count.
    """
    return (
        each for each in _values(asked, text[:_MOST_TEXT], alone=alone) if _is_allowed(asked, each)
    )


def _values(asked: AskedField, text: str, *, alone: bool) -> Iterator[Converted]:
    if asked.choices:
        return _choices(asked, text)
    if asked.kind != "string":
        found = _truths(text) if asked.kind == "boolean" else _numbers(asked, text)
        return iter(()) if alone else found
    if asked.form or asked.pattern:
        return _formed(asked, text)
    return iter(()) if alone else _whole(text)


def _formed(asked: AskedField, text: str) -> Iterator[Converted]:
    """Texts of a format, or where the pattern is."""
    if asked.form == "date":
        for each in dates_in(text):
            notes = {"or": each.other.isoformat()} if each.other else {}
            yield Converted(each.start, each.end, each.value.isoformat(), notes)
    elif asked.form:
        yield from (Converted(*each) for each in _FORMS[asked.form](text))
    elif asked.pattern and (place := asked.pattern.search(text)) and place[0] < place[1]:
        yield Converted(*place, text[slice(*place)])


def _whole(text: str) -> Iterator[Converted]:
    value = text.strip(" \t:;")
    if any(map(str.isalnum, value)):
        start = text.index(value)
        yield Converted(start, start + len(value), value)


def _numbers(asked: AskedField, text: str) -> Iterator[Converted]:
    for each in numbers_in(text):
        if asked.kind == "number":
            yield Converted(each.start, each.end, float(each.value), _currency(each.currency))
        elif each.value == each.value.to_integral_value():
            yield Converted(each.start, each.end, int(each.value))


def _currency(code: str | None) -> dict[str, Any]:
    return {"currency": code} if code else {}


def _truths(text: str) -> Iterator[Converted]:
    for found in _WORD.finditer(text):
        word = folded(found[0])
        if word in _YES or word in _NO:
            yield Converted(*found.span(), word in _YES)


def _choices(asked: AskedField, text: str) -> Iterator[Converted]:
    """Choices whose words stand in the text, the longest first; numbers as numbers."""
    if asked.kind in {"number", "integer"}:
        for each in numbers_in(text):
            match = [choice for choice in asked.choices if Decimal(str(choice)) == each.value]
            yield from (Converted(each.start, each.end, choice) for choice in match)
        return
    known, sizes = _table(asked.choices)
    words = list(_WORD.finditer(text))
    for size in sizes:
        for at in range(len(words) - size + 1):
            start, end = words[at].start(), words[at + size - 1].end()
            choice = known.get(squeezed(text[start:end]))
            if choice is not None:
                yield Converted(start, end, choice)


@lru_cache(maxsize=256)
def _table(choices: tuple[Any, ...]) -> tuple[dict[str, Any], list[int]]:
    """Choices by their letters and digits, and how many words they have, the longest first."""
    known = {squeezed(str(choice)): choice for choice in choices}
    known.pop("", None)
    return known, sorted({len(_WORD.findall(str(choice))) for choice in choices}, reverse=True)


def _is_allowed(asked: AskedField, each: Converted) -> bool:
    value = each.value
    if isinstance(value, str) and not asked.choices:
        least, most = asked.lengths
        if len(value) < least or (most is not None and len(value) > most):
            return False
        return asked.pattern is None or asked.pattern.search(value) is not None
    if isinstance(value, int | float) and not isinstance(value, bool):
        above = asked.minimum is None or value >= asked.minimum
        return above and (asked.maximum is None or value <= asked.maximum)
    return True
