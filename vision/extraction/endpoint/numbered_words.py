"""The words of a document with numbers, as text for a language model."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from vision.core.document import Document
from vision.extraction.context import Row, text_of
from vision.extraction.evidence import Piece, Token

MOST_WORDS = 4000  # of a document; about 20,000 tokens of a language model


@dataclass(frozen=True, slots=True)
class NumberedWords:
    """`text` shows each word behind its number, `tokens` has them by number, `rows` by row.

    `left_out` counts words beyond MOST_WORDS, which are in none of these.
    """

    text: str
    tokens: tuple[Token, ...]
    rows: tuple[Piece, ...]
    left_out: int = 0


def number_words(document: Document, most: int = MOST_WORDS) -> NumberedWords:
    """Number the words of a document row by row; `|` shows wide gaps. Whole rows are left out."""
    lines: list[str] = []
    rows: list[Piece] = []
    tokens: list[Token] = []
    left_out = 0
    for page in document.pages:
        lines.append(f"Page {page.number}")
        for row in text_of(page).rows:
            if left_out or len(tokens) + len(row.whole.tokens) > most:
                left_out += len(row.whole.tokens)
                continue
            lines.append(_numbered(row, len(tokens)))
            tokens += chain.from_iterable(piece.tokens for piece in row.pieces)
            rows.append(row.whole)
    return NumberedWords("\n".join(lines), tuple(tokens), tuple(rows), left_out)


def _numbered(row: Row, first: int) -> str:
    pieces = []
    for piece in row.pieces:
        pieces.append(_joined(piece.tokens, first))
        first += len(piece.tokens)
    return " | ".join(pieces)


def _joined(tokens: Sequence[Token], first: int) -> str:
    return " ".join(f"[{number}]{token.text}" for number, token in enumerate(tokens, first))
