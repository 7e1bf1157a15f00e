"""Fields that a caller asked for: values of the type asked for, each with its evidence.

A field is looked for as a known class if its name or a hint names one, then among pairs of label
and value, then behind its name wherever that stands on a page, and last by its form alone.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple

from vision.core.field_request import AskedField
from vision.extraction.context import PageText
from vision.extraction.conversion import Converted, conversions_of
from vision.extraction.evidence import Piece, Token
from vision.extraction.findings import Field, Found, Missing, Reason
from vision.extraction.labels import NO_FIELDS, meaning_of
from vision.extraction.moments import prints_months_first
from vision.extraction.normalised import folded
from vision.extraction.pairs.linking import Pair

_PIECES_OF_NAMES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+|\d+")
_KEY = re.compile(r"[^\W_]+")
_LEAST_ALIKE = 0.5  # shared words of a name and a label, of all words of both
_BEHIND_STRENGTH = 0.6  # of what stands behind a name somewhere
_FORM_STRENGTH = 0.6  # of the only value of that form
_FEWEST_WORDS = 2  # of a name that distinguishes a label from others of its class
_EXACT_STRENGTH = 0.9
_LEAST_CONFIDENCE = 0.4
_MOST_NAMES = 8  # of a field
_COLUMN_GAP = 3.0  # in heights
_NAMES = frozenset({"name", "vorname", "nachname", "nom", "nombre", "nome", "naam"})
_MOST_CHARACTERS = 10_000  # of a document that patterns of strangers are searched in

Known = Mapping[str, Field]


class _Source(NamedTuple):
    """Known fields of a document; its pairs and rows, each with the words of its label or text."""

    known: Known
    pairs: list[tuple[Pair, frozenset[str]]]
    rows: list[tuple[Piece, list[frozenset[str]]]]
    months_first: bool


def asked_fields(
    asked: Sequence[AskedField],
    known: Known,
    pairs: Sequence[Pair],
    pages: Sequence[PageText],
) -> dict[str, Field]:
    """Each field that was asked for, in their order, found or missing."""
    rows = [row.whole for page in pages for row in page.rows]
    source = _Source(
        known,
        [(pair, _words(pair.label.text)) for pair in pairs],
        [(text, [_words(token.text) for token in text.tokens]) for text in rows],
        prints_months_first(pages),
    )
    return {each.name: _answer(each, source) for each in asked}


def _answer(asked: AskedField, source: _Source) -> Field:
    names = _names(asked)
    field = _of_class(asked, source.known)
    if field is not None:
        exact = _by_exact_label(asked, names[:1], field, source)
        return field if exact is None else _in_order(asked, exact, source)
    return _in_order(asked, _by_label_or_form(asked, names, source), source)


def _in_order(asked: AskedField, field: Field, source: _Source) -> Field:
    """A date with the month printed first where the document prints its dates so."""
    if isinstance(field, Missing) or asked.form != "date" or not source.months_first:
        return field
    other = field.notes.get("or")
    if other is None:
        return field
    return replace(field, value=other, notes={**field.notes, "or": field.value})


def _by_label_or_form(asked: AskedField, names: Sequence[frozenset[str]], source: _Source) -> Field:
    labelled = list(_labelled(asked, names, source)) or list(_behind(asked, names, source))
    if not labelled:
        return _by_form(asked, source)
    values = [each for each in labelled if isinstance(each, Found)]
    if not values:
        return Missing(asked.name, Reason.WRONG_TYPE)
    return _chosen(asked, values)


def _by_exact_label(
    asked: AskedField, names: Sequence[frozenset[str]], field: Field, source: _Source
) -> Found | None:
    """The value behind the very words asked for, where the class took that of another label.

    `balance due` and `invoice total` are both totals, and one document may have both.
    """
    several = [name for name in names if len(name) >= _FEWEST_WORDS]
    label = field.label if isinstance(field, Found) else None
    if not several or (label is not None and _words(label.text) in several):
        return None
    found = [each for each in _behind(asked, several, source) if each is not None]
    if len({repr(each.value) for each in found}) != 1:
        return None
    return replace(found[0], strength=_EXACT_STRENGTH)


def _names(asked: AskedField) -> list[frozenset[str]]:
    """The words of the name and of each hint; `invoiceNumber` has two."""
    name = " ".join(_PIECES_OF_NAMES.findall(asked.name)) or asked.name
    texts = [name, *(part for hint in asked.hints for part in re.split(r"[,;|\n]", hint))]
    found = dict.fromkeys(words for text in texts if (words := _words(text)))
    return list(found)[:_MOST_NAMES]


def _words(text: str) -> frozenset[str]:
    return frozenset(_KEY.findall(folded(text)))


def _of_class(asked: AskedField, known: Known) -> Field | None:
    """The known field that the name, a hint or the format names, converted; None for none."""
    kind = next((kind for kind in _classes(asked) if kind in known), None)
    if kind is None:
        return None
    field = known[kind]
    candidates = [field] if isinstance(field, Found) else list(field.candidates)
    converted = [value for each in candidates if (value := _converted(asked, each)) is not None]
    if isinstance(field, Missing):
        return Missing(asked.name, field.reason, tuple(converted))
    return converted[0] if converted else Missing(asked.name, Reason.WRONG_TYPE)


def _classes(asked: AskedField) -> Iterator[str]:
    spaced = " ".join(_PIECES_OF_NAMES.findall(asked.name))
    for text in (asked.name, spaced, *asked.hints):
        key = "_".join(_KEY.findall(folded(text)))
        yield key
        meaning = meaning_of(text)
        if meaning is not None and meaning.kind not in NO_FIELDS:
            yield meaning.kind
    if asked.form in {"email", "iban", "phone"}:
        yield asked.form


def _converted(asked: AskedField, found: Found) -> Found | None:
    """A known field's value as the type asked for."""
    normalised = str(found.value)
    value = next(conversions_of(asked, normalised), None) or next(
        conversions_of(asked, found.text), None
    )
    if value is None:
        return None
    return Found(asked.name, value.value, found.words, found.strength, found.label, found.notes)


