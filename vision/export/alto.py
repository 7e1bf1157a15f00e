"""The result as ALTO 4.4 (Library of Congress), all pages in one file, in pixels."""

from collections.abc import Iterator, Sequence
from typing import Any

from lxml.builder import ElementMaker

from vision.core.document import Block, Box, Document, Line, Page, Point, Word
from vision.core.exports import Artefact, PagedDocument, Source, WholeDocument
from vision.export.places import (
    blocks_of,
    box_around,
    figures_of,
    lines_of,
    plain,
    words_of,
    xml_text,
)
from vision.export.xml_pages import written_by_page

_ALTO = "http://www.loc.gov/standards/alto/ns-v4#"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_LOCATION = f"{_ALTO} http://www.loc.gov/standards/alto/v4/alto-4-4.xsd"
_E = ElementMaker(namespace=_ALTO, nsmap={None: _ALTO, "xsi": _XSI})


def export(document: Document, source: Source | None = None) -> Iterator[Artefact]:  # noqa: ARG001 - the document says it all
    """The registry's entry: all pages as one file."""
    yield Artefact("".join(stream(WholeDocument(document))).encode())


def stream(document: PagedDocument) -> Iterator[str]:
    """Yield the same page by page, after a first pass for the kinds of blocks."""
    kinds = sorted({block.kind for page in document.pages() for _, block in blocks_of(page)})
    tags = {kind: f"kind{number}" for number, kind in enumerate(kinds, 1)}
    root = _E.alto({f"{{{_XSI}}}schemaLocation": _LOCATION}, _description(document.frame))
    if tags:
        labels = ({"ID": tag, "LABEL": xml_text(kind)} for kind, tag in tags.items())
        root.append(_E.Tags(*(_E.LayoutTag(label) for label in labels)))
    layout = _E.Layout()
    root.append(layout)
    return written_by_page(root, layout, (_page(page, tags) for page in document.pages()))


def _description(document: Document) -> Any:
    receipt, submitted = document.receipt, document.document
    software = _E.processingSoftware(
        _E.softwareName(xml_text(receipt.service)), _E.softwareVersion(xml_text(receipt.version))
    )
    return _E.Description(
        _E.MeasurementUnit("pixel"),
        _E.sourceImageInformation(
            _E.documentIdentifier(
                {"documentIdentifierLocation": "sha256"}, xml_text(submitted.sha256)
            )
        ),
        _E.Processing({"ID": "reading"}, software),
    )


def _page(page: Page, tags: dict[str, str]) -> Any:
    of = str(page.number)
    size = {"WIDTH": str(page.width), "HEIGHT": str(page.height)}
    about = {"ID": f"page_{of}", "PHYSICAL_IMG_NR": of, **size}
    if page.languages:
        about["LANG"] = xml_text(page.languages[0])
    space = _E.PrintSpace({"HPOS": "0", "VPOS": "0", **size})
    for number, block in blocks_of(page):
        space.append(_block(block, f"{of}_{number}", tags[block.kind]))
    for number, box in figures_of(page):
        space.append(_E.Illustration({"ID": f"figure_{of}_{number}", **_place(box)}))
    return _E.Page(about, space)


def _block(block: Block, of: str, tag: str) -> Any:
    lines = lines_of(block)
    about = {"ID": f"block_{of}", **_place(box_around(lines)), "TAGREFS": tag}
    return _E.TextBlock(about, *(_line(line, f"{of}_{n}") for n, line in enumerate(lines, 1)))


def _line(line: Line, of: str) -> Any:
    element = _E.TextLine({"ID": f"line_{of}", **_place(line.box)})
    if line.polygon:
        element.append(_E.Shape(_E.Polygon({"POINTS": _points(line.polygon)})))
    before: Word | None = None
    for number, word in enumerate(words_of(line), 1):
        if before is not None:
            element.append(_E.SP(_gap(before.box, word.box)))
        element.append(_string(word, f"{of}_{number}"))
        before = word
    return element


def _string(word: Word, of: str) -> Any:
    confidence = f"{word.confidence:.4f}"
    about = {"ID": f"word_{of}", "CONTENT": xml_text(word.text), **_place(word.box)}
    element = _E.String({**about, "WC": confidence})
    # A glyph of the schema is one code point; a letter with its marks may be several.
    if all(len(each.text) == 1 for each in word.characters):
        for number, each in enumerate(word.characters, 1):
            place = _place(each.box)
            glyph = {"ID": f"glyph_{of}_{number}", "CONTENT": xml_text(each.text), **place}
            element.append(_E.Glyph({**glyph, "GC": f"{each.confidence:.4f}"}))
    return element


def _gap(before: Box, after: Box) -> dict[str, str]:
    """The place of the space between two words, whichever way they are read."""
    left, right = sorted((before, after))
    width = max(right.x0 - left.x1, 0)
    return {"WIDTH": plain(width), "HPOS": plain(left.x1), "VPOS": plain(min(left.y0, right.y0))}


def _place(box: Box) -> dict[str, str]:
    return {
        "HPOS": plain(box.x0),
        "VPOS": plain(box.y0),
        "WIDTH": plain(max(box.width, 0)),
        "HEIGHT": plain(max(box.height, 0)),
    }


def _points(points: Sequence[Point]) -> str:
    return " ".join(f"{plain(x)},{plain(y)}" for x, y in points)
