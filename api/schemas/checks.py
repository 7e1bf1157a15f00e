"""The schemas of documents to be checked and of their doubtful words."""

from pydantic import Field

from api.schemas.jobs import JobOut, Model


class CheckOut(Model):
    """A document that waits to be checked."""

    job: JobOut
    doubtful: int = Field(description="Doubtful words when it was read.")


class CheckList(Model):
    """Documents to be checked, newest first; `next` is the cursor of the following ones."""

    checks: list[CheckOut]
    next: str | None


class CheckChange(Model):
    """Whether a document was checked."""

    checked: bool = Field(description="False puts the document on the list again.")


class DoubtfulWordOut(Model):
    """A word to check, at its place in the original result."""

    page: int
    block: str
    line: int
    word: int
    text: str
    confidence: float
    box: tuple[float, float, float, float]
    context: str = Field(description="The text of the line that the word is in.")
    language: str | None = Field(description="Tesseract's code of the page's first language.")
    page_width: int = Field(description="Width in pixels of the page that `box` is in.")
    page_height: int


class DoubtfulWords(Model):
    """Words of low confidence that are not corrected or confirmed yet, in the order of reading."""

    revision: int = Field(description="The latest revision of corrections, 0 where there is none.")
    words: list[DoubtfulWordOut]
    next_page: int | None = Field(
        description="Where to go on, as `from_page`; null after the last page."
    )
