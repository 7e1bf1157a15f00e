"""The result as hOCR 1.2 (http://kba.github.io/hocr-spec/1.2/), in XHTML.

Boxes are in whole pixels, as the specification wants them; `x_wconf` has two decimals.
"""

from collections.abc import Iterator
from typing import Any

from lxml.builder import ElementMaker

from vision.core.document import Block, Box, Character, Document, Line, Page, Word
from vision.core.exports import Artefact, PagedDocument, Source, WholeDocument
from vision.export.places import (
    blocks_of,
    box_around,
    figures_of,
    lines_of,
    percent,
    plain,
    whole,
    whole_points,
    words_of,
    xml_text,
)
from vision.export.xml_pages import written_by_page

_XHTML = "http://www.w3.org/1999/xhtml"
_DOCTYPE = (
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" '
    '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">'
)
_CAPABILITIES = (
    "ocr_page ocr_carea ocr_par ocr_line ocrx_word ocr_photo ocrp_wconf ocrp_poly ocrp_lang"
)
_E = ElementMaker(namespace=_XHTML, nsmap={None: _XHTML})


def export(document: Document, source: Source | None = None) -> Iterator[Artefact]:  # noqa: ARG001 - the document says it all
    """The registry's entry: all pages as one file."""
    yield Artefact("".join(stream(WholeDocument(document))).encode())


def stream(document: PagedDocument) -> Iterator[str]:
    """Yield the same page by page, after a first pass for the languages."""
    body = _E.body()
    root = _E.html(_head(document), body)
    return written_by_page(root, body, map(_page, document.pages()), doctype=_DOCTYPE)


def _head(document: PagedDocument) -> Any:
    receipt, pages = document.frame.receipt, 0
    languages: dict[str, None] = {}
    for pages, page in enumerate(document.outlines(), 1):  # noqa: B007 - the last count is used
        languages.update(dict.fromkeys(page.languages))
    about = {
        "ocr-system": f"{receipt.service} {receipt.version}",
        "ocr-capabilities": _CAPABILITIES,
        "ocr-number-of-pages": str(pages),
        "ocr-langs": " ".join(languages) or "unknown",
    }
    return _E.head(
        _E.title(""),
        _E.meta({"http-equiv": "Content-Type", "content": "text/html; charset=utf-8"}),
        *(_E.meta(name=name, content=xml_text(content)) for name, content in about.items()),
    )


def _page(page: Page) -> Any:
    title = f"bbox 0 0 {page.width} {page.height}; ppageno {page.number - 1}"
    if page.dpi and page.dpi > 0:
        title += f"; scan_res {plain(page.dpi)} {plain(page.dpi)}"
    of = str(page.number)
    return _E.div(
        {"class": "ocr_page", "id": f"page_{of}", "title": title},
        *(_area(block, f"{of}_{number}", page) for number, block in blocks_of(page)),
        *(
            _E.div({"class": "ocr_photo", "id": f"photo_{of}_{number}", "title": _bbox(box)})
            for number, box in figures_of(page)
        ),
    )


def _area(block: Block, of: str, page: Page) -> Any:
    title = _bbox(box_around(lines_of(block)))
    paragraph = {"class": "ocr_par", "id": f"par_{of}", "title": title}
    if page.languages:
        paragraph["lang"] = xml_text(page.languages[0])
    lines = (_line(line, f"{of}_{number}") for number, line in enumerate(lines_of(block), 1))
    return _E.div(
        {"class": "ocr_carea", "id": f"block_{of}", "title": title},
        _E.p(paragraph, *lines),
    )


def _line(line: Line, of: str) -> Any:
    title = _bbox(line.box)
    if line.polygon:
        corners = " ".join(f"{x} {y}" for x, y in whole_points(line.polygon))
        title += f"; poly {corners}"
    element = _E.span({"class": "ocr_line", "id": f"line_{of}", "title": title})
    for number, word in enumerate(words_of(line), 1):
        if len(element):
            element[-1].tail = " "
        element.append(_word(word, f"{of}_{number}"))
    return element


def _word(word: Word, of: str) -> Any:
    title = f"{_bbox(word.box)}; x_wconf {plain(percent(word.confidence))}"
    about = {"class": "ocrx_word", "id": f"word_{of}", "title": title}
    if word.characters:
        return _E.span(about, *map(_character, word.characters))
    return _E.span(about, xml_text(word.text))


def _character(character: Character) -> Any:
    place = " ".join(map(str, whole(character.box)))
    title = f"x_bboxes {place}; x_confs {plain(percent(character.confidence))}"
    return _E.span({"class": "ocrx_cinfo", "title": title}, xml_text(character.text))


def _bbox(box: Box) -> str:
    return "bbox " + " ".join(map(str, whole(box)))
