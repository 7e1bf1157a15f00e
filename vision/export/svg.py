"""What was found, as an SVG for each page: to be put over a picture of the page."""

from collections.abc import Iterable, Iterator
from typing import Any

from lxml import etree
from lxml.builder import ElementMaker

from vision.core.document import Block, Box, Document, Line, Page, Point, Region
from vision.core.exports import Artefact, Source
from vision.export.places import plain, words_of, xml_text

_SVG = "http://www.w3.org/2000/svg"
_E = ElementMaker(namespace=_SVG, nsmap={None: _SVG})
_STYLE = (
    ".region { fill: #f28e2b; fill-opacity: .1; stroke: #f28e2b } "
    ".line { fill: none; stroke: #4e79a7 } .word { fill: #4e79a7; fill-opacity: .15 }"
)


def export(document: Document, source: Source | None = None) -> Iterator[Artefact]:  # noqa: ARG001 - the document says it all
    """The registry's entry: a file for each page."""
    for page in document.pages:
        written = etree.tostring(
            _picture(page), encoding="UTF-8", xml_declaration=True, pretty_print=True
        )
        yield Artefact(written, page.number)


def _picture(page: Page) -> Any:
    """Coordinates are pixels of the page; each shape has what it stands for as its title."""
    size = {"width": str(page.width), "height": str(page.height)}
    picture = _E.svg({**size, "viewBox": f"0 0 {page.width} {page.height}"}, _E.style(_STYLE))
    picture.extend(_region(each) for each in page.regions)
    picture.extend(_block(each) for each in page.blocks)
    return picture


def _region(region: Region) -> Any:
    label = f"{region.label} {region.confidence:.2f}"
    return _rectangle("region", region.box, label, {"id": xml_text(region.id)})


def _block(block: Block) -> Any:
    group = _E.g({"class": "block", "data-kind": xml_text(block.kind)})
    for line in block.lines:
        group.append(_E.polygon({"class": "line", "points": _points(_outline(line))}))
        for word in words_of(line):
            title = f"{word.text} {word.confidence:.2f}"
            group.append(_rectangle("word", word.box, title, {}))
    return group


def _outline(line: Line) -> Iterable[Point]:
    x0, y0, x1, y1 = line.box
    return line.polygon or ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def _rectangle(kind: str, box: Box, title: str, more: dict[str, str]) -> Any:
    place = {
        "x": plain(box.x0),
        "y": plain(box.y0),
        "width": plain(max(box.width, 0)),
        "height": plain(max(box.height, 0)),
    }
    return _E.rect({"class": kind, **place, **more}, _E.title(xml_text(title)))


def _points(points: Iterable[Point]) -> str:
    return " ".join(f"{plain(x)},{plain(y)}" for x, y in points)
