"""One request's response on a connection: HTTP/1.0 without chunks, and an end to stalled writes."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from starlette.types import Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from api.problems import Problem


class Cycle(RequestResponseCycle):
    """One request and its response."""

    def __init__(self, scope: Any, *args: Any) -> None:
        *uvicorns, self._write_stall_s = args
        super().__init__(scope, *uvicorns)
        self._until_close = False  # the body ends where the connection does

    async def send(self, message: Any) -> None:
        """Write a message of the response."""
        if self.flow.write_paused and not self.disconnected:
            await self._drain()
        if self.scope["http_version"] == "1.0":
            self._frame_for_http10(message)
        await super().send(message)

    async def _drain(self) -> None:
        try:
            async with asyncio.timeout(self._write_stall_s):
                await self.flow.drain()
        except TimeoutError:
            self.disconnected = True
            self.transport.abort()

    def _frame_for_http10(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            names = {name.lower() for name, _ in message.get("headers", ())}
            if b"content-length" not in names:
                self.chunked_encoding, self._until_close = False, True
        elif self._until_close:
            self.expected_content_length = len(message.get("body", b""))


async def overloaded(scope: Scope, _receive: Receive, send: Send) -> None:
    """The answer to a request above the limit."""
    problem = Problem("overloaded", "Too many requests are in progress.")
    body = json.dumps(problem.body(scope["path"])).encode()
    headers = [(b"content-type", b"application/problem+json"), (b"retry-after", b"1")]
    headers += [(b"content-length", str(len(body)).encode()), (b"connection", b"close")]
    start: Message = {"type": "http.response.start", "status": problem.status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": body})
