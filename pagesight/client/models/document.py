"""What was read from a document (docs/reference/result.md).

Made by `make docs`; do not edit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pagesight.client.box import Box


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentInfo:
    """What was handed in."""

    media_type: str
    sha256: str
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtfulWord:
    """A recognised word whose chance of being right is low."""

    text: str
    confidence: float
    box: Box
    left_out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """Something a detector found."""

    id: str
    label: str
    confidence: float
    box: Box
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """One glyph as the model spells it: a letter with its marks or a ligature may be one."""

    text: str
    confidence: float
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word of a line."""

    text: str
    confidence: float
    box: Box
    characters: tuple[Character, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of text; in a table, one row."""

    text: str
    confidence: float
    box: Box
    words: tuple[Word, ...]
    polygon: tuple[tuple[float, float], ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Lines that belong together."""

    id: str
    kind: Literal[
        "text",
        "title",
        "list",
        "table",
        "figure",
        "formula",
        "caption",
        "header",
        "footer",
        "page_number",
        "footnote",
        "signature",
        "stamp",
        "logo",
        "handwriting",
    ]
    lines: tuple[Line, ...]
    region: str | None
    caption_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCell:
    """One cell of a table."""

    row: int
    column: int
    text: str
    box: Box
    row_span: int
    column_span: int
    confidence: float | None
    words: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A grid found by its ruling lines, or from where words stand."""

    id: str
    box: Box
    rows: int
    columns: int
    cells: tuple[TableCell, ...]
    region: str | None
    header_rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Barcode:
    """A decoded bar or QR code."""

    format: str
    text: str
    box: Box
    content: Literal["text", "binary", "mixed", "gs1", "iso15434", "unknowneci"]
    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWarning:
    """Something worth knowing that did not stop the page."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything read from one page."""

    number: int
    width: int
    height: int
    dpi: float | None
    rotation: Literal[0, 90, 180, 270]
    skew: float
    languages: tuple[str, ...]
    text: str
    regions: tuple[Region, ...]
    blocks: tuple[Block, ...]
    tables: tuple[Table, ...]
    barcodes: tuple[Barcode, ...]
    doubtful: tuple[DoubtfulWord, ...]
    warnings: tuple[PageWarning, ...]
    analyses: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFailure:
    """A page that could not be read."""

    number: int
    code: str
    message: str
    actor: Literal["caller", "operator"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUse:
    """A model that took part."""

    name: str
    version: str
    sha256: str
    provider: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """What one preparation stage measured, and whether it changed the page."""

    stage: str
    measured: float | None
    unit: str
    applied: bool
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReceipt:
    """How one page was read."""

    number: int
    models: tuple[ModelUse, ...]
    stage_ms: Mapping[str, float]
    preparation: tuple[Preparation, ...]
    canary_ms: Mapping[str, float]
    finder: str
    lines_read: Mapping[str, int]
    worker: str
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """How the document was read."""

    service: str
    version: str
    parameters: Mapping[str, Any]
    models: tuple[ModelUse, ...]
    pages: tuple[PageReceipt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What was read from one document, and how."""

    schema: Literal["pagesight.document/1"]
    document: DocumentInfo
    pages: tuple[Page, ...]
    failures: tuple[PageFailure, ...]
    analyses: Mapping[str, Any] = field(default_factory=dict)
    receipt: Receipt
