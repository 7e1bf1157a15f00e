"""Chunks for retrieval, JSON Lines: pieces of text of a limited size, with headings and places.

Blocks are joined in reading order until a chunk is full; a heading begins a new one, a table is one
of its own, and running heads and feet are left out.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from vision.core.document import Block, Box, Document, Line, Page
from vision.core.exports import Artefact, PagedDocument, Source, WholeDocument
from vision.export.markdown import BlockRenderer
from vision.export.places import box_around

MOST_TOKENS = 400  # what common embedding models take at once is 512
# Four letters a token is the rule of thumb for English; other scripts have a token a character.
_TOKEN = re.compile(r"[A-Za-z]{1,4}|\d{1,3}|[^\W\d_]|[^\w\s]|_")


def export(document: Document, source: Source | None = None) -> Iterator[Artefact]:  # noqa: ARG001 - the document says it all
    """The registry's entry: one file, a JSON object a line."""
    yield Artefact("".join(stream(WholeDocument(document))).encode())


def stream(document: PagedDocument) -> Iterator[str]:
    """Yield the rows one by one."""
    for number, chunk in enumerate(_chunks(document), 1):
        yield json.dumps(chunk.row(document.frame, number), ensure_ascii=False) + "\n"


def count_tokens(text: str) -> int:
    """An estimate that needs no tokeniser."""
    return sum(1 for _ in _TOKEN.finditer(text))


@dataclass(slots=True)
class Chunk:
    """A piece of text; `places` are a page number and a box for each block in it.

    `heading` is the block that begins the section, in its first chunk.
    """

    headings: tuple[str, ...]
    kind: str = "text"
    texts: list[str] = field(default_factory=list)
    places: list[tuple[int, Box]] = field(default_factory=list)
    tokens: int = 0
    heading: tuple[Page, Block] | None = None

    def add(self, text: str, page: Page, lines: Sequence[Line]) -> None:
        """Append a block, or some lines of it."""
        self.texts.append(text)
        self.places.append((page.number, box_around(lines)))
        self.tokens += count_tokens(text)

    def row(self, document: Document, number: int) -> dict[str, object]:
        """The line of JSON."""
        text = "\n\n".join(self.texts)
        return {
            "id": f"{document.document.sha256[:16]}-{number}",
            "document": document.document.sha256,
            "kind": self.kind,
            "headings": list(self.headings),
            "text": text,
            "tokens": self.tokens,
            "pages": sorted({page for page, _ in self.places}),
            "boxes": [
                {"page": page, "box": [round(side, 2) for side in box]} for page, box in self.places
            ],
            "sha256": sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        }


def chunks(document: Document, most: int = MOST_TOKENS) -> Iterator[Chunk]:
    """The chunks in reading order, none over `most` tokens unless one line or table is.

    A heading is text itself only where nothing follows it, since chunks name theirs.
    """
    return _chunks(WholeDocument(document), most)


def _chunks(document: PagedDocument, most: int = MOST_TOKENS) -> Iterator[Chunk]:
    renderer = BlockRenderer(document.frame, document.outlines())
    headings: tuple[str, ...] = ()
    chunk = Chunk(headings)
    for page in document.pages():
        tables = {table.region for table in page.tables if table.region is not None}
        for block, markdown in renderer.blocks(page):
            if not block.lines or renderer.is_furniture(block, page):
                continue
            if block.kind == "title":
                yield from _ended(chunk)
                # The first title is the document's, the others are sections.
                headings = (*headings[:1], _joined(block))
                chunk = Chunk(headings, heading=(page, block))
            elif block.region in tables:
                yield from _full(chunk)
                chunk = Chunk(headings, "table")
                chunk.add(markdown, page, block.lines)
                yield chunk
                chunk = Chunk(headings)
            else:
                for text, lines in _pieces(block, most):
                    if chunk.tokens + count_tokens(text) > most:
                        yield from _full(chunk)
                        chunk = Chunk(headings)
                    chunk.add(text, page, lines)
    yield from _ended(chunk, last=True)


def _full(chunk: Chunk) -> Iterator[Chunk]:
    if chunk.texts:
        yield chunk


def _ended(chunk: Chunk, *, last: bool = False) -> Iterator[Chunk]:
    """The last chunk of a section; its heading where it has nothing else.

    Chunks of all sections name the document's title, unless there is none after it.
    """
    if not chunk.texts and chunk.heading and (last or len(chunk.headings) > 1):
        page, block = chunk.heading
        chunk.add(_joined(block), page, block.lines)
    yield from _full(chunk)


def _joined(block: Block) -> str:
    return " ".join(line.text for line in block.lines)


def _pieces(block: Block, most: int) -> Iterator[tuple[str, list[Line]]]:
    """The lines of a block, in pieces that fit."""
    piece: list[Line] = []
    tokens = 0
    for line in block.lines:
        size = count_tokens(line.text)
        if piece and tokens + size > most:
            yield "\n".join(each.text for each in piece), piece
            piece, tokens = [], 0
        piece.append(line)
        tokens += size
    yield "\n".join(each.text for each in piece), piece
