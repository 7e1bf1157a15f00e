"""Around every request: its id, the address of its client, security headers and metrics."""

import random
import re
import time
from typing import Final, NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.forwarded import TrustedProxies
from api.given_headers import given_headers
from api.links import BASE
from api.observability.metrics import Metrics
from jobs.domain.log_context import add_log_fields
from jobs.telemetry.tracing import TRACING, new_trace

SECURITY_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_ENCODED = tuple(
    (name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()
)
# Probes, scrapes and the console's files come often and say nothing.
_UNTRACED: Final = frozenset({"/healthz", "/readyz", "/metrics", "/console/{name}", "unmatched"})
_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._:/+=@-]{1,128}")
_TRACE: Final = re.compile(rb"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")

# Where in a request's scope handlers leave headers that every answer to it carries.
MORE_HEADERS: Final = "pagesight.headers"


class Edge:
    """Pure ASGI, so that streams pass unbuffered and uploads are not copied.

    `base` is the public address of the service, which links begin with; where it is empty, a
    trusted proxy may report a path prefix.
    """

    def __init__(
        self, app: ASGIApp, metrics: Metrics, proxies: TrustedProxies, base: str = ""
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._proxies = proxies
        self._base = base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope = dict(scope)  # what follows changes it; the server's own must stay
        method, status = scope["method"], 500
        prefix = self._proxies.apply(scope)
        BASE.set(self._base or prefix)
        caller = _identify(scope)
        began, began_ns = time.perf_counter(), time.time_ns()

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                more = (
                    *_ENCODED,
                    (b"x-request-id", caller.request_id.encode()),
                    *scope.get(MORE_HEADERS, ()),
                )
                message["headers"] = [*message["headers"], *more]
            await send(message)

        try:
            await self._app(scope, receive, send_on)
        finally:
            # The route's template, never the path: ids would make a series each.
            route = getattr(scope.get("route"), "path", "unmatched")
            self._metrics.observe(method, route, status, time.perf_counter() - began)
            if caller.trace and route not in _UNTRACED:
                name = f"{method} {route}"
                TRACING.request(
                    caller.trace, caller.request_id, caller.parent, name, began_ns, status
                )


class _Caller(NamedTuple):
    """A request's id, its trace ("" where there is none), and the caller's span in it."""

    request_id: str
    trace: str
    parent: str | None


def _identify(scope: Scope) -> _Caller:
    """The ids of a request: the caller's, or new ones. They go into the log and into new jobs.

    A trace begins here only where traces are exported.
    """
    given = given_headers(scope)
    request_id: bytes = given.get(b"x-request-id", b"")
    if _REQUEST_ID.fullmatch(request_id) is None:
        request_id = b"%016x" % random.getrandbits(64)
    fields = {"request_id": request_id.decode()}
    trace, parent = new_trace() if TRACING.on else "", None
    if traced := _TRACE.fullmatch(given.get(b"traceparent", b"")):
        trace, parent = traced[1].decode(), traced[2].decode()
    if trace:
        fields["trace"] = trace
    add_log_fields(**fields)
    return _Caller(request_id.decode(), trace, parent)
