"""What a reading is made of. Plain values: no engine, no array, nothing to load.

Coordinates are pixels of the page as the user sees it (after EXIF and page rotation), origin
top-left, x to the right, y down. Confidence is 0 to 1 everywhere.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

SCHEMA = "pagesight.document/1"

Point = tuple[float, float]
Polygon = tuple[Point, ...]


class Box(NamedTuple):
    """An upright rectangle, `x0 <= x1` and `y0 <= y1`; the far edges are exclusive."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        """Horizontal extent in pixels."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Vertical extent in pixels."""
        return self.y1 - self.y0

    @property
    def area(self) -> float:
        """Pixels covered."""
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class Character:
    """One glyph as the model spells it: a letter with its marks or a ligature may be one.

    `confidence` is the model's own probability. `box` is in the frame of its word's box.
    """

    text: str
    confidence: float
    box: Box


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a line; its characters, in the order of reading, only where asked for."""

    text: str
    confidence: float
    box: Box
    characters: tuple[Character, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text; `polygon` is present where the text is not upright."""

    text: str
    confidence: float
    box: Box
    words: tuple[Word, ...] = ()
    polygon: Polygon | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """Something a detector found. `model` is the catalogue name that found it."""

    id: str
    label: str
    confidence: float
    box: Box
    model: str


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together, in reading order. `region` is the Region that gave the kind.

    `caption_of` is the id of the region that a caption describes, where that was found.
    """

    id: str
    kind: str
    lines: tuple[Line, ...]
    region: str | None = None
    caption_of: str | None = None


# A word of the page: the id of its block, the index of its line there, its index in the line.
WordPlace = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class TableCell:
    """One cell: zero-based row and column, how many it spans, its text.

    `words` says where its words are on the page, in the order of the text; `confidence` is their
    mean, None for a cell without text.
    """

    row: int
    column: int
    text: str
    box: Box
    row_span: int = 1
    column_span: int = 1
    confidence: float | None = None
    words: tuple[WordPlace, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A grid of cells inside the table region `region`; the first `header_rows` are its head."""

    id: str
    box: Box
    rows: int
    columns: int
    cells: tuple[TableCell, ...]
    region: str | None = None
    header_rows: int = 0


@dataclass(frozen=True, slots=True)
class Barcode:
    """A decoded bar or QR code. `format` is ZXing's name for the symbology, such as `QRCode`.

    `text` is readable: control characters are written out. `data` holds the very bytes, in
    hexadecimal, and `content` is ZXing's name for what they are, such as `text`, `binary`, `gs1`.
    """

    format: str
    text: str
    box: Box
    content: str = "text"
    data: str = ""


@dataclass(frozen=True, slots=True)
class DoubtfulWord:
    """A word that may well be wrong; `left_out` of the text where the caller asked for that."""

    text: str
    confidence: float
    box: Box
    left_out: bool


@dataclass(frozen=True, slots=True)
class PageWarning:
    """Something the caller may want to know that did not stop the page."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Preparation:
    """What one preparation stage measured, and whether it changed the page because of it."""

    stage: str
    measured: float | None
    unit: str
    applied: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Everything read from one page; `number` counts from 1 in the document.

    `rotation` is the clockwise turn in degrees (0, 90, 180, 270) that made the page upright,
    `skew` the remaining tilt in degrees, counter-clockwise positive, that reading corrected.
    `analyses` holds what each page analysis that the options name reported, as JSON has it.
    """

    number: int
    width: int
    height: int
    dpi: float | None
    rotation: int
    skew: float
    languages: tuple[str, ...]
    text: str
    regions: tuple[Region, ...] = ()
    blocks: tuple[Block, ...] = ()
    tables: tuple[Table, ...] = ()
    barcodes: tuple[Barcode, ...] = ()
    doubtful: tuple[DoubtfulWord, ...] = ()
    warnings: tuple[PageWarning, ...] = ()
    analyses: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ModelUse:
    """A model that took part, and the execution provider its session really ran on.

    `sha256` is of the model's source file: what the catalogue lists, or Tesseract's `.traineddata`.
    What ran may have been converted from it.
    """

    name: str
    version: str
    sha256: str
    provider: str


@dataclass(frozen=True, slots=True)
class PageReceipt:
    """How one page was read: which models on which provider, time per stage in milliseconds.

    `canary_ms` is how long the engine's canary page took, by stage, when the engine was opened:
    what this machine can do when nothing else is going on. `finder` found the lines, and
    `lines_read` says how many lines with text each recogniser gave.
    """

    number: int
    models: tuple[ModelUse, ...]
    stage_ms: dict[str, float]
    preparation: tuple[Preparation, ...] = ()
    worker: str = ""
    attempt: int = 1
    canary_ms: dict[str, float] = field(default_factory=dict)
    finder: str = ""
    lines_read: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PageReading:
    """A page and its receipt: what the pipeline returns and the store keeps per page."""

    page: Page
    receipt: PageReceipt


@dataclass(frozen=True, slots=True)
class PageFailure:
    """A page that could not be read: a stable code, a sentence, and who must act."""

    number: int
    code: str
    message: str
    actor: str


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """What was handed in: type judged by its bytes, hash of its bytes, pages it has."""

    media_type: str
    sha256: str
    pages: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """How the document was read. `parameters` are the options in force, defaults included."""

    service: str
    version: str
    parameters: dict[str, object]
    models: tuple[ModelUse, ...]
    pages: tuple[PageReceipt, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """The whole result, exactly as the API returns it and `pagesight read` prints it."""

    document: DocumentInfo
    pages: tuple[Page, ...]
    receipt: Receipt
    failures: tuple[PageFailure, ...] = ()
    schema: str = field(default=SCHEMA)
    analyses: dict[str, object] = field(default_factory=dict)
