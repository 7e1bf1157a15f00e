"""The result as plain text."""

from vision.core.document import Document

PAGE_SEPARATOR = "\n\f"


def render_text(document: Document) -> str:
    """The text of the pages that were read, in reading order.

    Blocks are separated by a blank line, pages by a line end and a form feed, as pdftotext and
    Tesseract do. The result ends with a line end; a document without any text gives just that.
    """
    return PAGE_SEPARATOR.join(page.text for page in document.pages) + "\n"
