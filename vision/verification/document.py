"""The words of a result in its order of reading, with their places."""

from collections.abc import Iterator

from vision.core.document import Block, Box, Document, Line, Page, Word
from vision.verification.words import ReadWord, key_of, parts_of


def words_of_document(document: Document) -> list[ReadWord]:
    """Every word with letters or digits; at the end of each page what was left out as doubtful."""
    return [word for page in document.pages for word in _of_page(page)]


def _of_page(page: Page) -> Iterator[ReadWord]:
    for block in page.blocks:
        for line in block.lines:
            for word in line.words or _split(line):
                yield from _parts(page, block, word)
    for doubtful in page.doubtful:
        if doubtful.left_out and (key := key_of(doubtful.text)):
            text, confidence, box = doubtful.text, doubtful.confidence, doubtful.box
            yield ReadWord(key, text, page.number, box, confidence, "text", left_out=True)


def _split(line: Line) -> Iterator[Word]:
    """Words of a line whose recogniser gave none: the line's box is shared by characters."""
    for start, end in parts_of(line.text):
        yield Word(line.text[start:end], line.confidence, _share(line.box, start, end, line.text))


def _parts(page: Page, block: Block, word: Word) -> Iterator[ReadWord]:
    """The word, or the parts between its dashes; a hyphen at its end stays in its text."""
    for start, end in parts_of(word.text):
        text = word.text[start:end]
        if key := key_of(text):
            box = word.box if text == word.text else _share(word.box, start, end, word.text)
            yield ReadWord(key, text, page.number, box, word.confidence, block.kind)


def _share(box: Box, start: int, end: int, text: str) -> Box:
    width = box.width / len(text)
    return Box(box.x0 + start * width, box.y0, box.x0 + end * width, box.y1)
