"""Routers whose routes need an API key, and say so in the OpenAPI document."""

from typing import Any

from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute

from api.error_handlers import guarded
from api.security.auth import SECURITY_SCHEMES, authenticate


class KeyedRoute(APIRoute):
    """A route that names the security schemes of the service.

    FastAPI's own security dependencies would parse the headers a second time.
    """

    def __init__(self, *args: Any, openapi_extra: dict[str, Any] | None = None, **rest: Any):
        security: dict[str, Any] = {"security": [{name: []} for name in SECURITY_SCHEMES]}
        super().__init__(*args, openapi_extra={**security, **(openapi_extra or {})}, **rest)


def keyed_router(prefix: str, tag: str, *codes: str) -> APIRouter:
    """A router that refuses requests without a valid key; its handlers check the scope.

    `codes` are problems that each of its routes may answer with.
    """
    return APIRouter(
        prefix=prefix,
        tags=[tag],
        route_class=KeyedRoute,
        dependencies=[Depends(authenticate)],
        responses=guarded(*codes),
    )
