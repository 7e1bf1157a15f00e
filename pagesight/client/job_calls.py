"""The calls of `/v1/jobs`."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypedDict

import httpx

from pagesight.client.calls import Call, content, given, many, nothing, one, page_of, path
from pagesight.client.models.document import Document, Page, PageReceipt
from pagesight.client.models.service import Corrections, Job, JobState, PageStatus, Verification
from pagesight.client.uploads import JobParameters, Source, job_body, new_key

FINAL: frozenset[JobState] = frozenset({"succeeded", "partial", "failed", "cancelled", "expired"})
# A number, or `latest`, of a corrected result; None is the result as it was read.
Revision = int | Literal["latest"] | None


class CorrectedWord(TypedDict):
    """What a word says: at its place in the original result, indexes from 0.

    The text as it was read confirms the word, an empty one removes it, None takes an earlier
    correction back.
    """

    page: int
    block: str
    line: int
    word: int
    text: str | None


LONGEST_POLL_S = 20.0  # shorter than the idle timeouts of usual proxies
MADE_WITHIN_S = 300.0  # how long exports wait for a file by default
_PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReading:
    """One page and how it was read."""

    page: Page
    receipt: PageReceipt


@dataclass(frozen=True, slots=True)
class Polled:
    """A job, and how long to wait before the next poll; 0 where the service waited itself."""

    job: Job
    pause_s: float


def submit(source: Source, parameters: JobParameters, key: str | None) -> Call[Job]:
    """Submit a document; with the same key it is one job, however often it is sent."""
    return Call(
        "POST",
        path("jobs"),
        one(Job),
        headers={"Idempotency-Key": key or new_key()},
        body=job_body(source, parameters),
    )


def get(job_id: str) -> Call[Job]:
    """Get a job."""
    return Call("GET", path("jobs", job_id), one(Job))


def poll(job_id: str, wait_s: float) -> Call[Polled]:
    """Get a job once it has ended, or after `wait_s`."""
    return Call(
        "GET",
        path("jobs", job_id),
        _polled,
        headers={"Prefer": f"wait={wait_s:.0f}"} if wait_s >= 1 else {},
        read_timeout_s=wait_s + _PATIENCE_S,
    )


def _polled(response: httpx.Response) -> Polled:
    # Large documents are not waited for: the service answers at once, without this header.
    waited = "preference-applied" in response.headers
    return Polled(one(Job)(response), 0.0 if waited else 1.0)


def listed(
    state: JobState | None, batch_id: str | None, limit: int, before: str
) -> Call[tuple[tuple[Job, ...], str]]:
    """One page of the list of jobs, and the cursor of the next."""
    params = given(state=state, batch_id=batch_id, limit=limit, before=before or None)
    return Call("GET", path("jobs"), page_of(Job, "jobs"), params=params)


def cancel(job_id: str) -> Call[Job]:
    """Cancel a job."""
    return Call("POST", path("jobs", job_id, "cancel"), one(Job))


def retry(job_id: str, key: str | None) -> Call[Job]:
    """Read the document of a job again."""
    headers = {"Idempotency-Key": key or new_key()}
    return Call("POST", path("jobs", job_id, "retry"), one(Job), headers=headers)


def delete(job_id: str) -> Call[None]:
    """Delete a job."""
    return Call("DELETE", path("jobs", job_id), nothing, gone_is_done=True)


def result(job_id: str, revision: Revision) -> Call[Document]:
    """The result as a Document."""
    params = {"format": "json", **given(revision=revision)}
    return Call("GET", path("jobs", job_id, "result"), one(Document), params=params)


def export(job_id: str, formats: str | Iterable[str], revision: Revision) -> Call[bytes]:
    """The result as a file of one format, or a ZIP of several."""
    params = {**_format(formats), **given(revision=revision)}
    return Call("GET", path("jobs", job_id, "result"), content, params=params)


def _format(formats: str | Iterable[str]) -> dict[str, Any]:
    return {"format": formats if isinstance(formats, str) else ",".join(formats)}


def pages(job_id: str) -> Call[tuple[PageStatus, ...]]:
    """How far each page is."""
    return Call("GET", path("jobs", job_id, "pages"), many(PageStatus, "pages"))


def picture(job_id: str, number: int, width: int) -> Call[bytes]:
    """A picture of a page."""
    where = path("jobs", job_id, "pages", number, "image")
    return Call("GET", where, content, params={"width": width})


def verify(job_id: str, text: str, *, ink: bool) -> Call[Verification]:
    """Compare another reader's text with the result; the request changes nothing."""
    params = {"ink": "true"} if ink else {}
    body = {"content": text.encode()}
    headers = {"Content-Type": "text/markdown; charset=utf-8"}
    where = path("jobs", job_id, "verify")
    return Call("POST", where, one(Verification), headers=headers, body=body, params=params)


def page(job_id: str, number: int) -> Call[PageReading]:
    """One page."""
    return Call("GET", path("jobs", job_id, "pages", number), one(PageReading))


def corrections(job_id: str, revision: Revision) -> Call[Corrections]:
    """The corrected words of a revision, and all revisions."""
    where = path("jobs", job_id, "corrections")
    return Call("GET", where, one(Corrections), params=given(revision=revision))


def correct(job_id: str, words: Iterable[CorrectedWord], revision: int | None) -> Call[Corrections]:
    """Add corrections; with the revision that they are of, twice is refused as a conflict."""
    body = given(corrections=list(words), revision=revision)
    where = path("jobs", job_id, "corrections")
    return Call("PATCH", where, one(Corrections), repeatable=False, body={"json": body})
