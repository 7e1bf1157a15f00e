"""Pictures of pages, for programs that show a result beside its page."""

from typing import Annotated, Final

from fastapi import Query, Response

from api.error_handlers import guarded
from api.keyed_router import keyed_router
from api.problems import Problem
from api.routes.results import RETRY, Number, made_file, page_unknown
from api.security.auth import Reader
from api.services import ServicesDep
from jobs.domain.file_forms import WIDTHS, picture_of

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
def get_page_image(
    services: ServicesDep,
    key: Reader,
    job_id: str,
    number: Number,
    width: Annotated[int, Query(ge=50, le=4000, description=WIDTH)] = 1600,
) -> Response:
    """Made by a worker when first asked for, once the page is read: until then 409."""
    job = services.ledger.jobs.get(key.tenant, job_id)
    rows = {row.number: row for row in services.ledger.pages.list(job_id)}
    if number not in rows:
        raise page_unknown(job, number)
    state = str(rows[number].state)
    if rows[number].finished_at is None:
        raise Problem("not_finished", "The page is not read yet.", headers=RETRY, state=state)
    form = picture_of(number, width).form
    about = {"media_type": JPEG, "headers": {"Cache-Control": "private, max-age=86400, immutable"}}
    return made_file(services, job, form, about, refused_as="page_failed")
