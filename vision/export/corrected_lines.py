"""Lines with words that a person corrected, confirmed or added: what recognisers learn from."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from vision.core.document import Box, Line, Page
from vision.export.added_words import ADDED
from vision.export.corrected import CorrectedWord, correct_page


class TrueLine(NamedTuple):
    """A line as it was read and as it is; `at` is its index in the block.

    A word that reading missed is a line of its own in the block `added`, with `read` None.
    """

    block: str
    at: int
    text: str
    box: Box
    read: Line | None


def true_lines(page: Page, words: Sequence[CorrectedWord]) -> Iterator[TrueLine]:
    """The lines of a page that these words are in; those without text any more are left out."""
    right = correct_page(page, {word[1:4]: word.text for word in words if word.box is None})
    changed = {word[1:3] for word in words if word.box is None}
    for block, after in zip(page.blocks, right.blocks, strict=True):
        for at, (read, line) in enumerate(zip(block.lines, after.lines, strict=True)):
            if (block.id, at) in changed:
                yield TrueLine(block.id, at, line.text, read.box, read)
    for word in words:
        if word.box is not None and word.text:
            yield TrueLine(ADDED, word.word, word.text, word.box, None)
