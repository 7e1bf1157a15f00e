"""Totals, subtotals and taxes of receipts and invoices, by their labels and by arithmetic."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product

from vision.extraction.context import PageText, Row, below, beside
from vision.extraction.evidence import Piece, Token
from vision.extraction.findings import Field, Found, Missing, Reason
from vision.extraction.labels import Label
from vision.extraction.values.amounts import Amount, amounts_in

# Scores of a total, fitted by hand on the tuning half of benchmarks/fields.
_BY_RANK = (1.0, 2.0, 2.5)
_BELOW = -0.8
_PAID = 1.5  # cash without change is the total
_ADDS_UP = 0.7  # so is the subtotal with tax
_IN_SUMMARY = -1.2  # sums by rate of tax
_AGAIN = 0.3  # for each further label with the same value, two at most
_NOTHING = -3.0  # nothing or less was to be paid
_LATER = 0.01  # among equals the last one counts
_MARGIN = 0.25  # between values, for the better one to be believed
_OF_ROUNDED = 1.0  # what an unrounded total may score more, since sums add up to it
_PAID_STRENGTH = 0.7
_ROUNDING = Decimal("0.05")  # to coins: the farthest that cash totals are rounded
_ZERO = Decimal(0)
# With its cents, and nothing beside it but a currency.
_AMOUNT = re.compile(
    r"(?:[^\W\d_]{1,3}|[$\u20ac\u00a3])?\s?-?\d[\d.,' ]*[.,]\d{2}\s?(?:[$\u20ac\u00a3]|[A-Z]{3})?"
)


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount with its words, and the label that it stands beside or below."""

    amount: Amount
    words: tuple[Token, ...]
    label: Label
    page: int
    row: int
    is_below: bool = False
    in_summary: bool = False


def sums_of(pages: Sequence[PageText]) -> list[Sum]:
    """Every amount that a label names, in reading order."""
    sums = []
    for page in pages:
        in_summary = False
        for row in page.rows:
            in_summary = in_summary or any(each.kind == "summary" for each in row.labels)
            sums += [replace(each, in_summary=in_summary) for each in _sums(page, row)]
    return sums


def _sums(page: PageText, row: Row) -> Iterator[Sum]:
    for label in row.labels:
        value = _own(label) or beside(row, label)
        amounts = list(amounts_in(value.text, labelled=True)) if value else []
        if value and amounts:
            yield _sum(value, amounts[-1], label, page, row)
            continue
        for piece in below(page, row, label) if not value and len(row.pieces) == 1 else ():
            amounts = list(amounts_in(piece.text))
            if len(amounts) == 1:
                yield _sum(piece, amounts[0], label, page, row, is_below=True)


def _own(label: Label) -> Piece | None:
    """What follows a label in its own piece, where that is an amount: `Netto 308,41`."""
    tokens = label.piece.tokens[label.last :]
    own = Piece.of(tokens, label.piece.kind) if tokens else None
    return own if own is not None and _AMOUNT.fullmatch(own.text) else None


def _sum(
    piece: Piece, amount: Amount, label: Label, page: PageText, row: Row, *, is_below: bool = False
) -> Sum:
    words = piece.part(amount.start, amount.end).tokens
    return Sum(amount, words, label, page.number, row.number, is_below)


def total_of(sums: Sequence[Sum]) -> Field:
    """The total that the labels and the arithmetic of a document support best."""
    totals = [each for each in sums if each.label.kind == "total"]
    if not totals:
        return _paid(sums)
    scores = _without_rounding(_scores(totals, sums))
    ranked = sorted(scores, key=lambda value: scores[value], reverse=True)
    chosen = [_best(totals, value) for value in ranked]
    margin = scores[ranked[0]] - scores[ranked[1]] if len(ranked) > 1 else 1.0
    best = found("total", chosen[0], _strength(scores[ranked[0]], margin))
    if margin < _MARGIN:
        return Missing("total", Reason.SEVERAL_CANDIDATES, (best, found("total", chosen[1], 0.4)))
    return best


