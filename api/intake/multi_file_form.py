"""Reads a form with many files, one after the other as they arrive."""

from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from typing import Final

from api.intake.multipart import MAX_FIELD_BYTES, FileStart, FormParser

FILE, ARCHIVE, DOCUMENTS = "file", "archive", "documents"
MAX_DOCUMENTS_BYTES: Final = 32 << 20


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file of a form; `chunks` must be read before the next part is asked for."""

    field: str
    filename: str | None
    chunks: AsyncIterator[bytes]


class BatchForm:
    """A form with any number of parts `file`. `fields` is complete once `files` is exhausted.

    `known` are the text fields that may occur beside `documents`. Raises Problem `bad_multipart`.
    """

    def __init__(
        self, stream: AsyncIterable[bytes], boundary: bytes, known: frozenset[str]
    ) -> None:
        limits = dict.fromkeys(known, MAX_FIELD_BYTES) | {DOCUMENTS: MAX_DOCUMENTS_BYTES}
        self._parser = FormParser(boundary, limits, frozenset({FILE, ARCHIVE}))
        self._stream = stream

    @property
    def fields(self) -> dict[str, str]:
        """The text fields so far."""
        return self._parser.fields

    async def files(self) -> AsyncIterator[FilePart]:
        """The files as they come."""
        items = self._items()
        item = await anext(items, None)
        while item is not None:
            assert isinstance(item, FileStart)
            part = _Part(items)
            yield FilePart(item.field, item.filename, part.chunks())
            item = await part.next_start()

    async def _items(self) -> AsyncIterator[FileStart | bytes]:
        async for chunk in self._stream:
            for found in self._parser.feed(chunk):
                yield found
        self._parser.close()


class _Part:
    """The bytes of one file out of the items of a form, up to where the next one begins."""

    def __init__(self, items: AsyncIterator[FileStart | bytes]) -> None:
        self._items = items
        self._next: FileStart | None = None
        self._read = False

    async def chunks(self) -> AsyncIterator[bytes]:
        async for item in self._items:
            if isinstance(item, FileStart):
                self._next = item
                break
            yield item
        self._read = True

    async def next_start(self) -> FileStart | None:
        assert self._read, "a file's bytes must be read before the next part"
        return self._next
