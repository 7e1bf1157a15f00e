"""The document as a searchable PDF: its own pages, with the text that was read behind them.

Only the text is prepared here; the untrusted file is opened in a helper process.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from vision.core.arrays import Affine
from vision.core.document import Box, Document, Line, Page, PageReceipt, Polygon, Word
from vision.core.exports import Artefact, PageText, PlacedWord, Source
from vision.core.geometry import corners, invert, rotation_affine, transform_points
from vision.core.language_tags import language_tag
from vision.export.places import words_of
from vision.export.structure import Structure

_LAYER = "text_layer"  # the stage that reports what became of a PDF's own text


def export(document: Document, source: Source) -> Iterator[Artefact]:
    """The registry's entry: one PDF with all pages of the file."""
    yield Artefact(source.searchable_pdf(_page_texts(document)))


def export_archival(document: Document, source: Source) -> Iterator[Artefact]:
    """The registry's entry: the same as PDF/A-2b."""
    yield Artefact(source.searchable_pdf(_page_texts(document), archival=True))


def export_tagged(document: Document, source: Source) -> Iterator[Artefact]:
    """The registry's entry: the PDF with the structure of its pages."""
    yield Artefact(source.searchable_pdf(tagged_texts(document)))


def tagged_texts(document: Document) -> list[PageText]:
    """The words of each page with their structure."""
    structure = Structure(document)
    pages = zip(_page_texts(document), document.pages, strict=True)
    return [text._replace(**_tags(structure, page)) for text, page in pages]


def _tags(structure: Structure, page: Page) -> dict[str, Any]:
    to_decoded = _to_decoded(page)

    def place(word: Word, line: Line) -> PlacedWord:
        return _placed_word(word, _direction(line), to_decoded)

    def place_box(box: Box) -> Polygon:
        return transform_points(to_decoded, corners(box))

    language = language_tag(page.languages[0]) if page.languages else ""
    return {"tags": structure.tags(page, place, place_box), "language": language}


def _page_texts(document: Document) -> list[PageText]:
    receipts = {receipt.number: receipt for receipt in document.receipt.pages}
    return [page_text(page, receipts.get(page.number)) for page in document.pages]


def page_text(page: Page, receipt: PageReceipt | None) -> PageText:
    """The words of a page, placed on the page as it was decoded: before it was turned upright."""
    width, height = _decoded_size(page)
    to_decoded = _to_decoded(page)
    lines = (_placed(line, to_decoded) for block in page.blocks for line in block.lines)
    stages = receipt.preparation if receipt else ()
    trusted = any(stage.stage == _LAYER and stage.applied for stage in stages)
    placed = tuple(line for line in lines if line)
    return PageText(page.number, width, height, page.dpi, trusted, placed)


def _decoded_size(page: Page) -> tuple[int, int]:
    return (page.height, page.width) if page.rotation % 180 == 90 else (page.width, page.height)


def _to_decoded(page: Page) -> Affine:
    """From the page upright to the page as it was decoded."""
    return invert(rotation_affine(*_decoded_size(page), page.rotation // 90))


def _placed(line: Line, to_decoded: Affine) -> tuple[PlacedWord, ...]:
    direction = _direction(line)
    words = (word for word in words_of(line) if word.box.area > 0)
    return tuple(_placed_word(word, direction, to_decoded) for word in words)


def _placed_word(
    word: Word, direction: tuple[float, float] | None, to_decoded: Affine
) -> PlacedWord:
    return PlacedWord(word.text, transform_points(to_decoded, _quad(word.box, direction)))


def _direction(line: Line) -> tuple[float, float] | None:
    """The unit vector along the line's letters; None for upright text."""
    if line.polygon is None:
        return None
    along = np.subtract(line.polygon[1], line.polygon[0])
    length = float(np.hypot(*along))
    return (float(along[0]) / length, float(along[1]) / length) if length > 0 else None


def _quad(box: Box, direction: tuple[float, float] | None) -> Polygon:
    """The corners of a word in its upright box, where its letters run in this direction.

    The box of a rectangle of length l and thickness t, turned so that its direction is (c, s), is
    l|c| + t|s| wide and l|s| + t|c| high.
    """
    if direction is None:
        return corners(box)
    c, s = direction
    across, down = abs(c), abs(s)
    apart = across**2 - down**2
    if abs(apart) < 0.3:  # around 45 degrees the box says nothing about the length
        length = thickness = min(box.width, box.height) / (across + down)
    else:
        length = (box.width * across - box.height * down) / apart
        thickness = (box.height * across - box.width * down) / apart
    shortest = 0.1 * max(box.width, box.height)
    length, thickness = max(length, shortest), max(thickness, shortest)
    middle = np.array([(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2])
    right, below = np.array([c, s]) * length / 2, np.array([-s, c]) * thickness / 2
    ends = (
        middle - right - below,
        middle + right - below,
        middle + right + below,
        middle - right + below,
    )
    return tuple((float(x), float(y)) for x, y in ends)
