"""Who issued a document: the company's name and its address, at the top of the first page."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from vision.extraction.context import PageText, Row, beside
from vision.extraction.evidence import Piece, Token, confidence_of
from vision.extraction.findings import Field, Found, Missing, Reason
from vision.extraction.labels import meaning_of
from vision.extraction.normalised import folded
from vision.extraction.place_words import has_street, legal_form, place_words
from vision.extraction.values.dates import dates_in

_MOST_ROWS = 16  # of a page's head
_AGAIN = 0.8  # the score of a name that is repeated
_LEAST_NAME = 8  # letters
_COLUMN_GAP = 3.0  # in heights, between a name on the left and an address on the right
_KEYS = re.compile(r"[^\W_]+")
# `(139386 X)`, `789417-W`, `(CO Reg :750441-W)`
_REGISTRATION = re.compile(
    r"^\W*(?:co\W*reg\W*|company\W*(?:no|reg)\W*)?[\d\s~-]{5,}\W{0,2}[A-Z]?\W*$", re.IGNORECASE
)
_TRAILING_NUMBER = re.compile(r"\s*[({\[]\s*[\dOUIl]{4,}\s*[-\u2013~]?\s*[A-Za-z0-9]?\s*[)}\]]*$")
_BRACKETED = re.compile(r"^[({\[].*[)}\]]$")
_COUNTRIES = (
    r"(?<![\w-])(?:AT?|BE?|CH|CZ|DE|DK|D|ES?|FIN?|FL|FR?|HU?|IT?|L[ITUV]?|N[LO]?|P[LT]?|RO"
    r"|S[EIK]?)-"
)
_POSTAL = re.compile(
    rf"(?:{_COUNTRIES}|(?<![\d-]))\d{{4,6}}(?![\d-])|\b[A-Z]{{1,2}}\d[\dA-Z]? ?\d[A-Z]{{2}}\b"
)
# A house number, and a town with its code: `Am Deich 8, 24937 Flensburg`
_WHOLE_ADDRESS = re.compile(
    rf"[^\W\d_]{{2,}}\W+\d{{1,4}}\s?[a-z]?\s*,\s*(?:{_COUNTRIES})?\d{{4,5}}\s+[^\W\d_]{{2,}}"
)
_STREET_NUMBER = re.compile(
    r"^\W*(?:no\W{0,3}|lot\W?|unit\W?|\W)?\s*[a-z]{0,2}[\d§$]+", re.IGNORECASE
)
_PHONE = re.compile(r"(?:\+?\d[\s()./-]{0,2}){8,}")
# `Auftragsnummer: AB-5512`: a label and its number, although AB is a legal form
_CODED = re.compile(r"[^\W\d_]\s?:\s*\S*\d")
# `No goods or services were provided.`
_SENTENCE = re.compile(r"\w+(?:,? [a-z]+){3,}\.")
_NO_ADDRESS = re.compile(r"@|www\.|[^\W\d_]\.?\s?[:;](?!\w)|#\d")
# Words of a document's name and of tills, which no address has.
_DOCUMENTS = frozenset({
    "invoice", "receipt", "facture", "rechnung", "factura", "fattura", "factuur", "fatura",
    "quittung", "proforma", "ticket", "caisse", "kasse", "cashier",
})  # fmt: skip
_WELCOME = frozenset({
    "welcome", "thank", "copy", "duplicate", "original", "receipt", "invoice", "bill", "cash",
    "tax", "sale", "page", "facture", "rechnung", "factura", "fattura", "factuur", "fatura",
    "quittung", "table",
})  # fmt: skip


_LOOKS_LIKE = {"$": "S", "[": "I", "|": "I", "€": "E"}
_IN_ADDRESSES = str.maketrans({"$": "S", "§": "S"})  # no address has such signs
_SIGN_IN_WORD = re.compile(r"(?<=[^\W\d_])[\[|]|[$€](?=[^\W\d_])|(?<=[^\W\d_])[$€]")


@dataclass(frozen=True, slots=True)
class _Head:
    """A row of the head of a page."""

    row: Row
    text: str
    keys: tuple[str, ...]
    form: tuple[int, int] | None  # the words of a legal form


def parties_of(pages: Sequence[PageText]) -> dict[str, Field]:
    """The fields `company` and `address` of the first page that has text."""
    page = next((page for page in pages if page.rows), None)
    if page is None:
        return {kind: Missing(kind, Reason.NOT_FOUND) for kind in ("company", "address")}
    head = [each for row in page.rows[:_MOST_ROWS] for each in _groups(row)]
    first = next((at for at, each in enumerate(head) if _begins_address(each)), None)
    company = _company(head, first, " ".join(row.whole.text for row in page.rows).casefold())
    return {"company": _labelled(page, "company") or company, "address": _address(head, first)}


def _groups(row: Row) -> Iterator[_Head]:
    """The row cut at gaps as wide as those between columns, without specks."""
    pieces = [piece for piece in row.pieces if len(piece.text) > 1] or list(row.pieces)
    group = [pieces[0]]
    for left, right in pairwise(pieces):
        if right.level.x0 - left.level.x1 > _COLUMN_GAP * max(left.height, right.height):
            yield _head(row, group)
            group = []
        group.append(right)
    yield _head(row, group)


def _head(row: Row, pieces: Sequence[Piece]) -> _Head:
    whole = Piece.of([token for piece in pieces for token in piece.tokens])
    labels = tuple(label for label in row.labels if any(label.piece is each for each in pieces))
    row = replace(row, pieces=tuple(pieces), labels=labels, whole=whole)
    return _Head(row, whole.text, _keys(whole.text), legal_form(_name_keys(whole.text)))


def _stops(each: _Head) -> bool:
    """Whether a row cannot be part of an address."""
    return (
        bool(each.row.labels)
        or _REGISTRATION.match(each.text) is not None
        or _PHONE.search(each.text) is not None
        or _BRACKETED.match(each.text) is not None
        or _NO_ADDRESS.search(each.text) is not None
        or meaning_of(each.text) is not None
        or not _DOCUMENTS.isdisjoint(each.keys)
        or _is_dated(each.text)
    )


def _is_dated(text: str) -> bool:
    """Whether a row states a date with its year, as letters do below the sender's address."""
    return any(str(found.value.year) in text for found in dates_in(text))


