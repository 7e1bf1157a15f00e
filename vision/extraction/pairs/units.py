"""Pieces of a form cut where labels end: at colons, leaders and the like."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vision.extraction.evidence import Piece, Token

# Ends of labels: `Date:`, `Name;` (a misread colon), `Weight --`, `Total....`, `Ref. #`.
_ENDS = re.compile(r"(?::|;|[-\u2013_=]{2,}|\.{3,}|#:?)[-._\s]*$")
_END_MARKS = frozenset(":;-\u2013_=.#")
_RULES = frozenset("_|")
_ALNUM = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Unit:
    """A label, a value, or both where nothing shows where one ends.

    `closed` where it ends as labels do.
    """

    piece: Piece
    closed: bool

    @classmethod
    def of(cls, piece: Piece) -> "Unit":
        """A whole piece."""
        return cls(piece, ends_label(piece.text))


def units_of(pieces: Sequence[Piece]) -> list[Unit]:
    """The units of a page, in the order of its pieces; marks without a letter or digit are none."""
    return [unit for piece in pieces for unit in _cut(piece)]


def ends_label(text: str) -> bool:
    """Whether a text with letters ends as labels do."""
    return _ENDS.search(text) is not None and any(map(str.isalpha, text))


def _cut(piece: Piece) -> Iterator[Unit]:
    """The piece cut behind each word that ends a label, and at rules that were read as marks."""
    start, count = 0, len(piece.tokens)
    for at, token in enumerate(piece.tokens, start=1):
        closed = token.text[-1] in _END_MARKS and ends_label(_text(piece, start, at))
        if closed or at == count or _ruled(token, piece.tokens[at]):
            part = piece if (start, at) == (0, count) else _part(piece, start, at)
            if _ALNUM.search(part.text):
                yield Unit(part, closed)
            start = at


def _ruled(token: Token, following: Token) -> bool:
    return following.text[0] in _RULES or token.text[-1] in _RULES


def _text(piece: Piece, start: int, end: int) -> str:
    last = piece.starts[end - 1] + len(piece.tokens[end - 1].text)
    return piece.text[piece.starts[start] : last]


def _part(piece: Piece, start: int, end: int) -> Piece:
    return Piece.of(piece.tokens[start:end], piece.kind)
