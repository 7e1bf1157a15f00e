"""Pages as they would be read, made of rows of text at places."""

from collections.abc import Sequence

from vision.core.document import (
    Block,
    Box,
    Document,
    DocumentInfo,
    Line,
    Page,
    Receipt,
    Word,
)

_LETTER, _HEIGHT, _LEADING = 10, 20, 30
At = tuple[float, str]  # a piece of text and where it begins, in pixels


def line_at(
    text: str, x: float, y: float, confidence: float = 0.99, height: float = _HEIGHT
) -> Line:
    """A line of words, ten pixels a letter."""
    words, at = [], x
    for word in text.split(" "):
        end = at + _LETTER * len(word)
        words.append(Word(word, confidence, Box(at, y, end, y + height)))
        at = end + _LETTER
    box = Box(x, y, at - _LETTER, y + height)
    return Line(text, confidence, box, tuple(words))


def page_of(*rows: str | Sequence[At], number: int = 1, confidence: float = 0.99) -> Page:
    """A page of rows from the top; a row is a text, or pieces that stand side by side."""
    lines = []
    for at, row in enumerate(rows):
        pieces = [(50.0, row)] if isinstance(row, str) else row
        lines += [line_at(text, x, 40 + _LEADING * at, confidence) for x, text in pieces if text]
    text = "\n".join(line.text for line in lines)
    block = Block("b1", "text", tuple(lines))
    return Page(number, 1000, 1400, None, 0, 0.0, ("eng",), text, blocks=(block,))


def document_of(*pages: Page, parameters: dict[str, object] | None = None) -> Document:
    """A document of these pages, read with these parameters."""
    info = DocumentInfo("image/png", "ab" * 32, len(pages))
    receipt = Receipt("pagesight", "0.1.0", parameters or {}, (), ())
    return Document(info, pages, receipt)