def _keys(text: str) -> tuple[str, ...]:
    """The words of a row, folded."""
    return tuple(folded(key) for key in _KEYS.findall(_as_letters(text)))


def _name_keys(text: str) -> tuple[str, ...]:
    """The words of a row, folded; short ones in small letters are no legal forms and become `-`."""
    found = _KEYS.findall(_as_letters(text))
    return tuple("-" if len(key) <= 3 and key.islower() else folded(key) for key in found)


def _as_letters(text: str) -> str:
    """The text with signs inside words read as the letters that they look like."""
    return _SIGN_IN_WORD.sub(lambda found: _LOOKS_LIKE[found[0]], text)


def _names_company(each: _Head) -> bool:
    return (
        each.form is not None
        and each.form[1] == len(each.keys)
        and not _STREET_NUMBER.match(each.text)
    )


def _labelled(page: PageText, kind: str) -> Found | None:
    """The value beside a label of this class with a colon."""
    for row in page.rows:
        for label in row.labels:
            value = beside(row, label) if label.kind == kind and label.closed else None
            if value is not None and any(each.isalpha() for each in value.text):
                return Found(kind, value.text, value.tokens, 0.85, label.part)
    return None


def _begins_address(each: _Head) -> bool:
    """Whether a row is the first of an address: a number of a house, lot or floor, or a street."""
    if _WHOLE_ADDRESS.search(each.text):
        return not _stops(each)
    if not has_street(each.keys) or (len(each.keys) < 2 and not each.text.endswith(",")):
        return False
    if _stops(each):
        return False
    if _STREET_NUMBER.match(each.text):
        return True
    return not _names_company(each) and (any(map(str.isdigit, each.text)) or "," in each.text)


def _company(head: Sequence[_Head], address: int | None, page: str) -> Field:
    """The row of the head that looks most like a name, above the address where there is one.

    `page` is the text of the page in small letters: a name may be repeated at its foot.
    """
    usual = median(each.row.whole.height for each in head)
    scored = [
        (_name_score(each, at, address, usual) + _AGAIN * _is_repeated(each, page), at)
        for at, each in enumerate(head)
    ]
    score, at = max(scored, key=lambda pair: (pair[0], -pair[1]))
    if score <= 0:
        return Missing("company", Reason.NOT_FOUND)
    words = list(_name_words(head[at]))
    if at and (form := legal_form(("", *_name_keys(head[at].text)))) and form[0] == 1:
        words = [*head[at - 1].row.whole.tokens, *words]  # the legal form has a line of its own
    return Found("company", name_of(words), tuple(words), min(0.97, 0.4 + 0.12 * score))


