"""What an export is given and what it makes. Light: the API imports it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from vision.core.document import Document, Page, Polygon

if TYPE_CHECKING:
    from vision.core.arrays import Image


class Artefact(NamedTuple):
    """One file of an export; `page` is set where each page has a file of its own.

    `name` tells files of one page, or of none, apart.
    """

    content: bytes
    page: int | None = None
    name: str = ""


class PagedDocument(Protocol):
    """A result whose pages are given one at a time, as often as they are asked for."""

    @property
    def frame(self) -> Document:
        """Everything but the pages and their receipts, which may be missing in it."""
        ...

    def pages(self) -> Iterator[Page]:
        """The pages in their order."""
        ...

    def outlines(self) -> Iterator[Page]:
        """The pages for a first pass: their texts, and the lines of titles and at their edges.

        Lines of other blocks, regions and tables may be missing.
        """
        ...


@dataclass(frozen=True, slots=True)
class WholeDocument:
    """A result in memory as a PagedDocument."""

    frame: Document

    def pages(self) -> Iterator[Page]:
        """The pages in their order."""
        return iter(self.frame.pages)

    outlines = pages


class PlacedWord(NamedTuple):
    """A word and its corners, clockwise from its own top left, in pixels of the page as decoded."""

    text: str
    quad: Polygon


ARTIFACT = "Artifact"  # what a page shows that is no part of its text, such as a running head


class Tag(NamedTuple):
    """An element of a page's structure, by its role in ISO 32000-1, 14.8.4, or ARTIFACT.

    Its text is in `lines` and, after these, in `children`. `place` has the corners of a figure in
    pixels of the page as decoded, and `alt` describes what is no text. `spans` are the rows and
    columns of a cell.
    """

    role: str
    lines: tuple[tuple[PlacedWord, ...], ...] = ()
    children: tuple["Tag", ...] = ()
    alt: str = ""
    place: Polygon | None = None
    spans: tuple[int, int] = (1, 1)


class PageText(NamedTuple):
    """What a page of a searchable PDF must say: lines of words in the order of reading.

    `width` and `height` are the pixels of the page as decoded, before any turn. `trusted` is
    whether hidden text that the file has already was found to be right. `tags` have the same words
    for a tagged PDF, and `language` the language of the page as a BCP-47 tag.
    """

    number: int
    width: int
    height: int
    dpi: float | None
    trusted: bool
    lines: tuple[tuple[PlacedWord, ...], ...]
    tags: tuple[Tag, ...] = ()
    language: str = ""


class Source(Protocol):
    """The document that a result was read from, for exports that draw or embed its pages."""

    @property
    def path(self) -> Path:
        """The file as it was submitted."""
        ...

    def page_image(self, page: Page) -> "Image":
        """The page in the frame of its coordinates, RGB."""
        ...

    def searchable_pdf(self, pages: Sequence[PageText], *, archival: bool = False) -> bytes:
        """The file as a PDF with this text behind its pages; PDF/A-2b if `archival`.

        BadInput where it cannot be made.
        """
        ...
