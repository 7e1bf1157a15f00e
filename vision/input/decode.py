"""Decodes bytes to page images, within limits. Runs inside the decoder's helper process.

Codes of the BadInput that these functions raise: `empty`, `unsupported_type`, `truncated`,
`damaged`, `encrypted`, `too_large`, `too_many_pages`, `page_missing`. Memory that runs out is a
MemoryError and time that runs out a signal: the helper reports both.
"""

from pathlib import Path

from vision.core.errors import BadInput
from vision.core.limits import DocumentProbe, Limits
from vision.core.stages import PageImage
from vision.input import image_file as decode_image
from vision.input import pdf as decode_pdf
from vision.input.media_type import HEAD_BYTES, media_type

PDF = "application/pdf"


def probe(path: Path, limits: Limits) -> DocumentProbe:
    """The type and number of pages of the document at `path`; no pixel is decoded."""
    kind = checked_type(path, limits)
    if kind == PDF:
        pages = decode_pdf.count_pages(path)
    else:
        pages = decode_image.count_pages(path, kind, limits)
    if pages > limits.max_pages:
        raise BadInput(
            "too_many_pages",
            f"The document has {pages} pages; {limits.max_pages} are allowed. Split it.",
        )
    return DocumentProbe(kind, pages)


def decode_page(path: Path, number: int, dpi: int, limits: Limits) -> PageImage:
    """Page `number`, counted from 1, as the user sees it.

    `dpi` is the resolution at which a page of a PDF is drawn, lowered where `limits` ask for it;
    images keep their pixels. The result's `dpi` is the drawn one, or what the image states where
    that is believable.
    """
    kind = checked_type(path, limits)
    if kind == PDF:
        return decode_pdf.render_page(path, number, dpi, limits)
    return decode_image.read_page(path, number, kind, limits)


def checked_type(path: Path, limits: Limits) -> str:
    """The media type by the first bytes. BadInput `too_large`, `unsupported_type`, `empty`."""
    size = path.stat().st_size
    if size > limits.max_bytes:
        raise BadInput(
            "too_large",
            f"The file has {size} bytes; {limits.max_bytes} are allowed. Send a smaller file.",
        )
    with path.open("rb") as file:
        return media_type(file.read(HEAD_BYTES))