def _is_repeated(each: _Head, page: str) -> bool:
    name = each.text.casefold()
    return len(name) >= _LEAST_NAME and page.count(name) > 1


def _name_score(each: _Head, at: int, address: int | None, usual: float) -> float:
    """How much a row looks like the name of a company; fitted by hand on the tuning half."""
    letters = sum(map(str.isalpha, each.text))
    if letters < 3 or (address is not None and at >= address):
        return -1.0
    score = 0.8 - 0.05 * at
    score += 3.0 * (each.form is not None)
    score += 1.2 * any(key in place_words()["business"] for key in each.keys)
    score += 0.7 * (each.row.whole.height > 1.3 * usual)
    score += 0.5 * (address is not None and at == address - 1)
    score -= 1.5 * any(map(str.isdigit, _TRAILING_NUMBER.sub("", each.text)))
    score -= 2.0 * any(key in _WELCOME for key in each.keys)
    score -= 2.0 * (bool(each.row.labels) and not each.form)
    score -= 4.0 * (_CODED.search(each.text) is not None)
    score -= 2.0 * (_SENTENCE.fullmatch(each.text) is not None)
    score -= 2.0 * (1 - confidence_of(each.row.whole.tokens))
    return score - 2.0 * (letters < 0.6 * len(each.text.replace(" ", "")))


def _name_words(each: _Head) -> Iterator[Token]:
    """The words of the name: without a registration number, and without what follows its form."""
    text = _TRAILING_NUMBER.sub("", each.text)
    tokens = each.row.whole.part(0, max(len(text), 1)).tokens
    keys = [(key, token) for token in tokens for key in _name_keys(token.text)]
    form = legal_form([key for key, _ in keys])
    last = keys[form[1] - 1][1] if form else tokens[-1]
    for token in tokens:
        yield token
        if token is last:
            return


def name_of(words: Sequence[Token]) -> str:
    """The name as printed, with a misread legal form corrected."""
    text = _as_letters(" ".join(word.text for word in words)).replace("Y¥", "Y").replace("¥", "Y")
    parts = text.split(" ")
    form = place_words()["misread"].get(" ".join(_keys(" ".join(parts[-2:]))))
    return " ".join([*parts[:-2], form]) if form else text


def _address(head: Sequence[_Head], first: int | None) -> Field:
    """The rows of the address from its first one on."""
    if first is None:
        return Missing("address", Reason.NOT_FOUND)
    rows = [head[first]]
    below = [each for each in head[first + 1 :] if _is_below(each, head[first])]
    beside = Counter(each.row.number for each in head)
    for each, following in zip(below, [*below[1:], None], strict=False):
        is_label = " " not in each.text and beside[each.row.number] > 1
        if is_label or _is_whole(rows[-1]) or not _continues(each, rows[-1], following):
            break
        rows.append(each)
    words = tuple(token for each in rows for token in each.row.whole.tokens)
    has_code = any(_POSTAL.search(each.text) for each in rows)
    value = " ".join(word.text for word in words).translate(_IN_ADDRESSES)
    return Found("address", value, words, 0.9 if has_code else 0.7)


def _is_whole(each: _Head) -> bool:
    """Whether a row has a whole address, and no comma that promises more."""
    return _WHOLE_ADDRESS.search(each.text) is not None and not each.text.endswith((",", "."))


def _is_below(each: _Head, first: _Head) -> bool:
    """Whether a group stands under the first one, in its column."""
    one, other = each.row.whole.level, first.row.whole.level
    return each.row.number > first.row.number and min(one.x1, other.x1) > max(one.x0, other.x0)


def _continues(each: _Head, above: _Head, following: _Head | None) -> bool:
    """Whether a row goes on with an address."""
    if _stops(each) or not each.keys or _names_company(each):
        return False
    if above.text.rstrip().endswith((",", ".")) or "," in each.text.rstrip(" ,."):
        return True
    if _POSTAL.search(each.text) or has_street(each.keys):
        return True
    if " " not in each.text:
        return sum(map(str.isalpha, each.text)) >= 4
    return (
        following is not None
        and not _stops(following)
        and _POSTAL.search(following.text) is not None
    )
