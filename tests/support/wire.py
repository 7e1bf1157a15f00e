"""HTTP by hand, byte for byte, over a socket."""

import socket
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from tests.support.patience import PATIENCE_S


@dataclass(frozen=True, slots=True)
class Answer:
    """A response as it came; `rest` is the connection, to go on with."""

    status: int
    headers: dict[str, str]
    body: bytes


class Wire:
    """A connection to a service at `url`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._socket = socket.create_connection((parts.hostname, parts.port), PATIENCE_S)
        self._file = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()

    def send(self, *pieces: bytes) -> None:
        """Send pieces as segments of their own."""
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            self._socket.sendall(piece)

    def answer(self, *, head: bool = False) -> Answer:
        """Read one response; with `head` one that has no body whatever its headers say."""
        status = int(self._file.readline().split()[1])
        headers = {}
        while (line := self._file.readline().strip()) != b"":
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        return Answer(status, headers, b"" if head else self._body(headers))

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding") == "chunked":
            return b"".join(self._chunks())
        length = headers.get("content-length")
        return self.rest() if length is None else self._file.read(int(length))

    def _chunks(self) -> Iterable[bytes]:
        while size := int(self._file.readline(), 16):
            yield self._file.read(size)
            self._file.readline()
        self._file.readline()

    def rest(self) -> bytes:
        """Everything until the service closes the connection."""
        received = bytearray()
        with suppress(ConnectionResetError):
            while piece := self._file.read1(65536):
                received += piece
        return bytes(received)
