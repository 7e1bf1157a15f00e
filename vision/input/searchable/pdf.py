"""Puts the text that was read behind the pages of a file. Runs inside the decoder's helper process.

Pages of a PDF keep their content and pictures as they are; only invisible text in front of the
content is new. The order does not matter to what is drawn, and at the start no earlier operator
has changed the coordinates.
"""

import ctypes
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2
from pikepdf import Name
from pypdfium2 import raw

from vision.core.arrays import Affine
from vision.core.document import Polygon
from vision.core.errors import BadInput
from vision.core.exports import PageText, PlacedWord
from vision.core.geometry import bounding_box, intersection
from vision.core.limits import Limits
from vision.core.text_layer import LayerWord
from vision.input.decode import PDF, checked_type
from vision.input.pdf_text import read_text_layer
from vision.input.searchable.hidden_text import remove_hidden_text
from vision.input.searchable.invisible_text import text_stream, visual
from vision.input.searchable.letters import Letters
from vision.input.searchable.pictures import LOSSY, drawn_pdf, picture_pdf
from vision.input.searchable.structure import (
    TaggedPage,
    add_structure,
    make_artifact,
    tagged_stream,
)

# What qpdf, PDFium and their wrappers raise on files whose objects are not of the kinds they should
# be. Such pages can still be drawn.
_BROKEN = (
    pikepdf.PdfError,
    pypdfium2.PdfiumError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
)
_SAME_PLACE = 0.3  # of the smaller of two boxes
_UNIT = 4096  # steps to a page's longer side, to which PDFium maps


def searchable_pdf(
    path: Path, pages: Sequence[PageText], limits: Limits, *, archival: bool = False
) -> bytes:
    """The file as a PDF in which the words can be found; pages that were not read stay as they are.

    With `archival` it is PDF/A-2b; content that does not conform is drawn. BadInput as for
    decoding, and `damaged` where no PDF can be made of the file.
    """
    kind = checked_type(path, limits)
    content = path.read_bytes() if kind == PDF else picture_pdf(path, kind, pages, limits)
    try:
        return _finished(content, pages, archival=archival, drawn=kind != PDF)
    except _BROKEN:
        if kind != PDF and not archival:
            raise
    drawn = drawn_pdf(path, pages, limits, lossy=kind == PDF or kind in LOSSY)
    counted = [page._replace(number=number) for number, page in enumerate(pages, 1)]
    try:
        return _finished(drawn, counted, archival=archival, drawn=True)
    except _BROKEN as error:
        raise BadInput("damaged", f"No PDF can be made of the file: {error}") from error


def _finished(content: bytes, pages: Sequence[PageText], *, archival: bool, drawn: bool) -> bytes:
    """The PDF with its text; `drawn` is whether the pages are our own, of images."""
    made = _with_text(content, pages, drawn=drawn)
    if not archival:
        return made
    # Its libraries stay out of helpers that never make one.
    from vision.input.searchable.archival import archival_pdf  # noqa: PLC0415

    return archival_pdf(made)


