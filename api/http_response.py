"""One request's response on a connection: HTTP/1.0 without chunks, and an end to stalled writes."""

import asyncio
from collections.abc import Mapping
from typing import Any

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle


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
