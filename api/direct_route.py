"""A route whose handler does itself what FastAPI does for the others."""

from collections.abc import Awaitable, Callable, Iterable

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from api.keyed_router import KeyedRoute


class DirectRoute(KeyedRoute):
    """Documented as any other; its handler takes the request alone and returns a response.

    What FastAPI puts around a handler (dependencies, parameters, stacks of contexts to close)
    takes a tenth of the time of accepting an upload even where there is nothing of it. So the
    handler authenticates the request itself.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; exceptions of the handler are answered outside, as for all routes."""
        if scope["method"] not in (self.methods or ()):
            await APIRoute.handle(self, scope, receive, send)
            return
        response = await self.endpoint(Request(scope, receive, send))
        await response(scope, receive, send)


class DirectRoutes:
    """Serves direct routes by their method and path, without asking every router for its match.

    `answer` makes the response to an exception of these `kinds`; whatever no direct route serves
    goes on to `app`.
    """

    def __init__(
        self,
        app: ASGIApp,
        routes: Iterable[object],
        answer: Callable[[Request, Exception], Awaitable[Response]],
        kinds: tuple[type[Exception], ...],
    ) -> None:
        self._app = app
        direct = [route for route in routes if isinstance(route, DirectRoute)]
        self._routes = {(way, route.path): route for route in direct for way in route.methods or ()}
        self._answer = answer
        self._kinds = kinds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; exceptions of other kinds are answered further out."""
        route = self._routes.get((scope.get("method", ""), scope.get("path", "")))
        if route is None:
            await self._app(scope, receive, send)
            return
        scope.update(route=route, endpoint=route.endpoint, path_params={})
        request = Request(scope, receive, send)
        try:
            response: Response = await route.endpoint(request)
        except self._kinds as error:
            response = await self._answer(request, error)
        await response(scope, receive, send)