def _labelled(
    asked: AskedField, names: Sequence[frozenset[str]], source: _Source
) -> Iterator[Found | None]:
    """The value of each pair whose label is like the name or a hint; None for other types."""
    for pair, label in source.pairs:
        likeness = max((len(name & label) / len(name | label) for name in names), default=0.0)
        if likeness >= _LEAST_ALIKE:
            yield _found(asked, pair.value, pair.label, min(pair.chance * likeness + 0.2, 0.95))


def _behind(
    asked: AskedField, names: Sequence[frozenset[str]], source: _Source
) -> Iterator[Found | None]:
    """What stands behind the words of a name in a row."""
    for text, words in source.rows:
        everything = frozenset().union(*words)
        for name in names:
            end = _end_of(name, words) if name <= everything else None
            if end is not None and end < len(words):
                label = Piece.of(text.tokens[max(end - len(name), 0) : end])
                behind = text.tokens[end:]
                values = (Piece.of(words) for words in (_in_column(behind), behind))
                found = (_found(asked, value, label, _BEHIND_STRENGTH) for value in values)
                yield next((each for each in found if each is not None), None)
                break


def _in_column(words: Sequence[Token]) -> Sequence[Token]:
    """The words up to a gap as wide as those between columns."""
    for at, (left, right) in enumerate(pairwise(words), start=1):
        if right.level.x0 - left.level.x1 > _COLUMN_GAP * left.level.height:
            return words[:at]
    return words


def _end_of(name: frozenset[str], words: Sequence[frozenset[str]]) -> int | None:
    """The index behind the words of a name that follow each other."""
    size = len(name)
    places = range(size, len(words) + 1)
    return next((at for at in places if frozenset().union(*words[at - size : at]) == name), None)


def _found(asked: AskedField, piece: Piece, label: Piece | None, strength: float) -> Found | None:
    value = next(conversions_of(asked, piece.text), None)
    if value is None or (_is_named(asked) and not any(map(str.isalpha, piece.text))):
        return None
    return _with_words(asked, value, piece, label, strength)


def _is_named(asked: AskedField) -> bool:
    """Whether a name of somebody or something is asked for, which has letters."""
    return asked.kind == "string" and not _NAMES.isdisjoint(_names(asked)[0])


def _with_words(
    asked: AskedField, value: Converted, piece: Piece, label: Piece | None, strength: float
) -> Found:
    words = piece.part(value.start, value.end).tokens
    return Found(asked.name, value.value, words, strength, label, value.notes)


def _by_form(asked: AskedField, source: _Source) -> Field:
    """The only value whose form is that of a pattern, of a choice or of a format."""
    if not (asked.pattern or asked.choices or asked.form):
        return Missing(asked.name, Reason.NOT_FOUND)
    found: list[Found] = []
    left = _MOST_CHARACTERS
    for text, _ in source.rows:
        left -= len(text.text)
        if left < 0:
            break
        values = conversions_of(asked, text.text, alone=True)
        found += (_with_words(asked, each, text, None, _FORM_STRENGTH) for each in values)
    return _chosen(asked, found) if found else Missing(asked.name, Reason.NOT_FOUND)


def _chosen(asked: AskedField, values: Sequence[Found]) -> Field:
    """The best of the values; none where others are as good."""
    ranked = sorted(values, key=lambda each: each.strength, reverse=True)
    rivals = [each for each in ranked if each.value != ranked[0].value]
    if rivals and rivals[0].strength > ranked[0].strength - 0.05:
        return Missing(asked.name, Reason.SEVERAL_CANDIDATES, tuple(ranked[:4]))
    if ranked[0].confidence < _LEAST_CONFIDENCE:
        return Missing(asked.name, Reason.LOW_CONFIDENCE, (ranked[0],))
    return ranked[0]


def values_of(fields: Mapping[str, Field]) -> dict[str, Any]:
    """The object that conforms to the schema: a value for each field, or null."""
    return {name: each.value if isinstance(each, Found) else None for name, each in fields.items()}
