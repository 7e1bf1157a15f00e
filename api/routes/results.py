"""Results: the whole document in several formats, or page by page as soon as each is read."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, cast

from fastapi import Header, Path, Query, Response
from fastapi.responses import StreamingResponse

from api.error_handlers import guarded
from api.keyed_router import keyed_router
from api.negotiation import choose_format
from api.problems import Problem
from api.routes.made_files import RETRY, made_file, problem_of
from api.routes.result_files import ResultFiles
from api.schemas import examples
from api.schemas.corrections import RevisionName
from api.schemas.pages import PageList, PageOut
from api.security.auth import Reader
from api.services import Services, ServicesDep
from jobs.domain.corrections import Revision
from jobs.domain.file_forms import joined, revised
from jobs.domain.job import Job
from jobs.domain.states import FINAL_JOB_STATES, JobState, PageState
from jobs.storage.result_index import page_of_result
from vision.core.document import Document
from vision.core.registry import Plugin, plugins
from vision.core.registry import names as plugin_names
from vision.export.archive import MEDIA_TYPE as ZIP
from vision.export.json import from_json_dict

_FORMATS: Final[Mapping[str, Plugin]] = plugins("format")
# What can be made from the result alone; the rest needs the document, which workers open.
_AT_ONCE: Final = {
    name: each.media_type for name, each in _FORMATS.items() if not each.needs_images
}
_MEDIA_TYPES: Final = {name: each.media_type for name, each in _FORMATS.items()}
_DOCUMENT_ANALYSES: Final = frozenset(plugin_names("document_analysis"))
_NAMES: Final = ", ".join(f"`{name}`" for name in _FORMATS)

router = keyed_router("/v1/jobs/{job_id}", "results")
Number = Annotated[int, Path(ge=1, le=10**6)]
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
    revision: Annotated[RevisionName, Query()] = None,
    accept: Annotated[str | None, Header()] = None,
) -> Response:
    """What was read. A `partial` job has a result too: the pages that succeeded.

    With `revision`, corrected words replace those that were read. Fields and other analyses of the
    document are then made again by a worker: until that is done the answer is 409.
    """
    names = (format or "").split(",")
    if len(names) > 1:
        for name in names:
            choose_format(None, name, _AT_ONCE)
    chosen = choose_format(accept, names[0] if format is not None else None, _MEDIA_TYPES)
    job = services.ledger.jobs.get(key.tenant, job_id)
    wanted = names if len(names) > 1 else [chosen]
    about: dict[str, Any] = {"media_type": _MEDIA_TYPES[chosen], "headers": {"Vary": "Accept"}}
    result = result_blob(job)
    changed = find_revision(services, job_id, revision)
    if chosen not in _AT_ONCE or (changed is not None and _has_analyses(job)):
        number = None if changed is None else changed.number
        return made_file(services, job, revised(joined(wanted), number), about)
    return _written(ResultFiles(services.blobs, job, result, changed), wanted, about)


def _written(files: ResultFiles, names: Sequence[str], about: dict[str, Any]) -> Response:
    """One format, or several as a ZIP."""
    if len(names) > 1:
        forms = [_FORMATS[name] for name in dict.fromkeys(names)]
        return StreamingResponse(files.several(forms), media_type=ZIP)
    content, media_type = files.one(_FORMATS[names[0]])
    answer = {**about, "media_type": media_type}
    if isinstance(content, bytes):
        return Response(content, **answer)
    return StreamingResponse(content, **answer)


def _has_analyses(job: Job) -> bool:
    """Whether an analysis saw the whole document, and must see its corrections, too."""
    wanted = cast("Sequence[str]", job.options.get("analyses") or ())
    return bool(job.options.get("fields")) or not _DOCUMENT_ANALYSES.isdisjoint(wanted)


def find_revision(services: Services, job_id: str, name: str | None) -> Revision | None:
    """The revision that a request names; None for the original. Raises Problem `not_found`."""
    if name is None or name == "0":
        return None
    latest = name == "latest"
    found = services.ledger.corrections.get(job_id, None if latest else int(name))
    if found is None and not latest:
        raise Problem("not_found", f"The result has no revision {name}.")
    return found


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
def get_page(services: ServicesDep, key: Reader, job_id: str, number: Number) -> Response:
    """Does not wait for the other pages, and outlives a cancelled job until it is deleted."""
    job = services.ledger.jobs.get(key.tenant, job_id)
    reading = page_reading(services, job, number)
    if reading is not None:
        return Response(reading, media_type="application/json")
    rows = {row.number: row for row in services.ledger.pages.list(job_id)}
    if number not in rows:
        raise page_unknown(job, number)
    row = rows[number]
    if row.fault is not None and row.state == PageState.FAILED:
        raise problem_of("page_failed", row.fault)
    if row.state == PageState.CANCELLED:
        raise Problem("no_result", "The page was cancelled.", state=str(row.state))
    raise Problem("not_finished", "The page is not read yet.", headers=RETRY, state=str(row.state))


def page_reading(services: Services, job: Job, number: int) -> str | None:
    """A page with its receipt, as JSON; None where it is not read."""
    reading = services.ledger.pages.result(job.id, number)
    if reading is None and job.result_blob is not None:
        return page_of_result(services.blobs, job, number)
    return reading


def page_unknown(job: Job, number: int) -> Problem:
    """Why there is no such page, or none yet."""
    if job.state == JobState.QUEUED:
        state = str(job.state)
        return Problem(
            "not_finished", "The document is not opened yet.", headers=RETRY, state=state
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
        raise problem_of("job_failed", job.fault)
    state = str(job.state)
    if job.state in FINAL_JOB_STATES:
        raise Problem("no_result", f"The job is {state}.", state=state)
    raise Problem("not_finished", f"The job is {state}.", headers=RETRY, state=state)
