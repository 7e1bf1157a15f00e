"""Liveness, readiness and metrics, for the operator."""

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from api.error_handlers import documented
from api.problems import Problem
from api.readiness import Readiness, check_readiness
from api.services import ServicesDep

router = APIRouter(tags=["service"])


@router.get("/healthz", operation_id="isAlive", summary="Liveness")
async def is_alive() -> dict[str, str]:
    """Checks nothing else; restart the process when this does not respond."""
    return {"status": "alive"}


@router.get(
    "/readyz",
    operation_id="isReady",
    summary="Readiness",
    responses=documented("not_ready"),
)
def is_ready(services: ServicesDep) -> Readiness:
    """503 means that no document can be accepted; `reading` says whether pages are read too.

    `reasons` name what is missing; workers are listed with their proven providers.
    """
    readiness = check_readiness(services)
    if not readiness.ready:
        raise Problem(
            "not_ready",
            " ".join(reason.message for reason in readiness.reasons),
            **readiness.model_dump(mode="json", exclude={"ready"}),
        )
    return readiness


@router.get(
    "/metrics",
    operation_id="getMetrics",
    summary="Prometheus metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}, **documented("database_down")},
)
def get_metrics(request: Request) -> Response:
    """Requests, latency, jobs by state, queue and workers."""
    return Response(request.app.state.metrics.render(), media_type=CONTENT_TYPE_LATEST)
