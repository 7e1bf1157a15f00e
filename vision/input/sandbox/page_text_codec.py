"""The text of pages as it is passed to a helper process: JSON, and back."""

from collections.abc import Sequence
from typing import Any

from vision.core.document import Polygon
from vision.core.exports import PageText, PlacedWord, Tag


def page_texts(rows: Any) -> list[PageText]:
    """The pages that JSON made lists of."""
    return [
        PageText._make((*about, _lines(lines), tuple(map(_tag, tags)), language))
        for *about, lines, tags, language in rows
    ]


def _lines(rows: Any) -> tuple[tuple[PlacedWord, ...], ...]:
    return tuple(tuple(PlacedWord(text, _quad(quad)) for text, quad in line) for line in rows)


def _quad(rows: Any) -> Polygon:
    return tuple((x, y) for x, y in rows)


def _tag(row: Any) -> Tag:
    role, lines, children, alt, place, spans = row
    below = tuple(map(_tag, children))
    return Tag(role, _lines(lines), below, alt, place and _quad(place), tuple(spans))


def rows_of(pages: Sequence[PageText]) -> list[Any]:
    """Plain lists, coordinates with two decimals."""
    return [
        [*page[:5], _rows(page.lines), [_tag_row(tag) for tag in page.tags], page.language]
        for page in pages
    ]


def _rows(lines: Sequence[Sequence[PlacedWord]]) -> list[Any]:
    return [[[word.text, _rounded(word.quad)] for word in line] for line in lines]


def _rounded(quad: Polygon) -> list[list[float]]:
    return [[round(x, 2), round(y, 2)] for x, y in quad]


def _tag_row(tag: Tag) -> list[Any]:
    place = tag.place and _rounded(tag.place)
    children = [_tag_row(child) for child in tag.children]
    return [tag.role, _rows(tag.lines), children, tag.alt, place, tag.spans]