def _paid(sums: Sequence[Sum]) -> Field:
    """The subtotal that was paid, where nothing is called a total."""
    if any(each.label.kind == "change" for each in sums):
        paid = _differences(sums)
        subtotals = [each for each in sums if each.label.kind == "subtotal"]
        fitting = {each.amount.value for each in subtotals} & paid
        if len(fitting) == 1:
            return found("total", _best(subtotals, fitting.pop()), _PAID_STRENGTH)
    return Missing("total", Reason.NOT_FOUND)


def _scores(totals: Sequence[Sum], sums: Sequence[Sum]) -> dict[Decimal, float]:
    """The score of each value that a label calls a total."""
    paid = _differences(sums)
    added = _additions(sums)
    scores: dict[Decimal, float] = {}
    counts: dict[Decimal, int] = {}
    for at, each in enumerate(totals):
        value = each.amount.value
        score = _BY_RANK[each.label.rank] + at * _LATER
        score += _BELOW * each.is_below + _IN_SUMMARY * each.in_summary
        scores[value] = max(scores.get(value, score), score)
        counts[value] = counts.get(value, -1) + 1
    for value in scores:
        scores[value] += _PAID * (value in paid) + _ADDS_UP * (value in added)
        scores[value] += _AGAIN * min(counts[value], 2) + _NOTHING * (value <= _ZERO)
    return scores


def _without_rounding(scores: dict[Decimal, float]) -> dict[Decimal, float]:
    """The scores without totals of which a later one is the rounded form."""
    values = list(scores)
    rounded = {
        value
        for at, value in enumerate(values)
        if any(
            0 < abs(value - later) <= _ROUNDING and scores[later] >= scores[value] - _OF_ROUNDED
            for later in values[at + 1 :]
        )
    }
    return {value: score for value, score in scores.items() if value not in rounded}


def _differences(sums: Iterable[Sum]) -> set[Decimal]:
    """What was paid less the change, of each payment with each change."""
    sums = list(sums)
    paid = [abs(each.amount.value) for each in sums if each.label.kind == "paid"]
    change = [abs(each.amount.value) for each in sums if each.label.kind == "change"]
    return {one - other for one, other in product(paid, change)} if change else set(paid)


def _additions(sums: Sequence[Sum]) -> set[Decimal]:
    """Each subtotal with each tax."""
    bases = [each.amount.value for each in sums if each.label.kind == "subtotal"]
    taxes = [each.amount.value for each in sums if each.label.kind == "tax"]
    return {base + tax for base, tax in product(bases, taxes) if tax > _ZERO}


def _best(totals: Sequence[Sum], value: Decimal) -> Sum:
    """The sum of a value with the best label, the last among equals."""
    same = [each for each in totals if each.amount.value == value]
    return max(same, key=lambda each: (each.label.rank, not each.is_below, each.page, each.row))


def _strength(score: float, margin: float) -> float:
    return min(0.98, 0.45 + 0.1 * score + 0.2 * min(margin, 1.0))


def found(kind: str, each: Sum, strength: float) -> Found:
    """A sum as the value of a field: a decimal with its currency."""
    notes = {"currency": each.amount.currency}
    return Found(kind, str(each.amount.value), each.words, strength, each.label.part, notes)


def part_of(kind: str, sums: Sequence[Sum], total: Field) -> Field:
    """The subtotal or tax: the only value with such a label, or the one that fits the total."""
    candidates = [each for each in sums if each.label.kind == kind]
    values = list(dict.fromkeys(each.amount.value for each in candidates))
    if not values:
        return Missing(kind, Reason.NOT_FOUND)
    fitting = _fitting(kind, values, sums, total)
    if len(fitting) == 1:
        return found(kind, _best(candidates, fitting[0]), 0.95)
    if len(values) == 1:
        return found(kind, _best(candidates, values[0]), 0.8)
    options = tuple(found(kind, _best(candidates, value), 0.4) for value in values[:4])
    return Missing(kind, Reason.SEVERAL_CANDIDATES, options)


def _fitting(
    kind: str, values: Sequence[Decimal], sums: Sequence[Sum], total: Field
) -> list[Decimal]:
    """Those of the values that make up the total together with a value of the other kind."""
    if not isinstance(total, Found):
        return []
    other = "tax" if kind == "subtotal" else "subtotal"
    others = {each.amount.value for each in sums if each.label.kind == other}
    return [value for value in values if Decimal(total.value) - value in others]
