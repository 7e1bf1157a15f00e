"""Dates of a document: its own, and when it is due, by labels, places and times beside them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vision.extraction.context import PageText, Row, below, beside
from vision.extraction.evidence import Token
from vision.extraction.findings import Field, Found, Missing, Reason
from vision.extraction.labels import NO_FIELDS, Label
from vision.extraction.values.dates import Date, dates_in, swapped

_TIME = re.compile(
    r"(?<!\d)\d{1,2}\s?[:.]\s?\d{2}(?:\s?[:.]\s?\d{2})?\s?(?:[ap]\.?m)?(?!\d)", re.IGNORECASE
)
# Addresses of the United States, where months are printed first: `NY 10001`.
# A state and its postal code (USPS, Publication 28, appendix B): `PO 77120` is an order.
_US_ADDRESS = re.compile(
    r"(?<![A-Za-z])(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]"
    r"|P[AR]|RI|S[CD]|T[NX]|UT|V[AIT]|W[AIVY]),?\s\d{5}(?:-\d{4})?(?!\d)"
)

_LABELLED, _BELOW, _UNLABELLED, _OTHER = 3.0, 2.5, 1.0, -1.0
_TIMED = 0.6
_WEAK = 0.5  # less for an order's date or another document's
_EARLIER = 0.02  # a place further down, in rows
_MARGIN = 0.3


@dataclass(frozen=True, slots=True)
class _Dated:
    date: Date
    words: tuple[Token, ...]
    score: float
    label: Label | None


def dates_of(pages: Sequence[PageText]) -> dict[str, Field]:
    """The fields `date` and `due_date`."""
    found = [each for page in pages for row in page.rows for each in _dated(page, row)]
    if _months_first(pages, found):
        found = [_Dated(swapped(each.date), each.words, each.score, each.label) for each in found]
    due = [each for each in found if each.label and each.label.kind == "due_date"]
    others = [each for each in found if each not in due]
    return {"date": _chosen("date", others), "due_date": _chosen("due_date", due)}


def prints_months_first(pages: Sequence[PageText]) -> bool:
    """Whether the document shows that it prints the month before the day."""
    return _months_first(
        pages, [each for page in pages for row in page.rows for each in _dated(page, row)]
    )


def _dated(page: PageText, row: Row) -> Iterator[_Dated]:
    piece = row.whole  # a date may be split into pieces
    for date in dates_in(piece.text):
        words = piece.part(date.start, date.end).tokens
        label, score = _label_of(page, row, words)
        timed = _TIME.search(piece.text[: date.start] + " " + piece.text[date.end :]) is not None
        yield _Dated(date, words, score + _TIMED * timed - _EARLIER * min(row.number, 40), label)


def _label_of(page: PageText, row: Row, words: Sequence[Token]) -> tuple[Label | None, float]:
    """The label that the words stand beside or below, and the score of that."""
    for label in reversed(row.labels):
        value = beside(row, label)
        if value and words[0] in value.tokens:
            return label, _score(label, _LABELLED)
    for above in page.rows[max(row.number - 2, 0) : row.number]:
        for label in above.labels:
            if label.kind in {"date", "due_date"} and any(
                words[0] in piece.tokens for piece in below(page, above, label)
            ):
                return label, _score(label, _BELOW)
    return None, _UNLABELLED


def _score(label: Label, of_dates: float) -> float:
    if label.kind in {"date", "due_date"}:
        return of_dates - _WEAK * (label.rank == 0)
    return _OTHER if label.kind in NO_FIELDS else _UNLABELLED


def _months_first(pages: Sequence[PageText], found: Sequence[_Dated]) -> bool:
    """Whether dates or addresses of the document show that it prints the month before the day."""
    if any(each.date.order == "month" for each in found):
        return True
    if any(each.date.order == "day" for each in found):
        return False
    return any(
        _US_ADDRESS.search(row.whole.text) for page in pages for row in page.rows if not row.labels
    )


def _chosen(kind: str, found: Sequence[_Dated]) -> Field:
    ranked = sorted(found, key=lambda each: each.score, reverse=True)
    if not ranked or ranked[0].score <= 0:
        return Missing(kind, Reason.NOT_FOUND)
    best = ranked[0]
    rivals = [each for each in ranked if each.date.value != best.date.value]
    margin = best.score - rivals[0].score if rivals else 1.0
    strength = min(0.97, 0.6 + 0.08 * best.score + 0.15 * min(margin, 1.0))
    answer = _field(kind, best, strength)
    if margin < _MARGIN and best.label is not None and rivals[0].label is not None:
        return Missing(kind, Reason.SEVERAL_CANDIDATES, (answer, _field(kind, rivals[0], 0.4)))
    return answer


def _field(kind: str, each: _Dated, strength: float) -> Found:
    notes = {"or": each.date.other.isoformat()} if each.date.other else {}
    label = each.label.part if each.label and each.label.kind == kind else None
    return Found(kind, each.date.value.isoformat(), each.words, strength, label, notes)
