"""The schema of a comparison of another reader's text with a result."""

from typing import Self

from pydantic import Field

from api.schemas.jobs import Model
from vision.verification.verify import Verification


class PlaceOut(Model):
    """A place on a page: `box` is [x0, y0, x1, y1] in pixels of the page."""

    page: int
    box: tuple[float, float, float, float]


class UnsupportedOut(Model):
    """Words of the text that no ink stands behind: characters `start` to `end` of it."""

    text: str
    start: int
    end: int
    words: int
    after: PlaceOut | None = Field(description="Where the word before them is printed.")
    ink: PlaceOut | None = Field(description="Ink that nobody read, where they would be.")


class BlankOut(Model):
    """A word of the text that only the file's text layer states: its place is blank."""

    text: str
    start: int
    end: int
    place: PlaceOut


class DifferenceOut(Model):
    """A word of the text that is similar to what was read in its place."""

    text: str
    start: int
    end: int
    read: str
    confidence: float = Field(description="Of the reading; where low, the text may be right.")
    place: PlaceOut


class UnreadOut(Model):
    """Words side by side on a page that the text lacks."""

    text: str
    words: int
    kind: str = Field(description="Of their block, such as text, header, page_number.")
    confidence: float
    place: PlaceOut
    left_out: bool = Field(description="Whether they are under min_confidence.")


class VerificationOut(Model):
    """How far a text and the words on the pages agree; `supported` counts words of the text."""

    given_words: int
    supported: int
    read_words: int
    unsupported: list[UnsupportedOut]
    differences: list[DifferenceOut]
    unread: list[UnreadOut]
    blank: list[BlankOut]
    uncovered: list[PlaceOut] = Field(description="Ink that neither reader has words for.")

    @classmethod
    def of(cls, verification: Verification) -> Self:
        """Translate the comparison."""
        return cls.model_validate(verification)
