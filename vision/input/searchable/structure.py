"""The structure tree of a tagged PDF (ISO 32000-1, 14.7): elements with their marked content.

The text that is tagged is invisible; what the page draws is an artifact behind it.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pikepdf
from pikepdf import Array, Dictionary, Name

from vision.core.arrays import Affine
from vision.core.document import Box
from vision.core.exports import ARTIFACT, PageText, Tag
from vision.core.geometry import bounding_box, transform_points
from vision.input.searchable.invisible_text import END, TextWriter
from vision.input.searchable.letters import Letters

_BEGIN = b"/Artifact BMC\n"
_END = b"\nEMC\n"
_RUNNING = b"/Artifact <</Type/Pagination>>BDC\n"  # heads, feet, page numbers


class Element(NamedTuple):
    """A tag with the number of its marked content on the page, if it has some of its own."""

    tag: Tag
    mark: int | None
    box: Box | None
    children: tuple["Element", ...]


class TaggedPage(NamedTuple):
    """The elements of a page, and how many marks its content has."""

    number: int
    language: str
    elements: tuple[Element, ...]
    marks: int


def tagged_stream(text: PageText, to_points: Affine, letters: Letters) -> tuple[bytes, TaggedPage]:
    """The content that writes the words of the tags, each as marked content, and its elements."""
    writer = _Tagger(text.tags, to_points, letters)
    elements = tuple(each for tag in text.tags for each in writer.element(tag))
    return writer.content(), TaggedPage(text.number, text.language, elements, writer.marks)


class _Tagger:
    def __init__(self, tags: Sequence[Tag], to_points: Affine, letters: Letters) -> None:
        lines = [line for tag in tags for line in lines_of(tag)]
        self._to_points = to_points
        self._text = TextWriter(lines, to_points, letters)
        self._parts: list[bytes] = []
        self.marks = 0

    def content(self) -> bytes:
        return self._text.begin() + b"".join(self._parts) + END

    def element(self, tag: Tag) -> Iterator[Element]:
        """The element of a tag, and of those below it; none of an artifact."""
        if tag.role == ARTIFACT:
            self._parts += [_RUNNING, self._text.text(tag.lines), b"EMC\n"]
            return
        mark, box = None, None
        if tag.place is not None:
            box = bounding_box(transform_points(self._to_points, tag.place))
        if tag.lines or box is not None:
            mark, self.marks = self.marks, self.marks + 1
            drawn = self._text.outline(box) if box else self._text.text(tag.lines)
            self._parts += [f"/{tag.role} <</MCID {mark}>>BDC\n".encode(), drawn, b"EMC\n"]
        children = tuple(each for child in tag.children for each in self.element(child))
        yield Element(tag, mark, box, children)


def lines_of(tag: Tag) -> Iterator[Any]:
    """The lines of a tag and of those below it."""
    yield from tag.lines
    for child in tag.children:
        yield from lines_of(child)


def make_artifact(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
    """Mark all that a page draws itself as no part of the text."""
    page.contents_add(pdf.make_stream(_BEGIN), prepend=True)
    page.contents_add(pdf.make_stream(_END))


def add_structure(pdf: pikepdf.Pdf, pages: Sequence[TaggedPage]) -> None:
    """Write the structure tree, and that the file is tagged where all its pages are."""
    root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    language = next((page.language for page in pages if page.language), "")
    document = pdf.make_indirect(
        Dictionary(Type=Name.StructElem, S=Name.Document, P=root, K=Array())
    )
    nums: list[Any] = []
    for key, tagged in enumerate(pages):
        page = pdf.pages[tagged.number - 1]
        page.obj.StructParents = key
        page.obj.Tabs = Name.S
        parents: list[Any] = [None] * tagged.marks
        for element in tagged.elements:
            made = _element(pdf, page.obj, document, element, parents)
            if tagged.language and tagged.language != language:
                made.Lang = tagged.language
            document.K.append(made)
        nums += [key, pdf.make_indirect(Array(parents))]
    root.K = document
    root.ParentTree = pdf.make_indirect(Dictionary(Nums=Array(nums)))
    root.ParentTreeNextKey = len(pages)
    pdf.Root.StructTreeRoot = root
    pdf.Root.MarkInfo = Dictionary(Marked=len(pages) == len(pdf.pages))
    if language and "/Lang" not in pdf.Root:
        pdf.Root.Lang = language


def _element(pdf: pikepdf.Pdf, page: Any, parent: Any, element: Element, parents: list[Any]) -> Any:
    """The element with those below it, each entered in the page's list of parents."""
    tag = element.tag
    made = pdf.make_indirect(
        Dictionary(Type=Name.StructElem, S=Name(f"/{tag.role}"), P=parent, Pg=page)
    )
    kids: list[Any] = []
    if element.mark is not None:
        kids.append(element.mark)
        parents[element.mark] = made
    kids += [_element(pdf, page, made, child, parents) for child in element.children]
    if kids:
        made.K = kids[0] if len(kids) == 1 else Array(kids)
    if tag.alt:
        made.Alt = tag.alt
    if attributes := _attributes(element):
        made.A = attributes
    return made


def _attributes(element: Element) -> Any:
    tag = element.tag
    if element.box is not None:
        box = [round(each, 2) for each in element.box]
        return Dictionary(O=Name.Layout, BBox=Array(box), Placement=Name.Block)
    given: dict[str, Any] = {}
    if tag.role == "TH":
        given["Scope"] = Name.Column
    if tag.spans[0] > 1:
        given["RowSpan"] = tag.spans[0]
    if tag.spans[1] > 1:
        given["ColSpan"] = tag.spans[1]
    return Dictionary(O=Name.Table, **given) if given else None
