"""Amounts of money as people print them, normalised to decimals with sign and currency."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

# Thousands are grouped by one mark throughout; by spaces only before a decimal comma, or `2 123.00`
# (a count and a price) would be one number.
_WHOLE = (
    r"[1-9]\d{0,2}(?P<group>[.,'\u2019])\d{3}(?:(?P=group)\d{3}){0,3}(?!\d)"
    r"|\d{1,3}(?:\s\d{3}){1,3}(?=,\d{2}(?!\d))|\d{1,9}"
)
# No part of a word, a date, a time, a code or a telephone number.
_START = r"(?<![\d./:#])(?<!\d[,-])(?<![^\W\d_]-)"
_END = r"(?![.,/:-]?\d|\s?%|[^\W\d_]+\d|/)"
# `0.950` are thousandths, since no number of thousands begins with nought.
_FRACTION = (
    r"(?P<fraction>\s?[.,]\s?\d{2}(?!\d)|[.,]\d(?!\d)|[.,](?:-{1,2}|\u2013)"
    r"|(?:(?<=^0)|(?<=[^\d]0))[.,]\d{3}(?!\d))"
)
_MINUS = r"\-\u2212\u2013"


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in the characters `start` to `end` of a text.

    `exact` where it has two decimals, or none but their mark; `has_fraction` where it has any.

    `currency` is a code of ISO 4217; None where none is printed or the sign serves several, which
    `sign` then shows.
    """

    start: int
    end: int
    value: Decimal
    currency: str | None = None
    sign: str = ""
    exact: bool = True
    has_fraction: bool = True


@cache
def currencies() -> Mapping[str, str]:
    """Codes of ISO 4217 by how they are printed; empty for signs of several currencies."""
    path = Path(__file__).with_name("currencies.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    signs: dict[str, str] = table["signs"]
    return {code: code for code in table["codes"]} | signs | dict.fromkeys(table["ambiguous"], "")


def amounts_in(text: str, *, labelled: bool = False) -> Iterator[Amount]:
    """The amounts of a text from the left: with two decimals, or beside a currency.

    One decimal will do where a label promises an amount.
    """
    for each in numbers_in(text):
        if each.exact or each.sign or (labelled and each.has_fraction):
            yield each


def numbers_in(text: str) -> Iterator[Amount]:
    """The amounts and whole numbers of a text; parts of dates, codes and percentages are none."""
    if any(map(str.isdigit, text)):
        yield from map(_amount, _pattern().finditer(text))


@cache
def _pattern() -> re.Pattern[str]:
    """A number with what may stand around it; signs and brackets are judged by `_amount`."""
    signs = sorted(currencies(), key=len, reverse=True)
    sign = "|".join(re.escape(each) for each in signs)
    return re.compile(
        rf"(?P<open>\()?(?:(?<!\w)(?P<outer>[{_MINUS}])\s?)?"
        rf"(?:(?<![^\W_])(?P<before>{sign})[\s:.]{{0,2}})?(?:(?P<inner>[{_MINUS}])\s?)?"
        rf"{_START}(?P<whole>{_WHOLE}){_FRACTION}?{_END}"
        rf"(?:\s?(?P<after>{sign})(?![^\W_]))?(?P<trailing>\s?[{_MINUS}](?![\w{_MINUS}]))?"
        r"(?P<close>\))?"
    )


def _amount(found: re.Match[str]) -> Amount:
    sign = found["before"] or found["after"] or ""
    bracketed = bool(found["open"] and found["close"])
    negative = bracketed or any(found[name] for name in ("outer", "inner", "trailing"))
    whole = re.sub(r"\D", "", found["whole"])
    decimals = re.sub(r"\D", "", found["fraction"] or "")
    value = Decimal(f"{whole}.{decimals:0<2}" if found["fraction"] else whole)
    start = found.start() + (bool(found["open"]) and not bracketed)
    end = found.end() - (bool(found["close"]) and not bracketed)
    code = currencies().get(sign) or None
    exact = bool(found["fraction"]) and len(decimals) in {0, 2}
    return Amount(
        start, end, -value if negative else value, code, sign, exact, bool(found["fraction"])
    )
