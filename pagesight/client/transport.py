"""Sends calls from threads: repeats what may be repeated, and goes on with broken streams."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx

from pagesight.client.calls import Call
from pagesight.client.connection import Connection, is_gone, request_of
from pagesight.client.retries import Attempts, RetryPolicy
from pagesight.client.streams import Cursor
from pagesight.client.waiting import Deadline

T = TypeVar("T")
_ENDED_EARLY = "the stream ended before its last event"


class Transport:
    """One connection pool to one service."""

    def __init__(
        self, to: Connection, policy: RetryPolicy, transport: httpx.BaseTransport | None
    ) -> None:
        self._policy = policy
        self._http = httpx.Client(transport=transport, **to.arguments())

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def send(self, call: Call[T]) -> T:
        """The parsed answer; ApiError, ServiceUnreachableError or UnexpectedResponseError."""
        attempts = Attempts(self._policy, call)
        while True:
            try:
                response = self._http.send(request_of(self._http, call))
            except httpx.TransportError as error:
                pause_s = attempts.unanswered(error)
            else:
                if response.is_success or is_gone(call, response, attempts):
                    return call.parse(response)
                pause_s = attempts.refused(response)
            self.sleep(pause_s)

    def follow(self, cursor: Cursor[T], deadline: Deadline) -> Iterator[T]:
        """The items of a stream; after a lost connection it goes on where it stopped."""
        attempts = Attempts(self._policy, cursor.call())
        while True:
            cursor.restart()
            try:
                for piece in self._pieces(cursor.call(), attempts, deadline, cursor.opened):
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
            self.sleep(deadline.at_most_s(pause_s))

    def _pieces(
        self, call: Call[Any], attempts: Attempts, deadline: Deadline, opened: Callable[[int], None]
    ) -> Iterator[bytes]:
        """The body's bytes, once the service answers with one."""
        while True:
            request = request_of(self._http, call, deadline)
            response = self._http.send(request, stream=True)
            try:
                if response.is_success:
                    opened(response.status_code)
                    yield from response.iter_bytes()
                    return
                response.read()
            finally:
                response.close()
            pause_s = attempts.refused(response)
            deadline.check()
            self.sleep(deadline.at_most_s(pause_s))

    def download(self, call: Call[bytes], to: Path) -> None:
        """Write a file, which is there only once it is complete."""
        part = to.with_name(f"{to.name}.part")
        attempts = Attempts(self._policy, call)
        try:
            while not self._written(call, attempts, part):
                pass
            part.replace(to)
        finally:
            part.unlink(missing_ok=True)

    def _written(self, call: Call[bytes], attempts: Attempts, part: Path) -> bool:
        """Whether the file is complete; False after a pause where the connection was lost."""
        try:
            with part.open("wb") as file:
                for piece in self._pieces(call, attempts, Deadline(None, call.path), _ignore):
                    file.write(piece)
        except httpx.TransportError as error:
            self.sleep(attempts.unanswered(error))
            return False
        return True

    @staticmethod
    def sleep(seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


def _ignore(_status: int) -> None:
    """What a download does with the status."""
