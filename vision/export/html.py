"""The result as a plain HTML page: headings, paragraphs, lists, and tables with their spans."""

from collections.abc import Iterable, Iterator
from html import escape

from markdown_it import MarkdownIt

from vision.core.document import Block, Document, Page, Table, TableCell
from vision.core.exports import Artefact, PagedDocument, Source, WholeDocument
from vision.export.markdown import BlockRenderer, lost_words
from vision.export.places import xml_text

# Lines stay lines, and each paragraph has the direction of its own text.
_STYLE = (
    "h1, h2, p, li, td, th { white-space: pre-line; unicode-bidi: plaintext } "
    "table { border-collapse: collapse } td, th { border: thin solid; padding: .2em .5em }"
)


def export(document: Document, source: Source | None = None) -> Iterator[Artefact]:  # noqa: ARG001 - the document says it all
    """The registry's entry: all pages as one file."""
    yield Artefact(render_html(document).encode())


def render_html(document: Document) -> str:
    """What the Markdown has, as HTML: the same blocks in the same order; nothing is active."""
    return "".join(stream(WholeDocument(document)))


def stream(document: PagedDocument) -> Iterator[str]:
    """Yield the same HTML page by page, after a first pass over titles and page furniture."""
    # What the text itself contains was escaped for Markdown; raw HTML is refused all the same.
    markdown = MarkdownIt("commonmark", {"html": False})
    title = escape(xml_text(_title(document.outlines())))
    yield (
        '<!DOCTYPE html>\n<html>\n<head>\n<meta charset="utf-8">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
    )
    renderer = BlockRenderer(document.frame, document.outlines())
    for page in document.pages():
        yield xml_text(_page(page, renderer, markdown))
    yield "</body>\n</html>\n"


def _title(pages: Iterable[Page]) -> str:
    titles = (
        line.text
        for page in pages
        for block in page.blocks
        for line in block.lines
        if block.kind == "title"
    )
    return next(titles, "Document")


def _page(page: Page, renderer: BlockRenderer, markdown: MarkdownIt) -> str:
    tables = {table.region: table for table in page.tables if table.region is not None}
    blocks = (
        _table(block, tables[block.region])
        if block.region in tables
        else str(markdown.render(text))
        for block, text in renderer.blocks(page)
    )
    return f'<section id="page-{page.number}">\n{"".join(blocks)}</section>\n'


def _table(block: Block, table: Table) -> str:
    """The table, and below it what is in the block and in none of its cells."""
    lost = "".join(f"<p>{escape(line)}</p>\n" for line in lost_words(block, table))
    return table_html(table) + lost


def table_html(table: Table) -> str:
    """Every place of the grid that no cell spans has a cell, so that columns stay in line."""
    cells = {(cell.row, cell.column): cell for cell in table.cells}
    spanned = {place for cell in table.cells for place in _places(cell)} - cells.keys()
    rows = (
        "".join(
            _cell(cells.get((row, column)), "th" if row < table.header_rows else "td")
            for column in range(table.columns)
            if (row, column) not in spanned
        )
        for row in range(table.rows)
    )
    body = "".join(f"<tr>{row}</tr>\n" for row in rows)
    return f"<table>\n{body}</table>\n"


def _places(cell: TableCell) -> Iterator[tuple[int, int]]:
    for row in range(cell.row, cell.row + cell.row_span):
        for column in range(cell.column, cell.column + cell.column_span):
            yield row, column


def _cell(cell: TableCell | None, tag: str) -> str:
    if cell is None:
        return f"<{tag}></{tag}>"
    spans = {"rowspan": cell.row_span, "colspan": cell.column_span}
    about = "".join(f' {name}="{count}"' for name, count in spans.items() if count > 1)
    return f"<{tag}{about}>{escape(cell.text)}</{tag}>"
