"""Routers whose routes need an API key, and say so in the OpenAPI document."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from api.error_handlers import guarded
from api.front import refuse_long_body
from api.security.auth import SECURITY_SCHEMES, authenticate


class KeyedRoute(APIRoute):
    """A route that names the security schemes of the service.

    FastAPI's own security dependencies would parse the headers a second time.
    """

    def __init__(self, *args: Any, openapi_extra: dict[str, Any] | None = None, **rest: Any):
        security: dict[str, Any] = {"security": [{name: []} for name in SECURITY_SCHEMES]}
        super().__init__(*args, openapi_extra={**security, **(openapi_extra or {})}, **rest)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at the key before the body, which FastAPI would read first."""
        if scope["method"] in (self.methods or ()):
            await authenticate(Request(scope, receive, send))
            refuse_long_body(scope)
        await super().handle(scope, receive, send)


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
