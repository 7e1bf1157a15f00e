"""Doors that answer with the text at once: Apache Tika's `/tika/text`, Open WebUI's `/process`.

Switched on by `PAGESIGHT_TIKA_DOOR` and `PAGESIGHT_OPEN_WEBUI_DOOR`. Each request is a job, which
is kept as any other; the caller waits for it.
"""

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from api.error_handlers import UPLOAD, guarded
from api.intake.create_job import accept
from api.intake.options import check_installed, check_options
from api.intake.parse_request import Submission
from api.intake.upload_stream import body_chunks, receive
from api.keyed_router import keyed_router
from api.long_poll import wait_until_final
from api.routes.results import read_result
from api.schemas.jobs import JobParameters
from api.security.auth import Writer
from api.services import Services, ServicesDep
from jobs.domain.job import Job
from jobs.domain.names import display_name, form_name
from vision.core.document import Document
from vision.export.markdown import render_markdown
from vision.export.text import render_text

_PROBLEMS: Final = (*UPLOAD, "unsupported_type", "empty", "not_finished", "no_result", "job_failed")

tika = keyed_router("/tika", "tika")
open_webui = keyed_router("/process", "open webui")


@tika.put(
    "/text",
    operation_id="tikaText",
    summary="The text of a document, as Apache Tika gives it",
    response_class=Response,
    responses=guarded(*_PROBLEMS),
)
async def tika_text(request: Request, services: ServicesDep, key: Writer) -> Response:
    """The body is the document; JSON with `X-TIKA:content` comes back."""
    job, document = await _read(request, services, key.tenant)
    return _json(
        {
            "X-TIKA:content": await run_in_threadpool(render_text, document),
            "Content-Type": job.media_type,
            "xmpTPg:NPages": str(document.document.pages),
            "pagesight:job": job.id,
        }
    )


@open_webui.put(
    "",
    operation_id="openWebuiProcess",
    summary="A document for Open WebUI",
    response_class=Response,
    responses=guarded(*_PROBLEMS),
)
async def process(request: Request, services: ServicesDep, key: Writer) -> Response:
    """The body is the document, `X-Filename` its name; Markdown comes back."""
    job, document = await _read(request, services, key.tenant)
    about = {"source": job.filename, "pages": document.document.pages, "job": job.id}
    content = await run_in_threadpool(render_markdown, document)
    return _json({"page_content": content, "metadata": about})


async def _read(request: Request, services: Services, tenant: str) -> tuple[Job, Document]:
    """The ended job of a request's document, and its result.

    Raises Problem `not_finished` where it takes longer than a request may wait.
    """
    job, _ = await accept(request, services, tenant, None, _submission)
    job = await wait_until_final(request, services, job, services.settings.max_wait_s)
    return job, await run_in_threadpool(read_result, services, job)


async def _submission(request: Request, services: Services, blob: str) -> Submission:
    """The body as it is, whatever type is stated."""
    given = request.headers.get("x-filename")
    name = None if given is None else display_name(form_name(unquote(given)))
    parameters = JobParameters(filename=name)
    options = check_options({})
    check_installed(options, await services.capabilities.aget())
    limit = services.upload_limit
    upload = await receive(body_chunks(request, limit), services.blobs, blob, limit)
    return Submission(parameters, options, upload)


def _json(answer: Mapping[str, Any]) -> Response:
    return Response(json.dumps(answer, ensure_ascii=False), media_type="application/json")
