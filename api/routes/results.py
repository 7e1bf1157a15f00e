"""Results: the whole document in several formats, or page by page as soon as each is read."""

import json
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Annotated, Any, Final

from fastapi import Header, Path, Query, Response
from fastapi.responses import StreamingResponse

from api.error_handlers import guarded
from api.keyed_router import keyed_router
from api.negotiation import choose_format
from api.problems import Problem
from api.schemas import examples
from api.schemas.jobs import FaultOut
from api.schemas.pages import PageList, PageOut
from api.security.auth import Reader
from api.services import Services, ServicesDep
from jobs.domain.errors import NotFound
from jobs.domain.job import Fault, Job
from jobs.domain.states import FINAL_JOB_STATES, JobState, PageState
from jobs.storage.blob_keys import fault_key, file_key
from jobs.storage.result_index import page_of_result, pages_of_result, read_index
from vision.core.document import Document
from vision.core.exports import Artefact
from vision.core.registry import Plugin, plugins
from vision.export.archive import MEDIA_TYPE as ZIP
from vision.export.archive import named_files, zip_files, zip_of
from vision.export.json import from_json_dict
from vision.export.text import stream_text

_STORED: Final = "json"  # how results are kept, so that it is streamed as it lies
_FORMATS: Final[Mapping[str, Plugin]] = plugins("format")
# What can be made from the result alone; the rest needs the document, which workers open.
_AT_ONCE: Final = {
    name: each.media_type for name, each in _FORMATS.items() if not each.needs_images
}
_MEDIA_TYPES: Final = {name: each.media_type for name, each in _FORMATS.items()}
_NAMES: Final = ", ".join(f"`{name}`" for name in _FORMATS)
_BY_PAGE: Final = "text"
_ZIP_START: Final = b"PK\x03\x04"
_RETRY = {"Retry-After": "1"}

router = keyed_router("/v1/jobs/{job_id}", "results")
Format = Annotated[
    str | None,
    Query(
        description=f"One of {_NAMES}, or several with commas between, which come as one ZIP;"
        " wins over the Accept header.",
        examples=list(_FORMATS),
    ),
]


@router.get(
    "/result",
    operation_id="getResult",
    summary="The result in the format asked for",
    response_class=Response,
    responses={
        200: {
            "description": "The result; its schema is published at `/v1/schema/document.json`.",
            "content": {
                media_type: examples.RESULTS.get(media_type, {})
                for media_type in _MEDIA_TYPES.values()
            },
        },
        **guarded("not_found", "not_acceptable", "not_finished", "no_result", "job_failed"),
    },
)
def get_result(
    services: ServicesDep,
    key: Reader,
    job_id: str,
    format: Format = None,  # noqa: A002 - the parameter's public name
    accept: Annotated[str | None, Header()] = None,
) -> Response:
    """What was read. A `partial` job has a result too: the pages that succeeded."""
    names = (format or "").split(",")
    if len(names) > 1:
        for name in names:
            choose_format(None, name, _AT_ONCE)
    chosen = choose_format(accept, names[0] if format is not None else None, _MEDIA_TYPES)
    job = services.ledger.jobs.get(key.tenant, job_id)
    blob = result_blob(job)
    about: dict[str, Any] = {"media_type": _MEDIA_TYPES[chosen], "headers": {"Vary": "Accept"}}
    if len(names) > 1:
        return _several(names, from_json_dict(json.loads(services.blobs.get(blob))))
    if chosen not in _AT_ONCE:
        return made_file(services, job, chosen, about)
    if chosen == _STORED:
        return StreamingResponse(services.blobs.stream(blob), **about)
    # Markdown judges headers and footers by all pages, so only text can be made page by page.
    index = read_index(services.blobs, job) if chosen == _BY_PAGE else ()
    if index:
        pages = map(json.loads, pages_of_result(services.blobs, job, index))
        return StreamingResponse(stream_text(pages), **about)
    document = from_json_dict(json.loads(services.blobs.get(blob)))
    return _exported(_FORMATS[chosen], document, about)


def _exported(form: Plugin, document: Document, about: dict[str, Any]) -> Response:
    """One file as it is, several as a ZIP."""
    artefacts: list[Artefact] = list(form.load()(document, None))
    if len(artefacts) == 1:
        return Response(artefacts[0].content, **about)
    zipped = zip_of(artefacts, form.extension)
    return Response(zipped, **{**about, "media_type": ZIP})


