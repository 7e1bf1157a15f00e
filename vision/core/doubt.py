"""Which words of a page are doubtful."""

from collections.abc import Iterator
from typing import NamedTuple

from vision.core.document import Line, Page, Word, WordPlace

DOUBTFUL_BELOW = 0.7  # one word in three or more of these is wrong


class LowConfidenceWord(NamedTuple):
    """A word with its place on the page and the line that it is in."""

    place: WordPlace
    word: Word
    line: Line


def words_below(page: Page, confidence: float) -> Iterator[LowConfidenceWord]:
    """The words of a page's text whose confidence is lower, in the order of reading."""
    for block in page.blocks:
        for at, line in enumerate(block.lines):
            for index, word in enumerate(line.words):
                if word.confidence < confidence:
                    yield LowConfidenceWord((block.id, at, index), word, line)


def count_doubtful(page: Page) -> int:
    """How many words of a page somebody should check."""
    return sum(1 for _ in words_below(page, DOUBTFUL_BELOW))
