"""A body that stops arriving is refused; one that goes on slowly is not."""

import asyncio

import pytest
from starlette.requests import Request
from starlette.types import Message

from api.intake import upload_stream
from api.intake.upload_stream import body_chunks
from api.problems import Problem


def request(pieces: int, pause_s: float = 0.0, *, stalls: bool = False) -> Request:
    """A request whose body is so many bytes, one a message, with a pause before each."""
    left = pieces

    async def receive() -> Message:
        nonlocal left
        if stalls and left == 0:
            await asyncio.Event().wait()
        await asyncio.sleep(pause_s)
        left -= 1
        return {"type": "http.request", "body": b"x", "more_body": stalls or left > 0}

    return Request({"type": "http", "headers": [(b"transfer-encoding", b"chunked")]}, receive)


async def body(of: Request) -> bytes:
    return b"".join([chunk async for chunk in body_chunks(of, 1000)])


def test_a_body_that_stops_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_stream, "STALL_S", 0.01)
    monkeypatch.setattr(upload_stream, "RENEW_S", 0.0)
    with pytest.raises(Problem) as caught:
        asyncio.run(body(request(3, stalls=True)))
    assert caught.value.kind.code == "body_timeout"


def test_a_body_may_take_longer_than_a_pause_may(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each message moves the timer on, on a clock that only the messages move."""
    monkeypatch.setattr(upload_stream, "STALL_S", 10.0)

    async def read() -> bytes:
        loop, now = asyncio.get_running_loop(), [0.0]
        monkeypatch.setattr(loop, "time", lambda: now[0])
        slow = request(5)
        receive = slow._receive

        async def later() -> Message:
            now[0] += 9.0
            return await receive()

        slow._receive = later
        return await body(slow)

    assert asyncio.run(read()) == b"xxxxx"
