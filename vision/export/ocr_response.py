"""The result as the response of Mistral's `POST /v1/ocr`."""

from collections.abc import Iterator, Mapping
from statistics import fmean
from typing import Any, Literal, NamedTuple

from vision.core.document import Block, Box, Document, Page, Table, Word
from vision.export.html import table_html
from vision.export.markdown import BlockRenderer, render_table
from vision.export.places import box_around, figures_of, lines_of, whole, words_of
from vision.export.running_text import running_kind

Granularity = Literal["word", "page", "block"]
TableFormat = Literal["markdown", "html"]
_DPI = 72  # of a page whose resolution is unknown
_DIGITS = 4
_TYPES: Mapping[str, str] = {
    "title": "title",
    "list": "list",
    "header": "header",
    "footer": "footer",
    "page_number": "footer",
    "caption": "caption",
    "formula": "equation",
    "footnote": "references",
}
_EXTENSIONS: Mapping[TableFormat, str] = {"markdown": "md", "html": "html"}


class Asked(NamedTuple):
    """What a response is to have beside the Markdown of its pages; `pages` count from 1."""

    model: str = ""
    pages: tuple[int, ...] | None = None
    table_format: TableFormat | None = None
    extract_header: bool = False
    extract_footer: bool = False
    include_blocks: bool = False
    granularity: Granularity | None = None


def to_ocr_response(document: Document, asked: Asked, size_bytes: int | None) -> dict[str, Any]:
    """The response as plain JSON values; boxes are in whole pixels of the page."""
    renderer = BlockRenderer(document)
    chosen = [page for page in document.pages if asked.pages is None or page.number in asked.pages]
    return {
        "pages": [_PageWriter(page, asked, renderer).page() for page in chosen],
        "model": asked.model,
        "usage_info": {"pages_processed": len(chosen), "doc_size_bytes": size_bytes},
        "document_annotation": None,
    }


class _PageWriter:
    """Writes one page, and collects what is moved out of its Markdown."""

    def __init__(self, page: Page, asked: Asked, renderer: BlockRenderer) -> None:
        self._page = page
        self._asked = asked
        self._renderer = renderer
        self._moved: dict[str, list[str]] = {"header": [], "footer": []}
        self._tables = {each.region: each for each in page.tables if each.region is not None}
        self._table_ids: dict[str, str] = {}

    def page(self) -> dict[str, Any]:
        parts = [
            (block, self._part(block, text)) for block, text in self._renderer.blocks(self._page)
        ]
        markdown = "\n\n".join(text for _, text in parts if text)
        page, asked = self._page, self._asked
        made: dict[str, Any] = {
            "index": page.number - 1,
            "markdown": markdown,
            "images": [_image(number - 1, box) for number, box in figures_of(page)],
            "dimensions": {
                "dpi": round(page.dpi or _DPI),
                "height": page.height,
                "width": page.width,
            },
            "tables": [self._table(each) for each in self._table_ids],
            "hyperlinks": [],
            "header": "\n\n".join(self._moved["header"]) or None,
            "footer": "\n\n".join(self._moved["footer"]) or None,
        }
        if asked.granularity is not None:
            made["confidence_scores"] = self._confidence(markdown)
        if asked.include_blocks:
            made["blocks"] = list(self._blocks(parts))
        return made

    def _part(self, block: Block, text: str) -> str:
        """What of a block is in the Markdown."""
        if block.region in self._tables and self._asked.table_format is not None:
            extension = _EXTENSIONS[self._asked.table_format]
            name = f"tbl-{len(self._table_ids)}.{extension}"
            self._table_ids[block.region or ""] = name
            return f"[{name}]({name})"
        kind = "header" if running_kind(block, self._page) == "header" else "footer"
        extract = self._asked.extract_header if kind == "header" else self._asked.extract_footer
        if extract and self._renderer.is_furniture(block, self._page):
            self._moved[kind].append(text)
            return ""
        return text

    def _table(self, region: str) -> dict[str, Any]:
        table, form = self._tables[region], self._asked.table_format
        content = _rendered(table, form or "markdown")
        return {"id": self._table_ids[region], "content": content, "format": form}

    def _confidence(self, markdown: str) -> dict[str, Any]:
        words = [word for block in self._page.blocks for word in _words(block)]
        scores = [word.confidence for word in words]
        made: dict[str, Any] = {
            "average_page_confidence_score": round(fmean(scores), _DIGITS) if scores else 0.0,
            "minimum_page_confidence_score": round(min(scores), _DIGITS) if scores else 0.0,
        }
        if self._asked.granularity == "word":
            made["word_confidence_scores"] = list(_placed(words, markdown))
        return made

    def _blocks(self, parts: list[tuple[Block, str]]) -> Iterator[dict[str, Any]]:
        for block, text in parts:
            if not lines_of(block):
                continue
            is_table = block.region in self._tables
            made = {
                "type": "table" if is_table else _TYPES.get(block.kind, "text"),
                **_corners(box_around(lines_of(block))),
                "content": text or "\n".join(line.text for line in block.lines),
            }
            if is_table:
                made["table_id"] = self._table_ids.get(block.region or "")
            if self._asked.granularity == "block":
                made["confidence_scores"] = _block_confidence(block)
            yield made
        for number, box in figures_of(self._page):
            yield {"type": "image", **_corners(box), "content": "", "image_id": _name(number - 1)}


def _rendered(table: Table, form: TableFormat) -> str:
    return table_html(table) if form == "html" else render_table(table)


def _words(block: Block) -> list[Word]:
    return [word for line in lines_of(block) for word in words_of(line)]


def _placed(words: list[Word], markdown: str) -> Iterator[dict[str, Any]]:
    """The words that are in the Markdown as they were read, each where it begins there."""
    at = 0
    for word in words:
        found = markdown.find(word.text, at)
        if found < 0:
            continue
        at = found + len(word.text)
        score = round(word.confidence, _DIGITS)
        yield {"text": word.text, "confidence": score, "start_index": found}


def _block_confidence(block: Block) -> dict[str, float]:
    scores = [word.confidence for word in _words(block)]
    return {
        "average_content_confidence_score": round(fmean(scores), _DIGITS),
        "minimum_content_confidence_score": round(min(scores), _DIGITS),
    }


def _image(index: int, box: Box) -> dict[str, Any]:
    return {"id": _name(index), **_corners(box), "image_base64": None}


def _name(index: int) -> str:
    return f"img-{index}.jpeg"


def _corners(box: Box) -> dict[str, int]:
    x0, y0, x1, y1 = whole(box)
    return {"top_left_x": x0, "top_left_y": y0, "bottom_right_x": x1, "bottom_right_y": y1}
