"""The result as plain text."""

from collections.abc import Iterator

from vision.core.document import Document
from vision.core.exports import Artefact, PagedDocument, Source, WholeDocument

PAGE_SEPARATOR = "\n\f"


def export(document: Document, source: Source | None = None) -> Iterator[Artefact]:  # noqa: ARG001 - the document says it all
    """The registry's entry: the text as one file."""
    yield Artefact(render_text(document).encode())


def stream(document: PagedDocument) -> Iterator[str]:
    """Yield the text page by page."""
    for count, page in enumerate(document.outlines()):
        if count:
            yield PAGE_SEPARATOR
        yield page.text
    yield "\n"


def render_text(document: Document) -> str:
    """The text of the pages that were read, in reading order.

    Blocks are separated by a blank line, pages by a line end and a form feed, as pdftotext and
    Tesseract do. The result ends with a line end; a document without any text gives just that.
    """
    return "".join(stream(WholeDocument(document)))
