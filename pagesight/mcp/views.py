"""Small answers of the tools. Long texts and lists come in parts, with where to go on."""

from typing import Any

from pydantic import BaseModel

from pagesight.client import Job


class JobView(BaseModel):
    """How far a document is; `next` says what can be asked for now."""

    job_id: str
    state: str
    pages: int | None
    pages_read: int
    pages_failed: int
    fault: str | None
    queue_position: int | None
    begins_with: str | None = None
    next: str


class TextPart(BaseModel):
    """A part of a page's text; `next_offset` is null at its end."""

    page: int
    pages: int
    text: str
    next_offset: int | None
    tables: int
    doubtful_words: int


class TablePart(BaseModel):
    """Rows of a table; the first `header_rows` of the table are its head."""

    page: int
    table: int
    tables: int
    columns: int
    header_rows: int
    rows: list[list[str]]
    next_row: int | None


class Match(BaseModel):
    """A place where the words are: `box` is [x0, y0, x1, y1] in pixels of the page."""

    page: int
    text: str
    line: str
    confidence: float
    box: list[float]


class Matches(BaseModel):
    """Places of the words in reading order; `next_offset` is null at the end."""

    total: int
    matches: list[Match]
    next_offset: int | None


class Fields(BaseModel):
    """Fields by name, each with value, confidence, page and box, or null with a reason."""

    fields: dict[str, Any]


class Checked(BaseModel):
    """How far a text agrees with the ink; `complete` is whether the lists are whole."""

    given_words: int
    supported: int
    unsupported: list[str]
    differences: list[str]
    unread: list[str]
    uncovered: list[str]
    complete: bool


_NEXT = {
    "queued": "get_job with wait_s",
    "running": "get_job with wait_s; get_page for pages that are read",
    "succeeded": "get_page, get_table, get_fields, search_words, get_picture",
    "partial": "get_page, get_table, get_fields, search_words, get_picture; some pages failed",
}


def job_view(job: Job, begins_with: str | None = None) -> JobView:
    """The view of a job."""
    return JobView(
        job_id=job.id,
        state=job.state,
        pages=job.pages.total,
        pages_read=job.pages.succeeded,
        pages_failed=job.pages.failed,
        fault=f"{job.fault.message} [{job.fault.code}]" if job.fault else None,
        queue_position=job.queue_position,
        begins_with=begins_with,
        next=_NEXT.get(job.state, "read_document again, or ask the person"),
    )
