"""Pieces of a form cut where labels end: at colons, leaders and the like."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vision.extraction.evidence import Piece

# Ends of labels: `Date:`, `Name;` (a misread colon), `Weight --`, `Total....`, `Ref. #`.
_ENDS = re.compile(r"(?::|;|[-\u2013_=]{2,}|\.{3,}|#:?)[-._\s]*$")
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
    """The piece cut behind each word that ends a label."""
    start = 0
    for at in range(1, len(piece.tokens) + 1):
        text = " ".join(token.text for token in piece.tokens[start:at])
        closed = ends_label(text)
        if closed or at == len(piece.tokens):
            if _ALNUM.search(text):
                yield Unit(Piece.of(piece.tokens[start:at], piece.kind), closed)
            start = at
