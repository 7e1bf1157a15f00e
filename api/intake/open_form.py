"""A form whose fields another service defines: any name, each as often as the client sends it."""

from collections.abc import AsyncIterable, AsyncIterator
from typing import Final

from api.intake.multipart import FileStart, FormParser
from api.problems import Problem

MAX_FIELDS: Final = 256
MAX_FIELDS_BYTES: Final = 256 * 1024


class _OpenParser(FormParser):
    """Keeps every field in `values`, in the order of arrival."""

    def __init__(self, boundary: bytes, file_field: str) -> None:
        super().__init__(boundary, {}, frozenset({file_field}))
        self.values: dict[str, list[str]] = {}
        self._bytes = 0
        self._count = 0

    def _begin_field(self, name: str) -> None:
        self._count += 1
        if self._count > MAX_FIELDS:
            raise Problem("bad_multipart", f"The form has over {MAX_FIELDS} fields.")
        self._field_name, self._field = name, bytearray()

    def _add_data(self, data: bytes, start: int, end: int) -> None:
        if self._field is None:
            self._found.append(data[start:end])
            return
        self._field += data[start:end]
        self._bytes += end - start
        if self._bytes > MAX_FIELDS_BYTES:
            raise Problem("bad_multipart", f"The fields have over {MAX_FIELDS_BYTES} bytes.")

    def _end_part(self) -> None:
        if self._field is not None:
            text = self._field.decode("utf-8", "replace")
            self.values.setdefault(self._field_name, []).append(text)


class OpenForm:
    """A form with one file in the part `file_field`.

    `values` and `filename` are complete once `file_chunks` is exhausted. Raises Problem
    `bad_multipart`.
    """

    def __init__(self, stream: AsyncIterable[bytes], boundary: bytes, file_field: str) -> None:
        self.filename: str | None = None
        self._stream = stream
        self._file_field = file_field
        self._parser = _OpenParser(boundary, file_field)

    @property
    def values(self) -> dict[str, list[str]]:
        """The fields so far; clients send them before the file."""
        return self._parser.values

    async def file_chunks(self) -> AsyncIterator[bytes]:
        """The bytes of the file; the form is read to its end."""
        found = False
        async for chunk in self._stream:
            for each in self._parser.feed(chunk):
                if isinstance(each, bytes):
                    yield each
                    continue
                self._begin_file(each, found)
                found = True
        self._parser.close()
        if not found:
            raise Problem("bad_multipart", f"The form has no part named {self._file_field!r}.")

    def _begin_file(self, start: FileStart, found: bool) -> None:
        if found:
            message = f"The form has several parts named {self._file_field!r}: send one a request."
            raise Problem("bad_multipart", message)
        self.filename = start.filename
