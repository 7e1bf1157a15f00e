"""Puts words that reading missed into a page: into the line they stand in, or into a new block."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from vision.core.document import Block, Box, Line, Page, Table, TableCell, Word, WordPlace

ADDED = "added"  # the block that corrections name for such words, and the start of new blocks' ids
_OVERLAP = 0.5  # of the lower of two heights: the word is in the line
_FARTHEST = 4.0  # heights of the word between it and the line


class AddedWord(NamedTuple):
    """A word and its box in the page's coordinates."""

    text: str
    box: Box


def with_added(page: Page, words: Iterable[AddedWord]) -> Page:
    """The page with these words in lines, tables and text, each with confidence 1."""
    for word in sorted(words, key=lambda each: (each.box.y0, each.box.x0)):
        place = _line_for(page, word.box)
        page = _in_new_block(page, word) if place is None else _in_line(page, word, *place)
    return page


def _line_for(page: Page, box: Box) -> tuple[int, int] | None:
    """Indexes of the block and of the line that the box belongs to; None where it stands alone."""
    near = [
        (gap, block, at)
        for block, each in enumerate(page.blocks)
        for at, line in enumerate(each.lines)
        if line.words and (gap := _gap(line.box, box)) is not None
    ]
    return min(near)[1:] if near else None


def _gap(line: Box, box: Box) -> float | None:
    """Pixels between a line and a box beside it; None where the box is not in the row, or far."""
    rows = min(line.y1, box.y1) - max(line.y0, box.y0)
    if rows < _OVERLAP * min(line.height, box.height):
        return None
    gap = max(0.0, box.x0 - line.x1, line.x0 - box.x1)
    return gap if gap <= _FARTHEST * box.height else None


def _in_line(page: Page, added: AddedWord, block: int, at: int) -> Page:
    old = page.blocks[block].lines[at]
    index = _index(old.words, added.box)
    new = _extended(old, added, index)
    lines = list(page.blocks[block].lines)
    lines[at] = new
    blocks = list(page.blocks)
    blocks[block] = replace(blocks[block], lines=tuple(lines))
    place = (page.blocks[block].id, at, index)
    return replace(
        page,
        blocks=tuple(blocks),
        text=_replaced(page, (block, at), new.text),
        tables=tuple(_table(table, added, place) for table in page.tables),
    )


def _index(words: Sequence[Word], box: Box) -> int:
    """Where in the line the word comes; from the right in lines that run from right to left."""
    middles = [(word.box.x0 + word.box.x1) / 2 for word in words]
    middle = (box.x0 + box.x1) / 2
    if middles[0] > middles[-1]:
        return sum(each > middle for each in middles)
    return sum(each < middle for each in middles)


def _extended(line: Line, added: AddedWord, index: int) -> Line:
    words = (*line.words[:index], Word(added.text, 1.0, added.box), *line.words[index:])
    end = _end_of(line.text, [word.text for word in line.words[:index]])
    before, after = line.text[:end], line.text[end:].lstrip(" ")
    boxes = [line.box, added.box]
    return replace(
        line,
        text=" ".join(filter(None, (before, added.text, after))),
        words=words,
        box=Box(
            min(each.x0 for each in boxes),
            min(each.y0 for each in boxes),
            max(each.x1 for each in boxes),
            max(each.y1 for each in boxes),
        ),
    )


def _end_of(text: str, pieces: Sequence[str]) -> int:
    """Where the last of these pieces ends, one after the other."""
    end = 0
    for piece in pieces:
        found = text.find(piece, end)
        end = found + len(piece) if found >= 0 else end
    return end


def _replaced(page: Page, place: tuple[int, int], new: str) -> str:
    """The page's text with one line's text in place of its own."""
    texts = [
        (line.text, (block, at))
        for block, each in enumerate(page.blocks)
        for at, line in enumerate(each.lines)
    ]
    before = [text for text, where in texts if where < place]
    old = page.blocks[place[0]].lines[place[1]].text
    found = page.text.find(old, _end_of(page.text, before))
    return page.text if found < 0 else page.text[:found] + new + page.text[found + len(old) :]


def _table(table: Table, added: AddedWord, place: WordPlace) -> Table:
    """The table with the places of later words moved on, and the word in its cell."""
    return replace(table, cells=tuple(_cell(cell, added, place) for cell in table.cells))


def _cell(cell: TableCell, added: AddedWord, place: WordPlace) -> TableCell:
    block, at, index = place
    words = [
        (b, line, word + 1) if (b, line) == (block, at) and word >= index else (b, line, word)
        for b, line, word in cell.words
    ]
    x, y = (added.box.x0 + added.box.x1) / 2, (added.box.y0 + added.box.y1) / 2
    if not (cell.box.x0 <= x < cell.box.x1 and cell.box.y0 <= y < cell.box.y1):
        return replace(cell, words=tuple(words))
    before = [each for each in words if each < place]
    end = _end_of(cell.text, cell.text.split(" ")[: len(before)])
    text = " ".join(filter(None, (cell.text[:end], added.text, cell.text[end:].lstrip(" "))))
    return replace(cell, text=text, words=tuple(sorted([*words, place])))


def _in_new_block(page: Page, added: AddedWord) -> Page:
    """After the block above it, or at the end where none is."""
    line = Line(added.text, 1.0, added.box, (Word(added.text, 1.0, added.box),))
    count = sum(block.id.startswith(ADDED) for block in page.blocks)
    block = Block(f"{ADDED}{count + 1}", "text", (line,))
    above = [at for at, each in enumerate(page.blocks) if _is_above(each, added.box)]
    after = above[-1] + 1 if above else len(page.blocks)
    before = [line.text for each in page.blocks[:after] for line in each.lines]
    end = _end_of(page.text, before) if above else len(page.text)
    start = page.text[:end]
    text = f"{start}\n\n{added.text}{page.text[end:]}" if start.strip() else added.text
    return replace(page, blocks=(*page.blocks[:after], block, *page.blocks[after:]), text=text)


def _is_above(block: Block, box: Box) -> bool:
    boxes = [line.box for line in block.lines]
    beside = any(each.x0 < box.x1 and box.x0 < each.x1 for each in boxes)
    return beside and max(each.y1 for each in boxes) <= (box.y0 + box.y1) / 2
