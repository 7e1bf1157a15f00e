"""Tells which blocks only repeat from page to page: running heads, feet and page numbers."""

import re
from collections import Counter
from collections.abc import Iterable

from vision.core.document import Block, Page

RUNNING_KINDS = frozenset({"header", "footer", "page_number"})
_CONFIDENT = 0.5  # a less confident detection may be a greeting or the source of a figure
_FEWEST_PAGES = 2  # that have the same text but for its digits
_EDGE = 0.1  # of the page's height
# `63`, `- 12 -`, `Page 3 of 10`, `3/10`
_NUMBER = re.compile(
    r"\W*(?:[^\W\d]{1,6}\W+)?\d{1,4}(?:\s*(?:/|of|von|de|sur)\s*\d{1,4})?\W*", re.IGNORECASE
)


class RunningText:
    """Judges the blocks of one document, once all its pages were added.

    Of each different candidate only its text without digits is kept, and on how many pages it is.
    """

    def __init__(self, pages: Iterable[Page] = ()) -> None:
        self._pages: Counter[str] = Counter()
        for page in pages:
            self.add(page)

    def add(self, page: Page) -> None:
        """Collect the candidates of a page."""
        candidates = (block for block in page.blocks if block.kind in RUNNING_KINDS)
        self._pages.update({_without_digits(block) for block in candidates})

    def includes(self, block: Block, page: Page) -> bool:
        """Whether a block of the page was detected as running text, and something confirms it.

        That is the detection's confidence, the same text on another page, or a page number at
        the edge of the page. A block of such a kind whose region is not listed is believed.
        """
        if block.kind not in RUNNING_KINDS:
            return False
        confidences = [each.confidence for each in page.regions if each.id == block.region]
        return (
            all(confidence >= _CONFIDENT for confidence in confidences)
            or self._pages[_without_digits(block)] >= _FEWEST_PAGES
            or _is_number_at_edge(block, page)
        )


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
