"""The beginning of a stream, to see whether it is small enough for one request."""

from collections.abc import AsyncIterator, Iterator


def take_head(chunks: Iterator[bytes], size: int) -> tuple[bytes, bool]:
    """Gather at least `size` bytes, or all; True when there may be more."""
    head = bytearray()
    for chunk in chunks:
        head += chunk
        if len(head) >= size:
            return bytes(head), True
    return bytes(head), False


async def take_async_head(chunks: AsyncIterator[bytes], size: int) -> tuple[bytes, bool]:
    """Do the same for an asynchronous stream."""
    head = bytearray()
    async for chunk in chunks:
        head += chunk
        if len(head) >= size:
            return bytes(head), True
    return bytes(head), False


async def chained(head: bytes, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield a head, and the stream that it was taken from."""
    yield head
    async for chunk in chunks:
        yield chunk
