"""The schemas of corrections and their revisions."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from api.schemas import examples
from api.schemas.jobs import Line, Model
from jobs.domain.corrections import ADDED, Correction, Revision

LONGEST_WORD = 1000
MOST_CHANGES = 2000
RevisionName = Annotated[
    str | None,
    Field(
        pattern=r"^(latest|0|[1-9][0-9]{0,8})$",
        description="A revision of corrections: its number, or `latest`; `0` is the original.",
    ),
]
WordText = Annotated[Line, StringConstraints(max_length=LONGEST_WORD)]


class CorrectionIn(Model):
    """What a word says, at its place in the original result."""

    page: int = Field(ge=1, le=10**6, description="The page's number, from 1.")
    block: str = Field(max_length=64, description="The block's `id`, or `added` with a `box`.")
    line: int = Field(ge=0, le=10**6, description="Index of the line in the block, from 0.")
    word: int = Field(ge=0, le=10**6, description="Index of the word in the line, from 0.")
    text: WordText | None = Field(
        description="The right text. The same text confirms the word, an empty one removes it, "
        "and null takes an earlier correction back."
    )
    box: tuple[float, float, float, float] | None = Field(
        None,
        description="Where a word that reading missed is: x0, y0, x1, y1 in pixels of the page. "
        "Its `block` is `added`, its `line` 0, and its `word` a number that no other has there.",
    )

    @model_validator(mode="after")
    def _check_added(self) -> Self:
        if self.box is not None and self.block != ADDED:
            raise ValueError("a `box` is for words of the block `added`")
        if self.block == ADDED and (self.line != 0 or (self.text and self.box is None)):
            raise ValueError("words of the block `added` have the line 0 and a `box`")
        return self

    def as_value(self) -> Correction:
        """The ledger's value."""
        return Correction(**self.model_dump())


class CorrectionChange(Model):
    """Corrections to add to the latest revision."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.CORRECTION_CHANGE]})

    revision: int | None = Field(
        None,
        ge=0,
        le=10**9,
        description="The revision that was corrected, 0 for the original: refused as "
        "`revision_conflict` if there is a later one. Without it, the latest is changed.",
    )
    corrections: list[CorrectionIn] = Field(min_length=1, max_length=MOST_CHANGES)


class CorrectionOut(Model):
    """A corrected word."""

    page: int
    block: str
    line: int
    word: int
    text: str
    box: tuple[float, float, float, float] | None = Field(
        None, description="Of a word that was added; absent for others."
    )


class RevisionOut(Model):
    """One revision; `author` is the id of the API key that saved it."""

    revision: int
    created_at: datetime
    author: str
    words: int = Field(description="How many words it corrects or confirms.")

    @classmethod
    def of(cls, revision: Revision) -> Self:
        """Translate the ledger's value."""
        return cls(
            revision=revision.number,
            created_at=revision.created_at,
            author=revision.author,
            words=len(revision.corrections),
        )


class CorrectionsOut(Model):
    """The corrections of a revision; revision 0 is the original and has none."""

    revision: int
    corrections: list[CorrectionOut]
    revisions: list[RevisionOut] = Field(description="All revisions, the oldest first.")


class CorrectedLine(Model):
    """A line with corrected or confirmed words, for training or evaluation."""

    page: int
    block: str = Field(description="`added` for a word that reading missed.")
    line: int
    read: str = Field(description="The line as it was read; empty for a word that was missed.")
    text: str = Field(description="The line as it is corrected.")
    confidence: float = Field(description="The confidence of the reading.")
    box: tuple[float, float, float, float]
    polygon: list[tuple[float, float]] | None
    page_width: int = Field(description="Width in pixels of the page that `box` is in.")
    page_height: int
    image: str = Field(description="Where a picture of the page is.")
