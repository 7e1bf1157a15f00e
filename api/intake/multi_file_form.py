"""Reads a form with many files, one after the other as they arrive."""

from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from typing import Final

from api.intake.multipart import MAX_FIELD_BYTES, MultipartBody
from api.problems import Problem

FILE, ARCHIVE, DOCUMENTS = "file", "archive", "documents"
MAX_DOCUMENTS_BYTES: Final = 32 << 20


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file of a form; `chunks` are to be read before the next part is asked for."""

    field: str
    filename: str | None
    chunks: AsyncIterator[bytes]


class BatchForm(MultipartBody):
    """A form whose parts `file` may be many. `fields` is complete once `files` is exhausted."""

    _file_fields = frozenset({FILE, ARCHIVE})

    def __init__(
        self, stream: AsyncIterable[bytes], boundary: bytes, known: frozenset[str]
    ) -> None:
        super().__init__(stream, boundary, known | {DOCUMENTS})
        self._has_file = True  # a form may also hold nothing but a list
        self._begun: list[_Begin | bytes] = []

    async def files(self) -> AsyncIterator[FilePart]:
        """The files as they come."""
        items = self._items()
        item = await anext(items, None)
        while item is not None:
            assert isinstance(item, _Begin)
            part = _Part(items)
            yield FilePart(item.field, item.filename, part.chunks())
            item = await part.next_begin()

    async def _items(self) -> AsyncIterator["_Begin | bytes"]:
        async for chunk in self._stream:
            self._feed(chunk)
            for item in self._begun:
                yield item
            self._begun.clear()
        if not self._complete:
            raise Problem("bad_multipart", "The form ends before its closing boundary.")

    def _begin_file(self, name: str, filename: str | None) -> None:
        self._begun.append(_Begin(name, filename))

    def _add_data(self, data: bytes, start: int, end: int) -> None:
        if self._field is None:
            self._begun.append(data[start:end])
        else:
            super()._add_data(data, start, end)

    def _field_limit(self) -> int:
        return MAX_DOCUMENTS_BYTES if self._field_name == DOCUMENTS else MAX_FIELD_BYTES


@dataclass(frozen=True, slots=True)
class _Begin:
    field: str
    filename: str | None


class _Part:
    """The bytes of one file out of the items of a form, up to where the next one begins."""

    def __init__(self, items: AsyncIterator[_Begin | bytes]) -> None:
        self._items = items
        self._next: _Begin | None = None
        self._read = False

    async def chunks(self) -> AsyncIterator[bytes]:
        async for item in self._items:
            if isinstance(item, _Begin):
                self._next = item
                break
            yield item
        self._read = True

    async def next_begin(self) -> _Begin | None:
        assert self._read, "a file's bytes are to be read before the next part"
        return self._next
