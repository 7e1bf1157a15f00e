"""Pages of a PDF, drawn by PDFium. One thread only: PDFium is not safe in several."""

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pypdfium2
from pypdfium2 import raw

from vision.core.document import PageWarning
from vision.core.errors import BadInput
from vision.core.limits import Limits
from vision.core.stages import PageImage
from vision.input.pdf_repair import rebuilt
from vision.input.pdf_text import read_text_layer
from vision.input.pdf_units import user_unit

POINTS_PER_INCH = 72.0

_REBUILT = PageWarning(
    "rebuilt",
    "The end of the PDF is missing or broken. It was rebuilt from the objects found; pages, or"
    " parts of them, may be missing.",
)

# PDFium rounds both sides up to whole pixels; this leaves room for that below the limits.
_ROUNDING_ROOM = 0.999


def count_pages(path: Path) -> int:
    """Pages of the document. Raises BadInput `encrypted` or `damaged` where it does not open."""
    with _opened(path) as opened:
        return len(opened.document)


def render_page(path: Path, number: int, dpi: int, limits: Limits) -> PageImage:
    """Page `number` at `dpi`, or as near to it as `limits` allow, on white, with its text layer.

    Form fields and annotations are drawn; the page's own rotation, crop box and unit are applied.
    The pixels are a view of PDFium's bitmap, which lives as long as they do.
    """
    with _opened(path) as opened:
        if not 1 <= number <= len(opened.document):
            raise BadInput(
                "page_missing",
                f"There is no page {number}; the document has {len(opened.document)}.",
            )
        page = _render(opened.document, path, number, dpi, limits)
    return replace(page, warnings=(_REBUILT,)) if opened.rebuilt else page


def _render(
    document: pypdfium2.PdfDocument, path: Path, number: int, dpi: int, limits: Limits
) -> PageImage:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a page whose XFA form does not load is drawn without it
        document.init_forms()
    try:
        page = document[number - 1]
        unit = user_unit(document, path, number - 1)
        width, height = page.get_size()
        scale = _scale(width * unit, height * unit, dpi, limits)
        # Without alpha PDFium draws the text of form fields with coloured edges, as for screens.
        kind = raw.FPDFBitmap_BGRA if page.formenv else None
        bitmap = page.render(scale=scale * unit, rev_byteorder=True, force_bitmap_format=kind)
        layer = read_text_layer(page, scale * unit)
    except pypdfium2.PdfiumError as error:
        raise _damaged(f"Page {number} of the PDF cannot be drawn") from error
    pixels = np.asarray(bitmap.to_numpy())[:, :, :3]
    stated = layer if layer and layer.words else None
    return PageImage(number, pixels, round(scale * POINTS_PER_INCH, 1), text_layer=stated)


def _scale(width: float, height: float, dpi: int, limits: Limits) -> float:
    """Pixels per point for a page of this size in points of 1/72 inch."""
    if not (width > 0 and height > 0 and math.isfinite(width * height)):
        raise _damaged("The page has no area")
    side = limits.max_side / max(width, height)
    area = math.sqrt(limits.max_pixels / (width * height))
    return min(dpi / POINTS_PER_INCH, min(side, area) * _ROUNDING_ROOM)


class _Opened(NamedTuple):
    document: pypdfium2.PdfDocument
    rebuilt: bool = False


@contextmanager
def _opened(path: Path) -> Iterator[_Opened]:
    # From an open file: by its path PDFium finds nothing once the file was deleted or unmounted.
    with path.open("rb") as file:
        try:
            opened = _Opened(pypdfium2.PdfDocument(file))
        except pypdfium2.PdfiumError as error:
            opened = _Opened(_reopened(path, error), rebuilt=True)
        with opened.document:
            yield opened


def _reopened(path: Path, error: pypdfium2.PdfiumError) -> pypdfium2.PdfDocument:
    """The document once its structure is rebuilt; raises BadInput where that does not help."""
    content = rebuilt(path) if error.err_code == raw.FPDF_ERR_FORMAT else None
    if content is None:
        raise _opening_error(error) from error
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError:
        raise _opening_error(error) from error


def _opening_error(error: pypdfium2.PdfiumError) -> BadInput:
    if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
        return BadInput(
            "encrypted",
            "The PDF is protected by a password. Save a copy without protection and send that.",
        )
    return _damaged("The PDF cannot be opened, or has no pages")


def _damaged(what: str) -> BadInput:
    return BadInput("damaged", f"{what}. Save it again with the program that made it.")
