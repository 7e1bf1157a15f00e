"""Puts corrected words into a result; everything that repeats their text follows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple, Protocol

from vision.core.document import (
    Block,
    Box,
    Document,
    Line,
    Page,
    Table,
    TableCell,
    Word,
    WordPlace,
)
from vision.core.exports import PagedDocument
from vision.export.added_words import ADDED, AddedWord, with_added


class CorrectedWord(NamedTuple):
    """What a word says: a page from 1, a block's id, indexes of line and word from 0.

    An empty text removes the word. With a box it is a word that reading missed, whose block is
    `added`.
    """

    page: int
    block: str
    line: int
    word: int
    text: str
    box: Box | None = None

    @property
    def addition(self) -> AddedWord | None:
        """The word as it is added to the page; None where it is one that was read."""
        return AddedWord(self.text, self.box) if self.box is not None and self.text else None


Texts = Mapping[WordPlace, str]


class Correction(Protocol):
    """A correction as it is stored (jobs/domain/corrections.py)."""

    @property
    def place(self) -> tuple[int, str, int, int]:
        """Page, block, line, word."""

    @property
    def text(self) -> str | None:
        """What the word says."""

    @property
    def box(self) -> tuple[float, float, float, float] | None:
        """Where a word that was missed is."""


def corrected_words(corrections: Iterable[Correction]) -> list[CorrectedWord]:
    """Stored corrections as words of a result."""
    return [
        CorrectedWord(*each.place, each.text or "", None if each.box is None else Box(*each.box))
        for each in corrections
    ]


def unknown_places(page: Page, words: Iterable[CorrectedWord]) -> Sequence[CorrectedWord]:
    """The words that the page does not have."""
    places = {
        (block.id, at, index)
        for block in page.blocks
        for at, line in enumerate(block.lines)
        for index in range(len(line.words))
    }
    return [
        word
        for word in words
        if not (_fits(page, word) if word.block == ADDED else word[1:4] in places)
    ]


def _fits(page: Page, word: CorrectedWord) -> bool:
    """Whether the box of an added word lies on the page; taking one back needs none."""
    if word.box is None:
        return not word.text
    x0, y0, x1, y1 = word.box
    return 0 <= x0 < x1 <= page.width and 0 <= y0 < y1 <= page.height


def corrected(document: Document, words: Sequence[CorrectedWord], revision: int) -> Document:
    """The document with these words in lines, tables and text, each with confidence 1.

    Corrected words are not doubtful any more. Fields and other analyses stay as they were read:
    a worker runs those of the document again (workers/control/make_file.py).
    `analyses.corrections` states the revision and how many words it gives. Words whose place does
    not exist are ignored.
    """
    pages = tuple(_corrected_pages(document.pages, words))
    return replace(_noted(document, words, revision), pages=pages)


class CorrectedPages:
    """The same for a document whose pages are given one at a time (a PagedDocument itself)."""

    def __init__(
        self, document: PagedDocument, words: Sequence[CorrectedWord], revision: int
    ) -> None:
        self._document = document
        self._words = words
        self.frame = _noted(document.frame, words, revision)

    def pages(self) -> Iterator[Page]:
        """The pages in their order."""
        return _corrected_pages(self._document.pages(), self._words)

    outlines = pages


def _noted(document: Document, words: Sequence[CorrectedWord], revision: int) -> Document:
    note = {"revision": revision, "words": len(words)}
    return replace(document, analyses={**document.analyses, "corrections": note})


def _corrected_pages(pages: Iterable[Page], words: Sequence[CorrectedWord]) -> Iterator[Page]:
    numbered = groupby(sorted(words, key=attrgetter("page")), key=attrgetter("page"))
    by_page = {number: list(group) for number, group in numbered}
    return (_corrected_page(page, by_page.get(page.number, ())) for page in pages)


def _corrected_page(page: Page, words: Sequence[CorrectedWord]) -> Page:
    if not words:
        return page
    texts = {word[1:4]: word.text for word in words if word.block != ADDED}
    additions = (word.addition for word in words)
    return with_added(correct_page(page, texts), [each for each in additions if each is not None])


def correct_page(page: Page, texts: Texts) -> Page:
    """The page with these texts of words."""
    blocks = tuple(_correct_block(block, texts) for block in page.blocks)
    boxes = {
        word.box
        for block in page.blocks
        for at, line in enumerate(block.lines)
        for index, word in enumerate(line.words)
        if (block.id, at, index) in texts
    }
    old = [line.text for block in page.blocks for line in block.lines]
    new = [line.text for block in blocks for line in block.lines]
    words = {block.id: block.lines for block in page.blocks}
    return replace(
        page,
        blocks=blocks,
        text=_with_pieces(page.text, old, new),
        tables=tuple(_correct_table(table, texts, words) for table in page.tables),
        doubtful=tuple(word for word in page.doubtful if word.box not in boxes),
    )


def _correct_block(block: Block, texts: Texts) -> Block:
    lines = list(block.lines)
    for at, line in enumerate(lines):
        places = ((block.id, at, word) for word in range(len(line.words)))
        here = {place[2]: texts[place] for place in places if place in texts}
        lines[at] = _correct_line(line, here)
    return replace(block, lines=tuple(lines))


def _correct_line(line: Line, texts: Mapping[int, str]) -> Line:
    if not texts:
        return line
    new = [texts.get(index, word.text) for index, word in enumerate(line.words)]
    words = tuple(
        Word(text, 1.0, word.box) if index in texts else word
        for index, (word, text) in enumerate(zip(line.words, new, strict=True))
        if text
    )
    text = _with_pieces(line.text, [word.text for word in line.words], new)
    return replace(line, text=text, words=words, confidence=_mean(words, line.confidence))


def _mean(words: Sequence[Word], otherwise: float) -> float:
    letters = sum(len(word.text) for word in words)
    weighted = sum(word.confidence * len(word.text) for word in words)
    return weighted / letters if letters else otherwise


def _correct_table(table: Table, texts: Texts, lines: Mapping[str, Sequence[Line]]) -> Table:
    return replace(table, cells=tuple(_correct_cell(cell, texts, lines) for cell in table.cells))


def _correct_cell(cell: TableCell, texts: Texts, lines: Mapping[str, Sequence[Line]]) -> TableCell:
    """The cell with its words' texts, and their places as they are after words were removed."""
    old = [lines[block][line].words[word].text for block, line, word in cell.words]
    new = [texts.get(place, text) for place, text in zip(cell.words, old, strict=True)]
    removed = {place for place, text in texts.items() if not text}
    places = tuple(
        (block, line, word - sum((block, line, i) in removed for i in range(word)))
        for block, line, word in cell.words
        if (block, line, word) not in removed
    )
    text = cell.text if old == new else _with_pieces(cell.text, old, new)
    return replace(cell, text=text, words=places)


def _with_pieces(text: str, old: Sequence[str], new: Sequence[str]) -> str:
    """The text with its pieces replaced one by one; what is between them stays.

    A piece that is not found where it is expected, since the text was normalised, stays as it is.
    A space beside a piece that was removed goes with it.
    """
    parts: list[str] = []
    at = 0
    for was, becomes in zip(old, new, strict=True):
        found = text.find(was, at)
        if found < 0:
            continue
        between = text[at:found]
        parts += [between, becomes]
        at = found + len(was)
        if not becomes and text[at : at + 1] in {" ", ""}:
            _drop_space(parts, at_end=text[at : at + 1] == "")
            at += text[at : at + 1] == " "
    return "".join([*parts, text[at:]])


def _drop_space(parts: list[str], *, at_end: bool) -> None:
    if at_end and parts[-2].endswith(" "):
        parts[-2] = parts[-2][:-1]
