"""Jobs: submit a document, follow it, fetch what was read."""

from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import TypeVar, Unpack

from pagesight.client import job_calls
from pagesight.client.async_transport import AsyncTransport
from pagesight.client.calls import Call
from pagesight.client.errors import NotFinishedError
from pagesight.client.job_calls import LONGEST_POLL_S, MADE_WITHIN_S, PageReading, Revision
from pagesight.client.models.document import Document
from pagesight.client.models.service import Corrections, Job, JobState, PageStatus, Verification
from pagesight.client.streams import JobEvent, JobEvents
from pagesight.client.uploads import JobParameters, Source
from pagesight.client.waiting import Deadline

_PER_PAGE = 100

_T = TypeVar("_T")


class AsyncJobs:
    """`/v1/jobs`. Methods raise ApiError, ServiceUnreachableError, UnexpectedResponseError."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def submit(
        self,
        source: Source,
        *,
        idempotency_key: str | None = None,
        **parameters: Unpack[JobParameters],
    ) -> Job:
        """Submit a path, bytes, an open file, or the URL of a document.

        The request is repeated safely: it has an idempotency key, a new one if none is given.
        """
        return await self._transport.send(job_calls.submit(source, parameters, idempotency_key))

    async def get(self, job_id: str) -> Job:
        """The current state of a job."""
        return await self._transport.send(job_calls.get(job_id))

    async def list(
        self, *, state: JobState | None = None, batch_id: str | None = None
    ) -> AsyncIterator[Job]:
        """Jobs, newest first; further ones are fetched as you go on."""
        before, more = "", True
        while more:
            call = job_calls.listed(state, batch_id, _PER_PAGE, before)
            jobs, before = await self._transport.send(call)
            for each in jobs:
                yield each
            more = bool(before)

    async def wait(self, job_id: str, *, timeout_s: float | None = None) -> Job:
        """The job once it has ended, by long polls. Raises WaitTimeoutError after `timeout_s`."""
        deadline = Deadline(timeout_s, job_id)
        while True:
            wait_s = deadline.at_most_s(LONGEST_POLL_S)
            polled = await self._transport.send(job_calls.poll(job_id, wait_s))
            if polled.job.state in job_calls.FINAL:
                return polled.job
            deadline.check()
            await self._transport.sleep(deadline.at_most_s(polled.pause_s))

    def events(
        self, job_id: str, *, after: int = 0, timeout_s: float | None = None
    ) -> AsyncIterator[JobEvent]:
        """Each event as it happens, until the job has ended; `after` is a sequence number."""
        return self._transport.follow(JobEvents(job_id, after), Deadline(timeout_s, job_id))

    async def cancel(self, job_id: str) -> Job:
        """Stop a job before its next page."""
        return await self._transport.send(job_calls.cancel(job_id))

    async def retry(self, job_id: str, *, idempotency_key: str | None = None) -> Job:
        """A new job for the same document; pages that were read are kept."""
        return await self._transport.send(job_calls.retry(job_id, idempotency_key))

    async def delete(self, job_id: str) -> None:
        """Delete a job that has ended, with its document and result."""
        await self._transport.send(job_calls.delete(job_id))

    async def result(self, job_id: str, *, revision: Revision = None) -> Document:
        """What was read, with the corrections of a `revision`.

        Raises NotFinishedError, JobFailedError or NoResultError.
        """
        return await self._transport.send(job_calls.result(job_id, revision))

    async def export(
        self,
        job_id: str,
        formats: str | Iterable[str],
        *,
        revision: Revision = None,
        timeout_s: float | None = MADE_WITHIN_S,
    ) -> bytes:
        """The result as a file; several formats make one ZIP.

        Waits for the job, and for files that a worker makes; WaitTimeoutError after `timeout_s`.
        """
        call = job_calls.export(job_id, formats, revision)
        return await self._once_made(call, Deadline(timeout_s, job_id))

    async def picture(
        self,
        job_id: str,
        number: int,
        *,
        width: int = 1600,
        timeout_s: float | None = MADE_WITHIN_S,
    ) -> bytes:
        """A JPEG of a page, at least so wide or as wide as the page; a worker makes it."""
        call = job_calls.picture(job_id, number, width)
        return await self._once_made(call, Deadline(timeout_s, job_id))

    async def _once_made(self, call: Call[_T], deadline: Deadline) -> _T:
        while True:
            try:
                return await self._transport.send(call)
            except NotFinishedError as error:
                deadline.check()
                await self._transport.sleep(deadline.at_most_s(error.retry_after_s or 1.0))

    async def save(
        self,
        job_id: str,
        formats: str | Iterable[str],
        to: str | Path,
        *,
        revision: Revision = None,
        timeout_s: float | None = MADE_WITHIN_S,
    ) -> Path:
        """Like `export`, into a file, which is streamed."""
        call, deadline, target = (
            job_calls.export(job_id, formats, revision),
            Deadline(timeout_s, job_id),
            Path(to),
        )
        while True:
            try:
                await self._transport.download(call, target)
            except NotFinishedError as error:
                deadline.check()
                await self._transport.sleep(deadline.at_most_s(error.retry_after_s or 1.0))
            else:
                return target

    async def pages(self, job_id: str) -> tuple[PageStatus, ...]:
        """How far each page is; empty until the document is opened."""
        return await self._transport.send(job_calls.pages(job_id))

    async def page(self, job_id: str, number: int) -> PageReading:
        """One page as soon as it is read. Raises NotFinishedError or PageFailedError."""
        return await self._transport.send(job_calls.page(job_id, number))

    async def verify(
        self,
        job_id: str,
        text: str,
        *,
        ink: bool = False,
        timeout_s: float | None = MADE_WITHIN_S,
    ) -> Verification:
        """How far another reader's text, Markdown or plain, agrees with what was read.

        With `ink` a worker looks at the pictures of the pages as well, which is waited for.
        """
        call = job_calls.verify(job_id, text, ink=ink)
        return await self._once_made(call, Deadline(timeout_s, job_id))

    async def corrections(self, job_id: str, *, revision: Revision = "latest") -> Corrections:
        """The corrected words of a revision, and all revisions."""
        return await self._transport.send(job_calls.corrections(job_id, revision))

    async def correct(
        self,
        job_id: str,
        words: Iterable[job_calls.CorrectedWord],
        *,
        revision: int | None = None,
    ) -> Corrections:
        """Save the right text of words as a new revision.

        `revision` is the one that was corrected; the error's code is `revision_conflict` if there
        is a later one.
        """
        return await self._transport.send(job_calls.correct(job_id, words, revision))
