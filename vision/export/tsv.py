"""The result as Tesseract's TSV: a row for each page, block, paragraph, line and word.

Columns, levels and counting are those of Tesseract 5's TSV renderer (`TessBaseAPI::GetTSVText`).
"""

from collections.abc import Iterator, Sequence

from vision.core.document import Box, Document, Page
from vision.core.exports import Artefact, PagedDocument, Source, WholeDocument
from vision.export.places import blocks_of, box_around, lines_of, percent, plain, whole, words_of

_COLUMNS = (
    "level", "page_num", "block_num", "par_num", "line_num", "word_num",
    "left", "top", "width", "height", "conf", "text",
)  # fmt: skip
_DEPTH = 5  # page, block, paragraph, line, word
_NO_CONFIDENCE = "-1"


def export(document: Document, source: Source | None = None) -> Iterator[Artefact]:  # noqa: ARG001 - the document says it all
    """The registry's entry: all pages as one file."""
    yield Artefact("".join(stream(WholeDocument(document))).encode())


def stream(document: PagedDocument) -> Iterator[str]:
    """Yield the rows page by page."""
    yield "\t".join(_COLUMNS) + "\n"
    for page in document.pages():
        yield "".join(f"{row}\n" for row in _rows(page))


def _rows(page: Page) -> Iterator[str]:
    yield _row((page.number,), Box(0, 0, page.width, page.height))
    for number, block in blocks_of(page):
        lines = lines_of(block)
        yield _row((page.number, number), box_around(lines))
        yield _row((page.number, number, 1), box_around(lines))
        for line_number, line in enumerate(lines, 1):
            at = (page.number, number, 1, line_number)
            yield _row(at, line.box)
            for word_number, word in enumerate(words_of(line), 1):
                text = " ".join(word.text.split())
                yield _row((*at, word_number), word.box, plain(percent(word.confidence)), text)


def _row(at: Sequence[int], box: Box, confidence: str = _NO_CONFIDENCE, text: str = "") -> str:
    x0, y0, x1, y1 = whole(box)
    counts = (*at, *(0,) * (_DEPTH - len(at)))
    return "\t".join(map(str, (len(at), *counts, x0, y0, x1 - x0, y1 - y0, confidence, text)))
