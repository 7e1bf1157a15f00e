"""Tools that have documents read, and say how far they are."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from pagesight.client import Job, WaitTimeoutError
from pagesight.client.job_calls import FINAL
from pagesight.client.uploads import JobParameters
from pagesight.mcp.backend import Caller, ToolContext, caller_of, told
from pagesight.mcp.sources import source_of
from pagesight.mcp.views import JobView, job_view

LONGEST_WAIT_S = 120.0
_BEGINNING = 600  # characters of the first page that come with the job
WaitS = Annotated[
    float, Field(ge=0, le=LONGEST_WAIT_S, description="Seconds to wait for the document's end.")
]


async def read_document(
    ctx: ToolContext,
    source: Annotated[
        str | None,
        Field(description="Path of an image or PDF, or a URL the service may fetch."),
    ] = None,
    content_base64: Annotated[
        str | None, Field(description="The document itself, instead of `source`.")
    ] = None,
    filename: str | None = None,
    languages: Annotated[
        list[str] | None, Field(description="Tesseract's codes, such as eng, deu; or auto.")
    ] = None,
    pages: Annotated[str | None, Field(description="Pages to read, such as 1-3,7.")] = None,
    fields: Annotated[
        list[str] | None,
        Field(description="Names of fields to look for, such as invoice number, total."),
    ] = None,
    options: Annotated[
        dict[str, Any] | None, Field(description="Further options of the service.")
    ] = None,
    wait_s: WaitS = 30,
) -> JobView:
    """Read an image or PDF: text, tables, fields. Answers with a job id for the other tools.

    Waits for the end up to `wait_s`; a longer document goes on, and get_job waits again.
    """
    caller = await caller_of(ctx)
    chosen = {**(options or {}), **_options(languages, pages, fields)}
    parameters: JobParameters = {"options": chosen}
    if filename:
        parameters["filename"] = filename
    document = source_of(caller.backend.config, source, content_base64)
    job = await told(caller.client.jobs.submit(document, **parameters))
    return await _waited(ctx, caller, job.id, wait_s)


async def get_job(ctx: ToolContext, job_id: str, wait_s: WaitS = 0) -> JobView:
    """How far a document is. Waits for its end up to `wait_s`."""
    return await _waited(ctx, await caller_of(ctx), job_id, wait_s)


def _options(
    languages: list[str] | None, pages: str | None, fields: list[str] | None
) -> Mapping[str, Any]:
    given = {"languages": languages, "pages": pages, "fields": fields}
    options = {name: value for name, value in given.items() if value}
    return options | ({"analyses": ["fields"]} if fields is not None else {})


async def _waited(ctx: ToolContext, caller: Caller, job_id: str, wait_s: float) -> JobView:
    """The job once it has ended or the time is up, with progress on the way."""
    jobs = caller.client.jobs
    job = await told(jobs.get(job_id))
    if job.state not in FINAL and wait_s > 0:
        await told(_follow(ctx, caller, job_id, wait_s))
        job = await told(jobs.get(job_id))
    return job_view(job, await _beginning(caller, job))


async def _follow(ctx: ToolContext, caller: Caller, job_id: str, wait_s: float) -> None:
    try:
        async for event in caller.client.jobs.events(job_id, timeout_s=wait_s):
            if "number" in event.data:
                done = event.data["pages_succeeded"] + event.data["pages_failed"]
                await ctx.report_progress(done, event.data["pages_total"], event.kind)
    except WaitTimeoutError:
        return


async def _beginning(caller: Caller, job: Job) -> str | None:
    """The beginning of the first page, which often is all that is wanted; None without one."""
    if job.state not in {"succeeded", "partial"}:
        return None
    document = await caller.document(job.id)
    return document.pages[0].text[:_BEGINNING] if document.pages else None
