"""The schemas of a job's pages."""

from datetime import datetime
from typing import Self

from api.schemas.jobs import FaultOut, Model, job_path
from jobs.domain.job import PageRow
from jobs.domain.states import PageState


class PageOut(Model):
    """The current state of a page; `reading` is where its content is once it has succeeded."""

    number: int
    state: PageState
    attempts: int
    fault: FaultOut | None
    finished_at: datetime | None
    reading: str | None

    @classmethod
    def of(cls, page: PageRow) -> Self:
        """Translate the ledger's value."""
        done = page.state == PageState.SUCCEEDED
        return cls(
            number=page.number,
            state=page.state,
            attempts=page.attempts,
            fault=FaultOut.of(page.fault),
            finished_at=page.finished_at,
            reading=f"{job_path(page.job_id)}/pages/{page.number}" if done else None,
        )


class PageList(Model):
    """The pages of a job by number; empty until the document is opened."""

    pages: list[PageOut]