def made_file(services: Services, job: Job, form: str, about: dict[str, Any]) -> Response:
    """The file if it is stored; else a worker is asked to make it.

    Raises Problem `not_finished` until then, and `job_failed` where it cannot be made.
    """
    pieces = services.blobs.stream(file_key(job, form))
    try:
        first = next(pieces, b"")
    except NotFound:
        raise _not_made(services, job, form) from None
    if first.startswith(_ZIP_START):
        about = {**about, "media_type": ZIP}
    return StreamingResponse(chain([first], pieces), **about)


def _not_made(services: Services, job: Job, form: str) -> Problem:
    try:
        code, message, actor = json.loads(services.blobs.get(fault_key(job, form)))
    except NotFound:
        services.ledger.files.request(job, form)
        return Problem(
            "not_finished", "A worker makes the file.", headers=_RETRY, state=str(job.state)
        )
    return _failed("job_failed", Fault(code, message, actor))


def _several(names: Sequence[str], document: Document) -> Response:
    """The files of several formats in one ZIP."""
    files = (
        file
        for name in dict.fromkeys(names)
        for file in named_files(_FORMATS[name].load()(document, None), _FORMATS[name].extension)
    )
    return Response(zip_files(files), media_type=ZIP)


@router.get(
    "/pages",
    operation_id="listPages",
    summary="The pages and how far each is",
    responses=guarded("not_found"),
)
def list_pages(services: ServicesDep, key: Reader, job_id: str) -> PageList:
    """Empty until the document is opened."""
    services.ledger.jobs.get(key.tenant, job_id)
    return PageList(pages=[PageOut.of(page) for page in services.ledger.pages.list(job_id)])


@router.get(
    "/pages/{number}",
    operation_id="getPage",
    summary="One page, as soon as it is read",
    response_class=Response,
    responses={
        200: {
            "description": "The page and its receipt: `{page, receipt}`.",
            "content": {"application/json": {"schema": {"type": "object"}}},
        },
        **guarded("not_found", "not_finished", "no_result", "page_failed"),
    },
)
def get_page(
    services: ServicesDep, key: Reader, job_id: str, number: Annotated[int, Path(ge=1, le=10**6)]
) -> Response:
    """Does not wait for the other pages, and outlives a cancelled job until it is deleted."""
    job = services.ledger.jobs.get(key.tenant, job_id)
    reading = services.ledger.pages.result(job_id, number)
    if reading is None and job.result_blob is not None:
        reading = page_of_result(services.blobs, job, number)
    if reading is not None:
        return Response(reading, media_type="application/json")
    rows = {row.number: row for row in services.ledger.pages.list(job_id)}
    if number not in rows:
        raise _page_unknown(job, number)
    row = rows[number]
    if row.fault is not None and row.state == PageState.FAILED:
        raise _failed("page_failed", row.fault)
    if row.state == PageState.CANCELLED:
        raise Problem("no_result", "The page was cancelled.", state=str(row.state))
    raise Problem("not_finished", "The page is not read yet.", headers=_RETRY, state=str(row.state))


def _page_unknown(job: Job, number: int) -> Problem:
    if job.state == JobState.QUEUED:
        state = str(job.state)
        return Problem(
            "not_finished", "The document is not opened yet.", headers=_RETRY, state=state
        )
    return Problem("not_found", f"The job reads no page {number}.")


def read_result(services: Services, job: Job) -> Document:
    """The document that an ended job has read. Raises Problem as `result_blob` does."""
    return from_json_dict(json.loads(services.blobs.get(result_blob(job))))


def result_blob(job: Job) -> str:
    """The key of a job's result. Raises Problem where there is none, or none yet."""
    if job.result_blob is not None and job.state in {JobState.SUCCEEDED, JobState.PARTIAL}:
        return job.result_blob
    if job.fault is not None:
        raise _failed("job_failed", job.fault)
    state = str(job.state)
    if job.state in FINAL_JOB_STATES:
        raise Problem("no_result", f"The job is {state}.", state=state)
    raise Problem("not_finished", f"The job is {state}.", headers=_RETRY, state=state)


def _failed(code: str, fault: Fault) -> Problem:
    shown = FaultOut.of(fault)
    return Problem(code, fault.message, actor=fault.actor, fault=shown and shown.model_dump())
