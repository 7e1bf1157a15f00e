"""Where one document of a file ends and the next begins.

A page continues the document before it where its page number says so, or where nothing says that
it begins one. It begins one where it is numbered 1, or is confidently of another class, or has a
letterhead of its own: a document's number or date with a label, at its head.
"""

import re
from collections.abc import Mapping, Sequence

from vision.extraction.context import PageText, Row

# `Page 2 of 3`, `Seite 2/3`, `2 / 3`
_NUMBERED = re.compile(
    r"(?:page|pages|seite|pagina|página|page\s?n|blatt|p\.)\s*:?\s*(\d{1,3})(?:\s*(?:of|/|von|de|sur|di|van)\s*(\d{1,3}))?"
    r"|^\W*(\d{1,3})\s*(?:/|of|von|sur)\s*(\d{1,3})\W*$",
    re.IGNORECASE,
)
_EDGE_ROWS = 3  # at the head and foot, in which a page number stands
_HEAD_ROWS = 12
_HEADS = frozenset({"invoice_number", "order_number", "customer_number"})
_ALONE = frozenset({"receipt", "id"})  # classes whose documents have one page
_CONFIDENT = 0.6
_FEWEST_WORDS = 8  # a page with fewer may belong to any document


def parts_of(pages: Sequence[PageText], chances: Sequence[Mapping[str, float]]) -> list[list[int]]:
    """Indices of the pages of each document, in their order; none for no pages."""
    parts: list[list[int]] = []
    for at, page in enumerate(pages):
        if not parts or _begins(page, pages[at - 1], chances[at], chances[at - 1]):
            parts.append([])
        parts[-1].append(at)
    return parts


def _begins(
    page: PageText, before: PageText, chances: Mapping[str, float], earlier: Mapping[str, float]
) -> bool:
    number, previous = page_number(page), page_number(before)
    if number is not None:
        return number == 1 or (previous is not None and number <= previous)
    if _words(page) < _FEWEST_WORDS:
        return _has_heads_of_its_own(page, before)
    kind = max(chances, key=lambda each: chances[each])
    old = max(earlier, key=lambda each: earlier[each])
    if chances[kind] >= _CONFIDENT and kind in _ALONE:
        return True
    both = min(chances[kind], earlier[old]) >= _CONFIDENT and _words(before) >= _FEWEST_WORDS
    if both and kind != old:
        return True
    return _has_heads_of_its_own(page, before)


def _words(page: PageText) -> int:
    return sum(len(row.whole.tokens) for row in page.rows)


def page_number(page: PageText) -> int | None:
    """The number that the head or the foot of a page states in words or as `2/3`."""
    edge: list[Row] = [*page.rows[:_EDGE_ROWS], *page.rows[-_EDGE_ROWS:]]
    for row in reversed(edge):
        for piece in row.pieces:
            found = _NUMBERED.search(piece.text)
            if found:
                return int(found[1] or found[3])
    return None


def _has_heads_of_its_own(page: PageText, before: PageText) -> bool:
    return _heads(page) != _heads(before) and bool(_heads(page))


def _heads(page: PageText) -> frozenset[str]:
    """The numbers of documents at the head of a page, with their labels."""
    rows = page.rows[:_HEAD_ROWS]
    labelled = (row for row in rows if any(each.kind in _HEADS for each in row.labels))
    return frozenset(row.whole.text for row in labelled if any(map(str.isdigit, row.whole.text)))
