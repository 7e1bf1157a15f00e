"""Tells which blocks only repeat from page to page: running heads, feet and page numbers."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from vision.core.document import Block, Line, Page

RUNNING_KINDS = frozenset({"header", "footer", "page_number"})
_CONFIDENT = 0.5  # a less confident detection may be a greeting or the source of a figure
_FEWEST_PAGES = 2  # that have the same text but for its digits
_EDGE = 0.1  # of the page's height
# `63`, `- 12 -`, `Page 3 of 10`, `3/10`
_NUMBER = re.compile(
    r"\W*(?:[^\W\d]{1,6}\W+)?\d{1,4}(?:\s*(?:/|of|von|de|sur)\s*\d{1,4})?\W*", re.IGNORECASE
)

# What no detector takes for furniture needs more: the same text, its page number aside, at the
# same place at the edge of so many pages.
_MAY_REPEAT = frozenset({"text", "title", "caption", "footnote"})
_FEWEST_REPEATED = 3
_MOST_LINES = 2
_SAME_PLACE = 0.02  # of the page's height
# `Annual report 12`, `12 Annual report`, `Page 3 of 10`; a larger number is one of an order.
_COUNTING = re.compile(
    r"^\W*(\d{1,3})\b(?!\W*\d)|(?<![\d.,:/])(\d{1,3})(?:\s*(?:/|of|von|de|sur)\s*\d+)?\W*$"
)


_Sign = tuple[tuple[object, ...], int]  # what is the same on other pages, and the place


class RunningText:
    """Judges the blocks of one document, once all its pages were added.

    Of each different candidate only its text and place are kept, and on how many pages it is.
    """

    def __init__(self, pages: Iterable[Page] = ()) -> None:
        self._pages: Counter[str] = Counter()
        self._repeated: Counter[_Sign] = Counter()
        self._first: int | None = None
        for page in pages:
            self.add(page)

    def add(self, page: Page) -> None:
        """Collect the candidates of a page; pages come in their order."""
        self._first = page.number if self._first is None else self._first
        candidates = (block for block in page.blocks if block.kind in RUNNING_KINDS)
        self._pages.update({_without_digits(block) for block in candidates})
        at_edge = (block for block in page.blocks if _may_repeat(block, page))
        self._repeated.update({sign for block in at_edge for sign in _signs(block, page)})

    def includes(self, block: Block, page: Page) -> bool:
        """Whether a block of the page is running text.

        One that was detected as such must be confirmed by the detection's confidence, the same text
        on another page, or as a page number at the edge of the page. One whose region is not listed
        is believed. Any other must repeat at one place at the edge of three pages, with the same
        numbers or one that counts the pages. On the first page a text without such a number
        stays, since there it may be a letterhead, as do titles that were detected with confidence.
        """
        confidences = [each.confidence for each in page.regions if each.id == block.region]
        if block.kind not in RUNNING_KINDS:
            is_title = block.kind == "title" and max(confidences, default=0.0) >= _CONFIDENT
            return not is_title and _may_repeat(block, page) and self._repeats(block, page)
        return (
            all(confidence >= _CONFIDENT for confidence in confidences)
            or self._pages[_without_digits(block)] >= _FEWEST_PAGES
            or _is_number_at_edge(block, page)
        )

    def _repeats(self, block: Block, page: Page) -> bool:
        same, *counting = (self._pages_with(sign) for sign in _signs(block, page))
        if max(counting, default=0) >= _FEWEST_REPEATED:
            return True
        return same >= _FEWEST_REPEATED and page.number != self._first

    def _pages_with(self, sign: _Sign) -> int:
        """On how many pages a text is at about this place: steps beside it count too."""
        text, step = sign
        return sum(self._repeated[text, step + near] for near in (-1, 0, 1))


def running_kind(block: Block, page: Page) -> str:
    """The kind of a block that is running text: header, footer or page number."""
    if block.kind in RUNNING_KINDS:
        return block.kind
    if _NUMBER.fullmatch(_text(block)):
        return "page_number"
    return "header" if _extent(block.lines)[0] < page.height / 2 else "footer"


def is_edge_text(lines: int, top: float, foot: float, height: float) -> bool:
    """Whether so many lines, from `top` to `foot` of a page, may be a running head or foot."""
    depth = _EDGE * height
    return 0 < lines <= _MOST_LINES and (foot <= depth or top >= height - depth)


def _may_repeat(block: Block, page: Page) -> bool:
    if block.kind not in _MAY_REPEAT:
        return False
    top, foot = _extent(block.lines)
    return is_edge_text(len(block.lines), top, foot, page.height)


def _extent(lines: Iterable[Line]) -> tuple[float, float]:
    boxes = [line.box for line in lines]
    return min((box.y0 for box in boxes), default=0.0), max((box.y1 for box in boxes), default=0.0)


def _signs(block: Block, page: Page) -> Iterator[_Sign]:
    """What a block has in common with its like on other pages.

    First the text with all its numbers; then, if a number at its beginning or end may count the
    pages, the text with the other numbers, and how far that one is from the page's.
    """
    text = _text(block).casefold()
    step = round(_extent(block.lines)[0] / max(page.height, 1) / _SAME_PLACE)
    yield (text,), step
    for found in _COUNTING.finditer(text):
        at, end = found.span(found.lastindex or 0)
        yield (text[:at], int(text[at:end]) - page.number, text[end:]), step


def _without_digits(block: Block) -> str:
    return re.sub(r"\d+", "#", _text(block)).casefold()


def _is_number_at_edge(block: Block, page: Page) -> bool:
    depth = _EDGE * page.height
    at_edge = all(
        line.box.y1 <= depth or line.box.y0 >= page.height - depth for line in block.lines
    )
    return at_edge and _NUMBER.fullmatch(_text(block)) is not None


def _text(block: Block) -> str:
    return " ".join(line.text for line in block.lines)
