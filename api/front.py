"""Before every route: what holds for all requests, and the answer where a handler broke off."""

import asyncio
import re
from typing import Final
from urllib.parse import quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.error_handlers import RETRY_SOON, log_internal, respond
from api.problems import Problem

_ANALYZE: Final = "/documentintelligence/documentModels/prebuilt-{}:analyze"
STREAMED: Final = frozenset(
    {
        "/v1/jobs",
        "/v1/batches",
        _ANALYZE.format("read"),
        _ANALYZE.format("layout"),
        "/tika/text",
        "/process",
    }
)
MAX_BODY_BYTES: Final = 1 << 20
# Where a request's scope says that it came as `HEAD`.
IS_HEAD: Final = "pagesight.head"
# Headers of codings, with the values that leave a body as it is.
_PLAIN: Final = {
    b"content-encoding": frozenset({b"", b"identity"}),
    b"transfer-encoding": frozenset({b"", b"chunked", b"identity"}),
}
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


class Front:
    """Takes the public path's prefix off, refuses what no route reads, and answers `HEAD`."""

    def __init__(self, app: ASGIApp, prefix: str = "") -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send, head=scope["method"] == "HEAD")
        try:
            if problem := self._prepare(scope):
                await _respond(problem, scope, receive, answer)
            else:
                await self._app(scope, _limited(scope, receive), answer.send)
        except asyncio.CancelledError:  # the server's time to stop is over
            if answer.started:
                raise
            stopping = Problem("stopping", "The service is stopping.", headers=RETRY_SOON)
            await _respond(stopping, scope, receive, answer)
        except Exception as error:
            if answer.started:
                raise
            await _respond(log_internal(error), scope, receive, answer)

    def _prepare(self, scope: Scope) -> Problem | None:
        """Bring the path and method into the form that routes know; the problem if there is one."""
        path: str = scope["path"]
        if self._prefix and path.startswith(self._prefix + "/"):
            path = path[len(self._prefix) :]
        if len(path) > 1:
            path = path.rstrip("/") or "/"
        scope["path"], scope["raw_path"] = path, quote(path).encode()
        if scope["method"] == "HEAD":
            scope["method"], scope[IS_HEAD] = "GET", True
        if _CONTROL.search(path):
            return Problem("not_found", "Not found.")
        return _refused_headers(scope)


class _Answer:
    """The response on its way; to `HEAD` it ends with its headers."""

    def __init__(self, send: Send, *, head: bool) -> None:
        self.started = False
        self._send = send
        self._head = head
        self._ended = False

    async def send(self, message: Message) -> None:
        self.started = True
        if self._ended:
            return
        if self._head and message["type"] == "http.response.body":
            self._ended = True
            message = {"type": "http.response.body", "body": b""}
        await self._send(message)


async def _respond(problem: Problem, scope: Scope, receive: Receive, answer: _Answer) -> None:
    """Answer with a problem that no handler of the application has seen, and count it."""
    scope["app"].state.metrics.problem(problem.kind.code)
    await respond(problem, scope["path"])(scope, receive, answer.send)


def _limited(scope: Scope, receive: Receive) -> Receive:
    """Bodies that are held in memory have a limit; documents have their own as they arrive."""
    if scope["path"] in STREAMED:
        return receive
    left = MAX_BODY_BYTES

    async def receive_some() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise _too_large()
        return message

    return receive_some


def _too_large() -> Problem:
    detail = f"The body is larger than {MAX_BODY_BYTES} bytes."
    return Problem("too_large", detail, headers={"Connection": "close"}, limit_bytes=MAX_BODY_BYTES)


def refuse_long_body(scope: Scope) -> None:
    """Raise Problem `too_large` for a stated length over what is held in memory."""
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    if scope["path"] not in STREAMED and length.isdigit() and int(length[:18]) > MAX_BODY_BYTES:
        raise _too_large()


def _refused_headers(scope: Scope) -> Problem | None:
    """The problem of a body in a coding that nobody undoes, and of a host that is named twice."""
    hosts = 0
    for name, value in scope["headers"]:
        if name == b"host":
            hosts += 1
        elif (plain := _PLAIN.get(name)) is not None and value.strip().lower() not in plain:
            title = name.decode().title()
            detail = f"The {title} {value.decode('latin-1')!r} is not supported."
            headers = {"Accept-Encoding": "identity"}
            return Problem("unsupported_media", detail, headers=headers)
    return None if hosts < 2 else Problem("bad_request", "The request names its host twice.")
