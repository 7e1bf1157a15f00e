"""Numbers that identify: invoices, orders, customers, accounts, taxpayers; and contacts."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from vision.extraction.context import PageText, Row, below, beside
from vision.extraction.evidence import Piece
from vision.extraction.findings import Field, Found, Missing, Reason
from vision.extraction.labels import Label
from vision.extraction.values.amounts import amounts_in
from vision.extraction.values.codes import (
    bics_in,
    emails_in,
    groups_of,
    ibans_in,
    numbers_of,
    phones_in,
    taxpayers_in,
    vat_ids_in,
)
from vision.extraction.values.dates import dates_in
from vision.extraction.values.span import Span

_Finder = Callable[[str], Iterator[Span]]


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a class is found: `shaped` where its form alone proves it, `labelled` beside a label."""

    labelled: _Finder
    shaped: _Finder | None = None
    strength: float = 0.9


_KINDS = {
    "invoice_number": _Kind(numbers_of),
    "order_number": _Kind(numbers_of),
    "customer_number": _Kind(groups_of),
    "vat_id": _Kind(taxpayers_in, vat_ids_in),
    "iban": _Kind(ibans_in, ibans_in, 0.99),
    "bic": _Kind(bics_in),
    "email": _Kind(emails_in, emails_in, 0.97),
    "phone": _Kind(phones_in, None),
}

_NUMBERS = (numbers_of, groups_of, taxpayers_in)


def identifiers_of(pages: Sequence[PageText]) -> dict[str, Field]:
    """The fields of these classes; the first of several numbers of a kind is given."""
    return {kind: _field(kind, rule, pages) for kind, rule in _KINDS.items()}


def _field(kind: str, rule: _Kind, pages: Sequence[PageText]) -> Field:
    labelled = list(_labelled(kind, rule, pages))
    shaped = list(_shaped(kind, rule, pages)) if rule.shaped and not labelled else []
    if labelled or shaped:
        return (labelled or shaped)[0]
    named = any(
        label.kind == kind and label.closed
        for page in pages
        for row in page.rows
        for label in row.labels
    )
    return Missing(kind, Reason.WRONG_TYPE if named else Reason.NOT_FOUND)


def _labelled(kind: str, rule: _Kind, pages: Sequence[PageText]) -> Iterator[Found]:
    for page in pages:
        for row in page.rows:
            for label in row.labels:
                if label.kind == kind:
                    yield from _values(kind, rule, page, row, label)


def _values(kind: str, rule: _Kind, page: PageText, row: Row, label: Label) -> Iterator[Found]:
    value = beside(row, label)
    if value is not None:
        found = _first(
            kind, rule, value, label, rule.strength if label.closed else rule.strength - 0.1
        )
        if found is not None:
            yield found
            return
    for piece in below(page, row, label):
        found = _first(kind, rule, piece, label, rule.strength - 0.15)
        if found is not None and not value:
            yield found


def _first(
    kind: str, rule: _Kind, piece: Piece, label: Label | None, strength: float
) -> Found | None:
    finder = rule.labelled if label else rule.shaped
    assert finder is not None
    for span in finder(piece.text):
        if finder in _NUMBERS and _is_other(piece.text[span.start : span.end]):
            continue
        words = piece.part(span.start, span.end).tokens
        return Found(kind, span.value, words, strength, label.part if label else None)
    return None


def _is_other(text: str) -> bool:
    """Whether a text with digits is a date or an amount rather than a number of something."""
    return next(dates_in(text), None) is not None or next(amounts_in(text), None) is not None


def _shaped(kind: str, rule: _Kind, pages: Sequence[PageText]) -> Iterator[Found]:
    for page in pages:
        for row in page.rows:
            found = _first(kind, rule, row.whole, None, rule.strength)
            if found is not None:
                yield found
