"""The text of pages as it is passed to a helper process: JSON, and back."""

from collections.abc import Sequence
from typing import Any

from vision.core.exports import PageText, PlacedWord


def page_texts(rows: Any) -> list[PageText]:
    """The pages that JSON made lists of."""
    return [PageText._make((*about, _lines(lines))) for *about, lines in rows]


def _lines(rows: Any) -> tuple[tuple[PlacedWord, ...], ...]:
    return tuple(
        tuple(PlacedWord(text, tuple((x, y) for x, y in quad)) for text, quad in line)
        for line in rows
    )


def rows_of(pages: Sequence[PageText]) -> list[Any]:
    """Plain lists, coordinates with two decimals."""
    return [[*page[:-1], [_row(line) for line in page.lines]] for page in pages]


def _row(line: Sequence[PlacedWord]) -> list[Any]:
    return [[word.text, [[round(x, 2), round(y, 2)] for x, y in word.quad]] for word in line]
