"""Codes and addresses that have a form of their own: IBAN, BIC, VAT numbers, e-mail, telephone."""

import re
from collections.abc import Iterator

from vision.extraction.values.span import Span
from vision.recognition.check_digits import is_account_number

_IBAN = re.compile(r"(?<![^\W_])[A-Z]{2}\d{2}(?:\s?[A-Z\d]){11,30}(?![^\W_])")
_BIC = re.compile(r"(?<![^\W_])[A-Z]{4}[A-Z]{2}[A-Z\d]{2}(?:[A-Z\d]{3})?(?![^\W_])")
# The local part of RFC 5321 as people have it; quoted ones are not printed on paper.
_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z\d-]{1,63}(?:\.[A-Za-z\d-]{1,63}){0,4}\.[A-Za-z]{2,24}(?![\w])"
)
_PHONE = re.compile(r"(?<![\w.])(?:\+|00)?\(?\d[\d\s()./-]{5,22}\d(?!\w)")
_PHONE_DIGITS = range(7, 16)  # E.164 allows 15
# Forms by member state: VIES of the European Commission; GB and CH beside them.
_VAT = re.compile(
    r"(?<![^\W_])(?:ATU\d{8}|BE[01]\d{9}|BG\d{9,10}|CY\d{8}[A-Z]|CZ\d{8,10}|DE\d{9}|DK\d{8}|EE\d{9}"
    r"|EL\d{9}|ES[A-Z\d]\d{7}[A-Z\d]|FI\d{8}|FR[A-Z\d]{2}\d{9}|GB\d{9}(?:\d{3})?|HR\d{11}|HU\d{8}"
    r"|IE\d{7}[A-W][A-I]?|IT\d{11}|LT(?:\d{9}|\d{12})|LU\d{8}|LV\d{11}|MT\d{8}|NL\d{9}B\d{2}"
    r"|PL\d{10}|PT\d{9}|RO\d{2,10}|SE\d{12}|SI\d{8}|SK\d{10}|CHE\d{9})(?![^\W_])"
)
_SPLIT_VAT = re.compile(
    r"(?<![^\W_])(?:AT\s?U|[A-Z]{2}|CHE)[\s.-]?[A-Z\d](?:[\s.-]?[A-Z\d]){6,13}(?![^\W_])"
)
_NUMBER = re.compile(r"[^\s:;,#()]*\d[^\s:;,()]*")
# A single digit belongs to longer groups only: alone it may be a page or a count.
_GROUPS = re.compile(
    r"(?<!\S)(?:(?:\d )?\d{2,5}(?: \d{2,5})+(?: \d)?|\d{1,5}(?: ?/ ?\d{2,6}){2,})(?!\S)"
)
_SHORT = re.compile(r"(?<!\S)[A-Z]{1,5}\s$")
_LEAST_LENGTH = 2


def ibans_in(text: str) -> Iterator[Span]:
    """International bank account numbers whose check digits are right, without spaces."""
    for found in _IBAN.finditer(text):
        words = found[0].split(" ")
        for count in range(len(words), 0, -1):  # words may follow that are none of it
            number = "".join(words[:count])
            if is_account_number(number):
                end = found.start() + len(" ".join(words[:count]))
                yield Span(found.start(), end, number)
                break


def bics_in(text: str) -> Iterator[Span]:
    """Business identifier codes (ISO 9362), which have a form and no check digit."""
    return (Span(*found.span(), found[0]) for found in _BIC.finditer(text))


def emails_in(text: str) -> Iterator[Span]:
    """E-mail addresses, in small letters."""
    if "@" in text:
        yield from (Span(*found.span(), found[0].lower()) for found in _EMAIL.finditer(text))


def phones_in(text: str) -> Iterator[Span]:
    """Telephone numbers as digits, with a plus sign where the country is named."""
    for found in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", found[0])
        if len(digits) in _PHONE_DIGITS:
            plus = "+" if found[0].lstrip("(").startswith("+") else ""
            yield Span(*found.span(), plus + digits)


def vat_ids_in(text: str) -> Iterator[Span]:
    """VAT numbers of European states by their forms, without spaces and marks."""
    for found in _SPLIT_VAT.finditer(text):
        number = re.sub(r"[\s.-]", "", found[0])
        if _VAT.fullmatch(number):
            yield Span(*found.span(), number)


def taxpayers_in(text: str) -> Iterator[Span]:
    """Numbers of taxpayers: of the form of a VAT number, else as `groups_of` has them."""
    yield from (list(vat_ids_in(text)) or groups_of(text))


def groups_of(text: str) -> Iterator[Span]:
    """Numbers as `numbers_of` has them, with the groups of digits that follow a group of digits.

    `8500 1234 5678` is one number, in the spaces of its print.
    """
    groups = [Span(*found.span(), found[0]) for found in _GROUPS.finditer(text)]
    for number in numbers_of(text):
        whole = next((each for each in groups if each.start <= number.start < each.end), None)
        yield whole or number


def numbers_of(text: str) -> Iterator[Span]:
    """Numbers of documents: words with a digit, with short capitals before them (`CS 10012`)."""
    for found in _NUMBER.finditer(text):
        start, end = found.span()
        before = _SHORT.search(text[:start])
        start = before.start() if before else start
        value = text[start:end].strip(" .,:;#-*'\"")
        if len(value) >= _LEAST_LENGTH:
            yield Span(start, end, value)
