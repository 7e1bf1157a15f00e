"""Proves a proposed value by words of the document, or refuses it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from vision.core.field_request import AskedField
from vision.extraction.conversion import Converted, conversions_of
from vision.extraction.endpoint.messages import Proposal
from vision.extraction.endpoint.numbered_words import NumberedWords
from vision.extraction.evidence import Piece
from vision.extraction.findings import Field, Found, Missing, Reason
from vision.extraction.normalised import squeezed

_STRENGTH = 0.7  # the words have the value; that it is the right one is the model's claim
_LEAST_CONFIDENCE = 0.4  # as of fields that rules find
_MOST_TEXT = 500


def proved(asked: AskedField, proposal: Proposal, words: NumberedWords) -> Field:
    """The value with the words that have it, else `not_in_words`.

    The words that the proposal names are tried first, then the only place of the document that has
    the value. What is returned is what the words say, converted to the type asked for.
    """
    value = proposal.value
    if isinstance(value, dict | list) or len(str(value)) > _MOST_TEXT:
        return Missing(asked.name, Reason.NOT_IN_WORDS)
    named = _named(proposal.words, words)
    found = next(_matches(asked, value, named), None) if named else None
    if found is None:
        places = [each for row in words.rows for each in _matches(asked, value, row)]
        found = places[0] if len(places) == 1 else None
    if found is None:
        return Missing(asked.name, Reason.NOT_IN_WORDS)
    confident = found.confidence >= _LEAST_CONFIDENCE
    return found if confident else Missing(asked.name, Reason.LOW_CONFIDENCE, (found,))


def _named(numbers: Sequence[int], words: NumberedWords) -> Piece | None:
    """The words of these numbers as one piece; None where they are not words of one page."""
    known = [words.tokens[n] for n in dict.fromkeys(numbers) if 0 <= n < len(words.tokens)]
    pages = {token.ref.page for token in known}
    return Piece.of(known) if len(pages) == 1 else None


def _matches(asked: AskedField, value: Any, piece: Piece) -> Iterator[Found]:
    """The places of a piece that have the value."""
    wanted = _comparable(asked, value)
    seen: set[tuple[int, int]] = set()
    for each in (*conversions_of(asked, piece.text), *_substrings(asked, value, piece.text)):
        tokens = piece.part(each.start, each.end)
        place = piece.words_at(each.start, each.end)
        if place not in seen and _key(each.value) == wanted:
            seen.add(place)
            yield Found(asked.name, each.value, tokens.tokens, _STRENGTH, None, each.notes)


def _substrings(asked: AskedField, value: Any, text: str) -> Iterator[Converted]:
    """Where a text stands within the words, bounded by no letter or digit: `4711` in `No.4711`."""
    plain = str(value).strip()
    if asked.kind != "string" or not plain:
        return
    for place in re.finditer(re.escape(plain), text, re.IGNORECASE):
        before, behind = text[: place.start()][-1:], text[place.end() :][:1]
        if before.isalnum() or behind.isalnum():
            continue
        for each in conversions_of(asked, place[0]):
            start, end = place.start() + each.start, place.start() + each.end
            yield replace(each, start=start, end=end)


def _comparable(asked: AskedField, value: Any) -> tuple[str, Any]:
    """A proposed value as the conversion of words would give it."""
    if isinstance(value, int | float) and asked.kind == "string" and not asked.choices:
        value = str(value)
    if isinstance(value, str):
        value = next((each.value for each in conversions_of(asked, value)), value)
    return _key(value)


def _key(value: Any) -> tuple[str, Any]:
    """What equal values share: truths, numbers, and texts by letters and digits."""
    if isinstance(value, bool):
        return "truth", value
    if isinstance(value, int | float):
        return "number", round(float(value), 6)
    return "text", squeezed(str(value)) or str(value)
