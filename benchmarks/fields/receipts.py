"""SROIE's four fields: how many were found exactly, by field and half."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from benchmarks.fields.readings import ReadPage
from benchmarks.scoring import WordScore
from vision.extraction.context import text_of
from vision.extraction.fields import known_fields
from vision.extraction.findings import Field, Found
from vision.extraction.normalised import squeezed

FIELDS = ("company", "date", "address", "total")


@dataclass(frozen=True, slots=True)
class Miss:
    """A field that was not found exactly."""

    page: str
    kind: str
    true: str
    found: str


@dataclass(slots=True)
class Tally:
    """Scores by field, compared by letters and digits and strictly, and what was wrong.

    `legible` counts true values that the page's text has at all, in one place and right.
    """

    scores: dict[str, WordScore] = field(default_factory=dict)
    strict: dict[str, WordScore] = field(default_factory=dict)
    legible: dict[str, int] = field(default_factory=dict)
    misses: list[Miss] = field(default_factory=list)


def tally(pages: Iterable[ReadPage]) -> Tally:
    """The fields of these pages against their truth; an empty true value is none."""
    result = Tally()
    for each in pages:
        found = known_fields([text_of(each.page)])
        text = squeezed(each.page.text)
        for kind in FIELDS:
            true = each.truth["fields"].get(kind) or ""
            _count(result, each.name, kind, true, found[kind])
            legible = bool(true) and _digits_and_letters(kind, true) in text
            result.legible[kind] = result.legible.get(kind, 0) + legible
    return result


def _count(result: Tally, page: str, kind: str, true: str, found: Field) -> None:
    value = _printed(found) if isinstance(found, Found) else ""
    right = bool(true and value) and _is_same(kind, value, true)
    exact = bool(true and value) and _plain(value) == _plain(true)
    for scores, hit in ((result.scores, right), (result.strict, exact)):
        score = WordScore(int(hit), int(bool(value)), int(bool(true)))
        scores[kind] = scores.get(kind, WordScore()) + score
    if not right and (true or value):
        result.misses.append(Miss(page, kind, true, value))


def _printed(found: Found) -> str:
    """The value as the truth has it: dates and totals as printed."""
    return str(found.value) if found.kind in {"company", "address"} else found.text


def _is_same(kind: str, value: str, true: str) -> bool:
    """Letters and digits alike, whatever the case; totals as numbers."""
    if kind == "total":
        return _number(value) is not None and _number(value) == _number(true)
    return squeezed(value) == squeezed(true)


def _digits_and_letters(kind: str, true: str) -> str:
    return re.sub(r"\D", "", true) if kind == "total" else squeezed(true)


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(re.sub(r"[^\d.-]", "", text).strip("."))
    except InvalidOperation:
        return None


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
