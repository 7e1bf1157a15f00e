"""The result as Markdown (CommonMark with GitHub's tables)."""

import re
from collections.abc import Callable, Iterator, Sequence
from statistics import median

from vision.core.document import Block, Document, Line, Page, Table
from vision.core.exports import Artefact, Source
from vision.export.running_text import RunningText

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
_BULLET = re.compile(r"^[•◦▪▫●○■□‣\u2013—·*-]\s+")
# Marks of items that are nothing else; a dash may be a minus sign, a box an answer.
_PLAIN_BULLET = re.compile(r"^[•◦▪▫●‣]\s*(?=\S)")
_DASH_BULLET = re.compile(r"^[\u2013—*-]\s+(?=[^\W\d])")
_FEWEST_DASHES = 2  # in one block
_NUMBER = re.compile(r"^(\d{1,9}[.)])\s+")
_MIN_PROSE_LINE = 8.0  # in line heights: about 20 letters


def export(document: Document, source: Source | None = None) -> Iterator[Artefact]:  # noqa: ARG001 - the document says it all
    """The registry's entry: the Markdown as one file."""
    yield Artefact(render_markdown(document).encode())


def render_markdown(document: Document) -> str:
    """Blocks as headings, paragraphs, lists and tables, in reading order.

    The first title is the heading of level one, later titles are of level two. Headers, footers
    and page numbers are left out where their detection was confident or something else confirms
    it: they interrupt the text. Where the document has several pages, each begins with the
    comment `<!-- page N -->`. Lines of a paragraph stay lines.
    """
    renderer = BlockRenderer(document)
    several = document.document.pages > 1
    parts: list[str] = []
    for page in document.pages:
        if several:
            parts.append(f"<!-- page {page.number} -->")
        parts.extend(text for _, text in renderer.blocks(page))
    return "\n\n".join(parts) + "\n"


class BlockRenderer:
    """Renders pages in order; remembers whether the document has its heading of level one."""

    def __init__(self, document: Document) -> None:
        self._running_text = RunningText(document)
        self._titled = False

    def blocks(self, page: Page) -> Iterator[tuple[Block, str]]:
        """The blocks of a page with their Markdown; running text is left out."""
        tables = {table.region: table for table in page.tables if table.region is not None}
        for block in page.blocks:
            if self._running_text.includes(block, page):
                continue
            if block.kind == "title":
                yield block, self._heading(block)
            elif block.region in tables:
                yield block, render_table(tables[block.region])
            else:
                yield block, _BY_KIND.get(block.kind, _paragraph)(block)

    def _heading(self, block: Block) -> str:
        mark = "##" if self._titled else "#"
        self._titled = True
        return f"{mark} {_inside(' '.join(line.text for line in block.lines))}"


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


def _paragraph(block: Block) -> str:
    """The lines of a paragraph; those with bullets are items, and lines below one continue it."""
    bullet = _bullet_of(block.lines)
    rendered: list[str] = []
    in_item = False
    for line in block.lines:
        mark = bullet.match(line.text) if bullet else None
        in_item = in_item or mark is not None
        text = escape(line.text[mark.end() :] if mark else line.text)
        rendered.append(f"{'- ' if mark else '  ' if in_item else ''}{text}")
    return "\n".join(rendered)


def _bullet_of(lines: Sequence[Line]) -> re.Pattern[str] | None:
    """What marks the items among a paragraph's lines; None where there are none."""
    if any(_PLAIN_BULLET.match(line.text) for line in lines):
        return _PLAIN_BULLET
    dashes = sum(_DASH_BULLET.match(line.text) is not None for line in lines)
    return _DASH_BULLET if dashes >= _FEWEST_DASHES else None


def _emphasised(block: Block) -> str:
    return f"*{_inside(' '.join(line.text for line in block.lines))}*"


def _list(block: Block) -> str:
    if not any(_marker(line) for line in block.lines):
        return "\n".join(_unmarked_items(block.lines))
    return "\n".join(_list_line(line, first=line is block.lines[0]) for line in block.lines)


def _unmarked_items(lines: Sequence[Line]) -> Iterator[str]:
    """Items whose bullets were not read: one begins wherever its first word was not forced down.

    Lines too short for prose never wrapped.
    """
    width = max(line.box.width for line in lines)
    short = width < _MIN_PROSE_LINE * median(line.box.height for line in lines)
    for above, line in zip((None, *lines), lines, strict=False):
        begins = above is None or short or _fits(above, line, width) or _ended(above, line)
        yield f"{'- ' if begins else '  '}{escape(line.text)}"


def _fits(above: Line, line: Line, width: float) -> bool:
    """Whether the first word of a line had room at the end of the line above."""
    first = line.box.width * (len(line.text.split()[0]) + 1) / max(len(line.text), 1)
    return above.box.width + first <= width


def _ended(above: Line, line: Line) -> bool:
    return above.text.endswith((".", ";", "!", "?")) and not line.text[0].islower()


def _list_line(line: Line, *, first: bool) -> str:
    marker = _marker(line)
    text = escape(_NUMBER.sub("", _BULLET.sub("", line.text)))
    if marker:
        return f"{marker} {text}"
    return text if first else f"  {text}"


def _marker(line: Line) -> str | None:
    if _BULLET.match(line.text):
        return "-"
    number = _NUMBER.match(line.text)
    return number[1] if number else None


_BY_KIND: dict[str, Callable[[Block], str]] = {"list": _list, "caption": _emphasised}
