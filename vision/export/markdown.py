"""The result as Markdown (CommonMark with GitHub's tables)."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from vision.core.document import Block, Document, Page, Table
from vision.core.exports import Artefact, PagedDocument, Source, WholeDocument
from vision.export.headings import Headings
from vision.export.lists import render_list, render_paragraph
from vision.export.running_text import RunningText, running_kind

# Only what can mean something where it stands, so that the source is fit to be read as well: a
# bracket makes a link only if one closes before `(`, `[` or `:`; `_` inside a word is a letter.
_SPECIAL = re.compile(
    r"[\\`*~]|(?<![^\W_])_|_(?![^\W_])|\](?=[(\[:])|<(?=[A-Za-z/!?])|(?<!\S)#(?=#*$)|&(?=#?\w+;)"
)
# Headings, items, quotes, check boxes, and lines that are a rule, an underline or a table's second.
_LINE_START = re.compile(
    r"^(?:#{1,6}(?=\s|$)|[+-](?=\s|$)|>|\[(?=[ xX]\]\s)|[-=:|](?=[-=:|\s]*$)"
    r"|\d{1,9}(?=[.)](?:\s|$)))"
)

_WORD = re.compile(r"[^\W_]+")


def export(document: Document, source: Source | None = None) -> Iterator[Artefact]:  # noqa: ARG001 - the document says it all
    """The registry's entry: the Markdown as one file."""
    yield Artefact(render_markdown(document).encode())


def render_markdown(document: Document) -> str:
    """Blocks as headings, paragraphs, lists and tables, in reading order.

    Page furniture (headers, footers and page numbers, where their detection was confident or
    something else confirms it) is marked by the comments `<!-- header -->`, `<!-- footer -->` and
    `<!-- page_number -->` before it; the option `furniture` moves it to the end of its page or
    leaves it out. Where the document has several pages, each begins with the comment
    `<!-- page N -->`. Lines of a paragraph stay lines.
    """
    return "".join(stream(WholeDocument(document)))


def stream(document: PagedDocument) -> Iterator[str]:
    """Yield the same Markdown page by page.

    A first pass keeps measures of titles and page furniture, which are judged over the whole
    document.
    """
    renderer = BlockRenderer(document.frame, document.outlines())
    several = document.frame.document.pages > 1
    separator = ""
    for page in document.pages():
        parts = [f"<!-- page {page.number} -->"] if several else []
        parts.extend(
            f"<!-- {running_kind(block, page)} -->\n{text}"
            if renderer.is_furniture(block, page)
            else text
            for block, text in renderer.blocks(page)
        )
        if parts:
            yield separator + "\n\n".join(parts)
            separator = "\n\n"
    yield "\n"


class BlockRenderer:
    """Renders the pages of a document, whose options say what becomes of page furniture.

    `pages` are all pages of a document that comes without them; of each, only what is judged over
    the whole document is kept.
    """

    def __init__(self, document: Document, pages: Iterable[Page] | None = None) -> None:
        headings, self._running_text = Headings(), RunningText()
        for page in document.pages if pages is None else pages:
            headings.add(page)
            self._running_text.add(page)
        self._levels = headings.levels()
        self._furniture = document.receipt.parameters.get("furniture", "mark")

    def is_furniture(self, block: Block, page: Page) -> bool:
        """Whether a block is a header, a footer or a page number, as `RunningText` judges it."""
        return self._running_text.includes(block, page)

    def blocks(self, page: Page) -> Iterator[tuple[Block, str]]:
        """The blocks of a page with their Markdown, in the order of the option `furniture`."""
        tables = {table.region: table for table in page.tables if table.region is not None}
        for at, block in self._in_order(page):
            running = self.is_furniture(block, page)
            level = None if running else self._levels.get((page.number, at))
            if block.region in tables:
                yield block, _table(block, tables[block.region])
            elif level is not None:
                yield block, f"{'#' * level} {_inside(' '.join(each.text for each in block.lines))}"
            else:
                yield block, _BY_KIND.get(block.kind, _paragraph)(block)

    def _in_order(self, page: Page) -> list[tuple[int, Block]]:
        blocks = list(enumerate(page.blocks))
        if self._furniture == "mark":
            return blocks
        body = [each for each in blocks if not self.is_furniture(each[1], page)]
        if self._furniture == "leave_out":
            return body
        return [*body, *(each for each in blocks if self.is_furniture(each[1], page))]


def _table(block: Block, table: Table) -> str:
    lost = [escape(line) for line in lost_words(block, table)]
    return "\n\n".join([render_table(table), *(["\n".join(lost)] if lost else [])])


def lost_words(block: Block, table: Table) -> list[str]:
    """What the lines of a block have and no cell of its table, by line."""
    left = Counter(word for cell in table.cells for word in _WORD.findall(cell.text))
    lines = (
        " ".join(word for word in line.text.split() if not _take(left, word))
        for line in block.lines
    )
    return [line for line in lines if line]


def _take(left: Counter[str], word: str) -> bool:
    """Whether the letters and digits of a word are among those left; they are taken from there."""
    parts = _WORD.findall(word)
    if any(left[part] <= 0 for part in parts):
        return False
    left.subtract(parts)
    return True


def escape(text: str, *, starts_line: bool = True) -> str:
    """The text with everything escaped that Markdown would take for markup, as one line.

    `starts_line` is false where other markup stands before it: `6.` in a heading is no item.
    """
    text = _SPECIAL.sub(lambda match: "\\" + match[0], " ".join(text.split()))
    start = _LINE_START.match(text) if starts_line else None
    if start is None:
        return text
    # A number is escaped before its dot; a letter or digit itself cannot be.
    at = start.end() if start[0].isdigit() else 0
    return f"{text[:at]}\\{text[at:]}"


def _inside(text: str) -> str:
    return escape(text, starts_line=False)


def render_table(table: Table) -> str:
    """The grid as a Markdown table; row 0 is its head, a spanning cell fills its first place."""
    grid = [[""] * table.columns for _ in range(table.rows)]
    for cell in table.cells:
        grid[cell.row][cell.column] = _inside(cell.text).replace("|", "\\|")
    rows = [f"| {' | '.join(row)} |" for row in grid]
    rows.insert(1, "|" + " --- |" * table.columns)
    return "\n".join(rows)


def _emphasised(block: Block) -> str:
    return f"*{_inside(' '.join(line.text for line in block.lines))}*"


def _paragraph(block: Block) -> str:
    return render_paragraph(block, escape)


def _list(block: Block) -> str:
    return render_list(block, escape)


_BY_KIND: dict[str, Callable[[Block], str]] = {"list": _list, "caption": _emphasised}
