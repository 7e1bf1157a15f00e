"""The structure of a page for a tagged PDF: roles of ISO 32000-1, 14.8.4, in reading order."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from vision.core.document import Block, Box, Document, Line, Page, Table, TableCell, Word
from vision.core.exports import ARTIFACT, PlacedWord, Tag
from vision.export.headings import heading_levels
from vision.export.list_items import items_of
from vision.export.places import figure_regions, words_of
from vision.export.running_text import RunningText

_ROLES: Mapping[str, str] = {"caption": "Caption", "footnote": "Note", "formula": "Formula"}
_NO_CAPTION = "Figure"

Place = Callable[[Word, Line], PlacedWord]
PlaceBox = Callable[[Box], tuple[tuple[float, float], ...]]


class Structure:
    """Makes the tags of the pages of one document."""

    def __init__(self, document: Document) -> None:
        self._levels = heading_levels(document.pages)
        self._running = RunningText(document.pages)

    def tags(self, page: Page, place: Place, place_box: PlaceBox) -> tuple[Tag, ...]:
        """The tags of a page. `place` and `place_box` map to pixels of the page as decoded."""
        return tuple(_PageTags(page, place, place_box).all(self._role))

    def _role(self, page: Page, at: int) -> str:
        block = page.blocks[at]
        if self._running.includes(block, page):
            return ARTIFACT
        level = self._levels.get((page.number, at))
        return f"H{level}" if level else _ROLES.get(block.kind, "P")


class _PageTags:
    def __init__(self, page: Page, place: Place, place_box: PlaceBox) -> None:
        self._page = page
        self._place = place
        self._place_box = place_box
        self._tables = {table.region: table for table in page.tables if table.region is not None}
        self._figures = list(figure_regions(page))
        described = {figure.id for figure in self._figures} | self._tables.keys()
        self._captions: dict[str | None, Block] = {
            block.caption_of: block
            for block in page.blocks
            if block.lines and block.caption_of in described
        }

    def all(self, role: Callable[[Page, int], str]) -> Iterator[Tag]:
        """Each block by its role, tables and figures with their captions."""
        begun: set[str | None] = set()
        for at, block in enumerate(self._page.blocks):
            yield from self._figures_before(block)
            if self._captions.get(block.caption_of) is block:
                yield from self._figure(block.caption_of)
            elif block.region in self._tables:
                if block.region not in begun:
                    yield from self._table(self._tables[block.region])
                begun.add(block.region)
            elif block.kind == "list" and block.lines:
                yield self._list(block)
            elif lines := self._lines(block.lines):
                name = role(self._page, at)
                alt = " ".join(line.text for line in block.lines) if name == "Formula" else ""
                yield Tag(name, lines, alt=alt)
        for figure in list(self._figures):
            yield from self._figure(figure.id)

    def _figures_before(self, block: Block) -> Iterator[Tag]:
        """Figures without a caption that begin above a block of the same column."""
        if not block.lines:
            return
        first = block.lines[0].box
        for figure in list(self._figures):
            beside = figure.box.x0 < first.x1 and first.x0 < figure.box.x1
            if figure.id not in self._captions and beside and figure.box.y0 < first.y0:
                yield from self._figure(figure.id)

    def _figure(self, region: str | None) -> Iterator[Tag]:
        """A figure, once, with its caption; the caption of a table is part of the table."""
        found = next((each for each in self._figures if each.id == region), None)
        if found is None:
            return
        self._figures.remove(found)
        caption = self._captions.get(region)
        alt = " ".join(line.text for line in caption.lines) if caption else _NO_CAPTION
        yield Tag(
            "Figure",
            children=self._caption(region),
            alt=alt,
            place=self._place_box(found.box),
        )

    def _caption(self, region: str | None) -> tuple[Tag, ...]:
        caption = self._captions.get(region)
        return (Tag("Caption", self._lines(caption.lines)),) if caption else ()

    def _list(self, block: Block) -> Tag:
        items = (self._lines(lines) for lines in items_of(block.lines))
        bodies = (Tag("LBody", lines) for lines in items if lines)
        return Tag("L", children=tuple(Tag("LI", children=(body,)) for body in bodies))

    def _table(self, table: Table) -> Iterator[Tag]:
        """Rows of cells; then words of the table that are in no cell."""
        blocks = [block for block in self._page.blocks if block.region == table.region]
        words = {
            (block.id, row, at): (word, line)
            for block in blocks
            for row, line in enumerate(block.lines)
            for at, word in enumerate(words_of(line))
        }
        rows = []
        for row in range(table.rows):
            cells = sorted((c for c in table.cells if c.row == row), key=lambda cell: cell.column)
            if cells:
                rows.append(Tag("TR", children=tuple(self._cell(c, table, words) for c in cells)))
        yield Tag("Table", children=(*self._caption(table.region), *rows))
        if words:
            yield Tag("P", tuple((self._place(word, line),) for word, line in words.values()))

    def _cell(
        self,
        cell: TableCell,
        table: Table,
        words: dict[tuple[str, int, int], tuple[Word, Line]],
    ) -> Tag:
        """A cell with its words, which are taken out of `words`."""
        inside = [place for place in cell.words if place in words]
        if not cell.words and cell.text:
            inside = [place for place, (word, _) in words.items() if _holds(cell.box, word.box)]
        lines: dict[int, list[PlacedWord]] = {}
        for place in inside:
            word, line = words.pop(place)
            lines.setdefault(id(line), []).append(self._place(word, line))
        role = "TH" if cell.row < table.header_rows else "TD"
        spans = (cell.row_span, cell.column_span)
        return Tag(role, tuple(map(tuple, lines.values())), spans=spans)

    def _lines(self, lines: Iterable[Line]) -> tuple[tuple[PlacedWord, ...], ...]:
        placed = (
            tuple(self._place(word, line) for word in words_of(line) if word.box.area > 0)
            for line in lines
        )
        return tuple(line for line in placed if line)


def _holds(box: Box, other: Box) -> bool:
    x, y = (other.x0 + other.x1) / 2, (other.y0 + other.y1) / 2
    return box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1
