"""Sends calls from asyncio or trio: the same as `transport`, awaited."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, TypeVar

import anyio
import httpx

from pagesight.client.calls import Call
from pagesight.client.connection import Connection, is_gone, request_of
from pagesight.client.retries import Attempts, RetryPolicy
from pagesight.client.streams import Cursor
from pagesight.client.waiting import Deadline

T = TypeVar("T")
_ENDED_EARLY = "the stream ended before its last event"


class AsyncTransport:
    """One connection pool to one service."""

    def __init__(
        self, to: Connection, policy: RetryPolicy, transport: httpx.AsyncBaseTransport | None
    ) -> None:
        self._policy = policy
        self._http = httpx.AsyncClient(transport=transport, **to.arguments())

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def send(self, call: Call[T]) -> T:
        """The parsed answer; ApiError, ServiceUnreachableError or UnexpectedResponseError."""
        attempts = Attempts(self._policy, call)
        while True:
            try:
                response = await self._http.send(request_of(self._http, call))
            except httpx.TransportError as error:
                pause_s = attempts.unanswered(error)
            else:
                if response.is_success or is_gone(call, response, attempts):
                    return call.parse(response)
                pause_s = attempts.refused(response)
            await self.sleep(pause_s)

    async def follow(self, cursor: Cursor[T], deadline: Deadline) -> AsyncIterator[T]:
        """The items of a stream; after a lost connection it goes on where it stopped."""
        attempts = Attempts(self._policy, cursor.call())
        while True:
            cursor.restart()
            try:
                async for piece in self._pieces(cursor.call(), attempts, deadline, cursor.opened):
                    for item in cursor.feed(piece):
                        attempts.succeeded()
                        yield item
                    deadline.check()
                if cursor.is_complete():
                    return
                raise httpx.RemoteProtocolError(_ENDED_EARLY)
            except httpx.TransportError as error:
                deadline.check()
                pause_s = attempts.unanswered(error)
            await self.sleep(deadline.at_most_s(pause_s))

    async def _pieces(
        self, call: Call[Any], attempts: Attempts, deadline: Deadline, opened: Callable[[int], None]
    ) -> AsyncIterator[bytes]:
        """The body's bytes, once the service answers with one."""
        while True:
            request = request_of(self._http, call, deadline)
            response = await self._http.send(request, stream=True)
            try:
                if response.is_success:
                    opened(response.status_code)
                    async for piece in response.aiter_bytes():
                        yield piece
                    return
                await response.aread()
            finally:
                await response.aclose()
            pause_s = attempts.refused(response)
            deadline.check()
            await self.sleep(deadline.at_most_s(pause_s))

    async def download(self, call: Call[bytes], to: Path) -> None:
        """Write a file, which is there only once it is complete."""
        part = to.with_name(f"{to.name}.part")
        attempts = Attempts(self._policy, call)
        try:
            while not await self._written(call, attempts, part):
                pass
            part.replace(to)
        finally:
            part.unlink(missing_ok=True)  # not awaited: it must happen when the task is cancelled

    async def _written(self, call: Call[bytes], attempts: Attempts, part: Path) -> bool:
        """Whether the file is complete; False after a pause where the connection was lost."""
        try:
            async with await anyio.open_file(part, "wb") as file:
                async for piece in self._pieces(call, attempts, Deadline(None, call.path), _ignore):
                    await file.write(piece)
        except httpx.TransportError as error:
            await self.sleep(attempts.unanswered(error))
            return False
        return True

    @staticmethod
    async def sleep(seconds: float) -> None:
        """Wait."""
        await anyio.sleep(seconds)


def _ignore(_status: int) -> None:
    """What a download does with the status."""
