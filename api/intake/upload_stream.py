"""Receives the bytes of a document: type detected, hashed, limited, streamed to the store."""

import asyncio
import hashlib
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from typing import Any, Self

from starlette.requests import Request

from api.given_headers import header
from api.problems import Problem
from jobs.storage.blob_store import Blobs
from vision.input.media_type import HEAD_BYTES, media_type

SMALL_BYTES = 4 << 20  # up to here a document is stored together with its job's row
GATHER_BYTES = 256 << 10
STALL_S = 30.0
RENEW_S = 1.0  # how much data arrives before a timer is set again


@dataclass(frozen=True, slots=True)
class Upload:
    """A received document; `small` holds its bytes where they are not stored yet."""

    sha256: str
    size: int
    small: bytes | None = None


class Intake:
    """Counts, hashes and, where `judged`, judges the bytes that pass; `limit` is in bytes."""

    def __init__(self, limit: int, *, judged: bool = True) -> None:
        self.size = 0
        self._limit = limit
        self._hash = hashlib.sha256()
        self._head = b""
        self._judged = not judged

    async def watch(self, chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
        """Pass the chunks on. Raises Problem `too_large`, and BadInput for no or no known bytes."""
        async for chunk in chunks:
            self._take(chunk)
            yield chunk
        self._judge()

    def sha256(self) -> str:
        """The hash of what has passed."""
        return self._hash.hexdigest()

    def _take(self, chunk: bytes) -> None:
        self.size += len(chunk)
        if self.size > self._limit:
            raise too_large(self._limit)
        self._hash.update(chunk)
        if not self._judged:
            self._head += chunk[:HEAD_BYTES]
            if len(self._head) >= HEAD_BYTES:
                self._judge()

    def _judge(self) -> None:
        if not self._judged:
            media_type(self._head[:HEAD_BYTES])
            self._judged = True


async def receive(
    chunks: AsyncIterable[bytes], blobs: Blobs, key: str, limit: int, *, judged: bool = True
) -> Upload:
    """Read a document to its end; a large one is then in the blob `key`, a small one in memory.

    Raises Problem and, where `judged`, BadInput; nothing is stored then.
    """
    intake = Intake(limit, judged=judged)
    watched = intake.watch(chunks)
    held: list[bytes] = []
    async for chunk in watched:
        held.append(chunk)
        if intake.size > SMALL_BYTES:
            await blobs.aput_stream(key, _chain(b"".join(held), watched))
            return Upload(intake.sha256(), intake.size)
    return Upload(intake.sha256(), intake.size, b"".join(held))


async def _chain(head: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield head
    async for chunk in rest:
        yield chunk


async def body_chunks(request: Request, limit: int) -> AsyncIterator[bytes]:
    """The body as it arrives, in pieces of about GATHER_BYTES; `limit` bytes at most.

    Raises Problem `too_large`, by Content-Length before a byte is read, and `body_timeout` for a
    pause longer than STALL_S.
    """
    refuse_by_length(request, limit)
    left, more = limit, True
    while more:
        # Small pieces are joined: each further step has a fixed cost.
        held, size = [], 0
        async with _Patience() as patience:
            while more and size < GATHER_BYTES:
                chunk, more = await _receive(request)
                patience.renew()
                held.append(chunk)
                size += len(chunk)
                if size > left:
                    raise too_large(limit)
        left -= size
        yield b"".join(held)


class _Patience:
    """Raises Problem `body_timeout` for a pause of STALL_S, or RENEW_S more.

    A timer for each message would take a twentieth of the time of accepting an upload.
    """

    def __init__(self) -> None:
        self._timer = asyncio.timeout(STALL_S + RENEW_S)

    async def __aenter__(self) -> Self:
        await self._timer.__aenter__()
        return self

    def renew(self) -> None:
        """Data has arrived."""
        due = asyncio.get_running_loop().time() + STALL_S
        if due > (self._timer.when() or due):
            self._timer.reschedule(due + RENEW_S)

    async def __aexit__(self, *raised: Any) -> None:  # noqa: PYI036 - passed on as they are
        try:
            await self._timer.__aexit__(*raised)
        except TimeoutError as error:
            detail = f"No data arrived for {STALL_S:.0f} seconds."
            raise Problem("body_timeout", detail, headers={"Connection": "close"}) from error


async def _receive(request: Request) -> tuple[bytes, bool]:
    """The next bytes of the body, and whether there are more."""
    message = await request.receive()
    if message["type"] == "http.disconnect":
        raise Problem("bad_request", "The body ended too early.")
    return message.get("body", b""), message.get("more_body", False)


def refuse_by_length(request: Request, limit: int) -> None:
    """Raise Problem `too_large` for a Content-Length over `limit`, `length_required` for none."""
    length = header(request, b"content-length")
    if length is None and header(request, b"transfer-encoding") is None:
        raise Problem("length_required", "The request has no body.")
    if length is not None and length.isdigit() and int(length) > limit:
        raise too_large(limit)


def too_large(limit: int) -> Problem:
    """The problem of a body over `limit` bytes; its connection is closed, the rest is not read."""
    return Problem(
        "too_large",
        f"The upload is larger than {limit / 1e6:.0f} MB.",
        headers={"Connection": "close"},
        limit_bytes=limit,
    )
