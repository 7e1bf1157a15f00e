"""The result as PAGE XML 2019-07-15 (PRImA), one file for each page, in whole pixels."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from lxml import etree
from lxml.builder import ElementMaker

from vision.core.document import Block, Box, Document, Line, Page, Point, Table, TableCell, Word
from vision.core.exports import Artefact, Source
from vision.export.places import (
    blocks_of,
    box_around,
    figures_of,
    lines_of,
    whole,
    whole_points,
    words_of,
    xml_text,
)

_PAGE = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_E = ElementMaker(namespace=_PAGE, nsmap={None: _PAGE, "xsi": _XSI})
_TYPES: Mapping[str, str] = {
    "title": "heading",
    "caption": "caption",
    "header": "header",
    "footer": "footer",
    "page_number": "page-number",
    "footnote": "footnote",
    "text": "paragraph",
    "list": "paragraph",
}


def export(document: Document, source: Source | None = None) -> Iterator[Artefact]:  # noqa: ARG001 - the document says it all
    """The registry's entry: a file for each page."""
    for page in document.pages:
        root = _E.PcGts(
            {f"{{{_XSI}}}schemaLocation": f"{_PAGE} {_PAGE}/pagecontent.xsd"},
            _metadata(document),
            _page(document, page),
        )
        written = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
        yield Artefact(written, page.number)


def _metadata(document: Document) -> Any:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    receipt = document.receipt
    creator = xml_text(f"{receipt.service} {receipt.version}")
    return _E.Metadata(_E.Creator(creator), _E.Created(now), _E.LastChange(now))


def _page(document: Document, page: Page) -> Any:
    # Results have no file names; the hash says which document it is.
    name = xml_text(f"{document.document.sha256}#{page.number}")
    size = {"imageWidth": str(page.width), "imageHeight": str(page.height)}
    element = _E.Page({"imageFilename": name, **size})
    tables = {table.region: table for table in page.tables if table.region is not None}
    regions = [
        _table(block, f"r{number}", tables[block.region])
        if block.region in tables
        else _text_region(lines_of(block), f"r{number}", _TYPES.get(block.kind, "other"))
        for number, block in blocks_of(page)
    ]
    if regions:
        order = (
            _E.RegionRefIndexed({"index": str(index), "regionRef": region.get("id")})
            for index, region in enumerate(regions)
        )
        element.append(_E.ReadingOrder(_E.OrderedGroup({"id": "order"}, *order)))
    element.extend(regions)
    for number, box in figures_of(page):
        element.append(_E.ImageRegion({"id": f"f{number}"}, _box(box)))
    return element


def _table(block: Block, of: str, table: Table) -> Any:
    """The table with a region for each cell, and one more for words outside all cells."""
    size = {"rows": str(table.rows), "columns": str(table.columns)}
    element = _E.TableRegion({"id": of, **size}, _box(table.box))
    for number, (cell, lines) in enumerate(_cells(block, table), 1):
        region = _text_region(lines, f"{of}_c{number}", "other", cell.box if cell else None)
        if cell is not None:
            region.insert(1, _E.Roles(_role(cell)))
        element.append(region)
    return element


def _cells(block: Block, table: Table) -> Iterator[tuple[TableCell | None, list[Line]]]:
    """The block's lines parted by cells, those outside all cells last."""
    cells: list[TableCell | None] = [*table.cells, None]
    lines: list[list[Line]] = [[] for _ in cells]
    for line in lines_of(block):
        parts: dict[int, list[Word]] = {}
        for word in words_of(line):
            parts.setdefault(_cell_of(word, table), []).append(word)
        for at, words in parts.items():
            lines[at].append(line if len(parts) == 1 else _part(words))
    return ((cell, each) for cell, each in zip(cells, lines, strict=True) if cell or each)


def _cell_of(word: Word, table: Table) -> int:
    """The index of the cell that the middle of a word is in; one past the last for none."""
    x, y = (word.box.x0 + word.box.x1) / 2, (word.box.y0 + word.box.y1) / 2
    for number, cell in enumerate(table.cells):
        if cell.box.x0 <= x <= cell.box.x1 and cell.box.y0 <= y <= cell.box.y1:
            return number
    return len(table.cells)


def _part(words: Sequence[Word]) -> Line:
    letters = sum(len(word.text) for word in words)
    confidence = sum(word.confidence * len(word.text) for word in words) / letters
    box = Box(
        min(word.box.x0 for word in words),
        min(word.box.y0 for word in words),
        max(word.box.x1 for word in words),
        max(word.box.y1 for word in words),
    )
    return Line(" ".join(word.text for word in words), confidence, box, tuple(words))


def _role(cell: TableCell) -> Any:
    return _E.TableCellRole(
        {
            "rowIndex": str(cell.row),
            "columnIndex": str(cell.column),
            "rowSpan": str(cell.row_span),
            "colSpan": str(cell.column_span),
        }
    )


def _text_region(lines: Sequence[Line], of: str, kind: str, box: Box | None = None) -> Any:
    region = _E.TextRegion({"id": of, "type": kind}, _box(box or box_around(lines)))
    region.extend(_line(line, f"{of}_l{number}") for number, line in enumerate(lines, 1))
    region.append(_text("\n".join(_line_text(line) for line in lines)))
    return region


def _line(line: Line, of: str) -> Any:
    place = _coords(line.polygon) if line.polygon else _box(line.box)
    words = (_word(word, f"{of}_w{number}") for number, word in enumerate(words_of(line), 1))
    return _E.TextLine({"id": of}, place, *words, _text(_line_text(line), line.confidence))


def _line_text(line: Line) -> str:
    return line.text or " ".join(word.text for word in words_of(line))


def _word(word: Word, of: str) -> Any:
    element = _E.Word({"id": of}, _box(word.box))
    for number, each in enumerate(word.characters, 1):
        text = _text(each.text, each.confidence)
        element.append(_E.Glyph({"id": f"{of}_g{number}"}, _box(each.box), text))
    element.append(_text(word.text, word.confidence))
    return element


def _text(text: str, confidence: float | None = None) -> Any:
    about = {} if confidence is None else {"conf": f"{confidence:.4f}"}
    return _E.TextEquiv(about, _E.Unicode(xml_text(text)))


def _box(box: Box) -> Any:
    x0, y0, x1, y1 = whole(box)
    return _coords(((x0, y0), (x1, y0), (x1, y1), (x0, y1)))


def _coords(points: Iterable[Point]) -> Any:
    return _E.Coords({"points": " ".join(f"{x},{y}" for x, y in whole_points(points))})
