"""Verification by the ink, and corrections by people (docs/reference/api.md).

Made by `make docs`; do not edit.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place on a page: `box` is [x0, y0, x1, y1] in pixels of the page."""

    page: int
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsupported:
    """Words of the text that no ink stands behind: characters `start` to `end` of it."""

    text: str
    start: int
    end: int
    words: int
    after: Place | None
    ink: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A word of the text that is similar to what was read in its place."""

    text: str
    start: int
    end: int
    read: str
    confidence: float
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """Words side by side on a page that the text lacks."""

    text: str
    words: int
    kind: str
    confidence: float
    place: Place
    left_out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """A word of the text that only the file's text layer states: its place is blank."""

    text: str
    start: int
    end: int
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """How far a text and the words on the pages agree; `supported` counts words of the text."""

    given_words: int
    supported: int
    read_words: int
    unsupported: tuple[Unsupported, ...]
    differences: tuple[Difference, ...]
    unread: tuple[Unread, ...]
    blank: tuple[Blank, ...]
    uncovered: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A corrected word."""

    page: int
    block: str
    line: int
    word: int
    text: str
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionRevision:
    """One revision; `author` is the id of the API key that saved it."""

    revision: int
    created_at: datetime
    author: str
    words: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrections:
    """The corrections of a revision; revision 0 is the original and has none."""

    revision: int
    corrections: tuple[Correction, ...]
    revisions: tuple[CorrectionRevision, ...]