def _with_text(content: bytes, pages: Sequence[PageText], *, drawn: bool) -> bytes:
    with pikepdf.open(io.BytesIO(content)) as pdf, pypdfium2.PdfDocument(content) as shown:
        if len(pdf.pages) != len(shown):
            raise pikepdf.PdfError("the page trees differ")
        letters = Letters(_texts(pages), _font_names(pdf))
        tagging = any(page.tags for page in pages) and "/StructTreeRoot" not in pdf.Root
        written = [_write_page(pdf, shown, page, letters, tagging=tagging) for page in pages]
        changed = [each is not None for each in written]
        damaged = bool(pdf.get_warnings())  # which forgets them
        if not any(changed) and not damaged and not drawn:
            return content
        if any(changed):
            _add_font(pdf, pages, letters)
        if tagged := [each for each in written if isinstance(each, TaggedPage)]:
            add_structure(pdf, tagged)
        if drawn:
            _join_contents(pdf)
        made = io.BytesIO()
        pikepdf.settings.set_flate_compression_level(9)  # of what is new
        pdf.save(made, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        if damaged:
            _check(made, len(pdf.pages))
    return made.getvalue()


def _texts(pages: Sequence[PageText]) -> Iterator[str]:
    return (word.text for page in pages for line in page.lines for word in visual(line))


def _join_contents(pdf: pikepdf.Pdf) -> None:
    """Give each page one stream, which is smaller than two."""
    for page in pdf.pages:
        page.contents_coalesce()


def _add_font(pdf: pikepdf.Pdf, pages: Sequence[PageText], letters: Letters) -> None:
    font = letters.font(pdf)
    for page in pages:
        pdf.pages[page.number - 1].add_resource(font, Name.Font, Name(letters.name))


def _check(written: io.BytesIO, pages: int) -> None:
    """Raise PdfError unless what was written of a damaged file can be opened again.

    Where qpdf recovered the trailer from a broken one, the file that it writes may lack its root.
    """
    with pikepdf.open(written) as again:
        if len(again.pages) != pages:
            raise pikepdf.PdfError("pages were lost")


def _font_names(pdf: pikepdf.Pdf) -> set[str]:
    resources = (page.obj.get("/Resources") for page in pdf.pages)
    fonts: list[Any] = [each.get("/Font") for each in resources if each is not None]
    return {str(name) for each in fonts if each is not None for name in each}


def _write_page(
    pdf: pikepdf.Pdf,
    drawn: pypdfium2.PdfDocument,
    text: PageText,
    letters: Letters,
    *,
    tagging: bool,
) -> TaggedPage | list[list[PlacedWord]] | None:
    """Write the text of a page: its elements if it is tagged, else what was added; None if nothing.

    A page that writes text of its own is not tagged, since nobody knows what that belongs to.
    """
    shown = drawn[text.number - 1]
    page = pdf.pages[text.number - 1]
    to_points = _to_points(shown, text)
    stated = _stated(shown, text)
    tagging = tagging and all(word.hidden for word in stated)
    remove = (tagging or not text.trusted) and any(word.hidden for word in stated)
    if remove:
        remove_hidden_text(pdf, page)
        stated = [word for word in stated if not word.hidden]
    if tagging:
        content, tagged = tagged_stream(text, to_points, letters)
        make_artifact(pdf, page)
        page.contents_add(pdf.make_stream(content), prepend=True)
        return tagged
    lines = _not_stated(text.lines, stated)
    if lines:
        content = text_stream(lines, to_points, letters)
        page.contents_add(pdf.make_stream(content), prepend=True)
    return lines if lines or remove else None


def _stated(page: pypdfium2.PdfPage, text: PageText) -> list[LayerWord]:
    """The words that the page states already, in pixels of what was read."""
    width, _ = page.get_size()
    layer = read_text_layer(page, text.width / width)
    return [word for word in layer.words if not word.control] if layer else []


def _not_stated(
    lines: Sequence[Sequence[PlacedWord]], stated: Sequence[LayerWord]
) -> list[list[PlacedWord]]:
    """The words that the page does not state in the same place."""
    places: dict[str, list[Polygon]] = {}
    for word in stated:
        places.setdefault(word.text, []).append(word.quad)
    missing = (
        [
            word
            for word in line
            if not any(_overlap(word.quad, each) for each in places.get(word.text, ()))
        ]
        for line in lines
    )
    return [line for line in missing if line]


def _overlap(first: Polygon, second: Polygon) -> bool:
    one, other = bounding_box(first), bounding_box(second)
    return intersection(one, other) > _SAME_PLACE * min(one.area, other.area)


def _to_points(page: pypdfium2.PdfPage, text: PageText) -> Affine:
    """From pixels of what was read to the page's own points: turn and crop box are PDFium's."""
    width, height = page.get_size()
    if not (width > 0 and height > 0):
        raise BadInput("damaged", f"Page {text.number} has no area.")
    size = (_UNIT, _UNIT)
    origin, right, below = (
        _point(page, size, corner) for corner in ((0, 0), (_UNIT, 0), (0, _UNIT))
    )
    return np.column_stack([(right - origin) / text.width, (below - origin) / text.height, origin])


def _point(page: pypdfium2.PdfPage, size: tuple[int, int], corner: tuple[int, int]) -> np.ndarray:
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDF_DeviceToPage(page, 0, 0, *size, 0, *corner, x, y)
    return np.array([x.value, y.value])
