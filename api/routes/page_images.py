"""Pictures of pages, for programs that show a result beside its page."""

import time
from typing import Annotated, Final

from fastapi import Header, Query, Response
from starlette.concurrency import run_in_threadpool

from api.error_handlers import guarded
from api.keyed_router import keyed_router
from api.negotiation import preferred_wait_s
from api.problems import Problem
from api.routes.made_files import RETRY, made_file
from api.routes.results import Number, page_unknown
from api.security.auth import Reader
from api.services import Services, ServicesDep
from jobs.domain.file_forms import WIDTHS, picture_of

PREFER: Final = "`wait=N` waits up to N seconds for the picture (RFC 7240)."
JPEG: Final = "image/jpeg"
WIDTH: Final = (
    f"Least width in pixels. The next of {', '.join(map(str, WIDTHS))} is made, "
    "or the page's own width where it is smaller."
)

router = keyed_router("/v1/jobs/{job_id}", "results")


@router.get(
    "/pages/{number}/image",
    operation_id="getPageImage",
    summary="A picture of a page",
    response_class=Response,
    responses={
        200: {"description": "The page in the frame of its coordinates.", "content": {JPEG: {}}},
        **guarded("not_found", "not_finished", "page_failed", "invalid_request"),
    },
)
async def get_page_image(
    services: ServicesDep,
    key: Reader,
    job_id: str,
    number: Number,
    width: Annotated[int, Query(ge=50, le=4000, description=WIDTH)] = 1600,
    prefer: Annotated[str | None, Header(description=PREFER)] = None,
) -> Response:
    """Made by a worker when first asked for, once the page is read: until then 409."""
    wanted_s = min(float(preferred_wait_s(prefer) or 0), services.settings.max_wait_s)
    until = time.monotonic() + wanted_s
    with services.waits.join() as wait:
        while True:
            try:
                return await run_in_threadpool(_find, services, key.tenant, job_id, number, width)
            except Problem as problem:
                left = until - time.monotonic()
                if problem.kind.code != "not_finished" or left <= 0:
                    raise
                if await services.pause(min(wait.pause_s(), left)):
                    raise


def _find(services: Services, tenant: str, job_id: str, number: int, width: int) -> Response:
    job = services.ledger.jobs.get(tenant, job_id)
    rows = {row.number: row for row in services.ledger.pages.list(job_id)}
    if number not in rows:
        raise page_unknown(job, number)
    state = str(rows[number].state)
    if rows[number].finished_at is None:
        raise Problem("not_finished", "The page is not read yet.", headers=RETRY, state=state)
    form = picture_of(number, width).form
    about = {"media_type": JPEG, "headers": {"Cache-Control": "private, max-age=86400, immutable"}}
    return made_file(services, job, form, about, refused_as="page_failed")
