"""Self-description: the schema of results and the meaning of each problem."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from api.error_handlers import documented
from api.problems import KINDS, Problem
from vision.export.json import load_schema

router = APIRouter(tags=["service"])


@router.get(
    "/v1/schema/document.json", operation_id="getResultSchema", summary="JSON Schema of results"
)
def get_result_schema() -> dict[str, Any]:
    """Draft 2020-12; what `GET /v1/jobs/{job_id}/result` gives as JSON conforms to it."""
    return load_schema()


@router.get(
    "/problems/{code}",
    operation_id="describeProblem",
    summary="Describe a problem",
    response_class=PlainTextResponse,
    responses=documented("not_found"),
)
def describe_problem(code: str) -> str:
    """The `type` of every problem is a link to this."""
    kind = KINDS.get(code)
    if kind is None:
        raise Problem("not_found", "Unknown problem.")
    return kind.describe()
