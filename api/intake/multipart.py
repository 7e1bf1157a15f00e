"""Reads `multipart/form-data` as it arrives: the file's bytes are handed on, fields are kept.

Nothing is spooled: Starlette's own form parser writes every file to disk before a handler sees it.
"""

from collections.abc import AsyncIterable, AsyncIterator

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from api.problems import Problem

FILE_FIELD = "file"
MAX_FIELD_BYTES = 64 * 1024


class MultipartBody:
    """One form. `fields` and `filename` are complete once `file_chunks` is exhausted.

    `known` are the text fields that may occur. Raises Problem for a form that cannot be read, an
    unknown or repeated field, and one that is too long.
    """

    _file_fields = frozenset({FILE_FIELD})

    def __init__(
        self, stream: AsyncIterable[bytes], boundary: bytes, known: frozenset[str]
    ) -> None:
        self.fields: dict[str, str] = {}
        self.filename: str | None = None
        self._has_file = False
        self._stream = stream
        self._known = known
        self._headers: dict[bytes, bytes] = {}
        self._header_name = b""
        self._header_value = b""
        self._field: bytearray | None = None
        self._field_name = ""
        self._file_data: list[bytes] = []
        self._complete = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin_part,
                "on_header_field": self._add_header_name,
                "on_header_value": self._add_header_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._end_headers,
                "on_part_data": self._add_data,
                "on_part_end": self._end_part,
                "on_end": self._end,
            },
        )

    async def file_chunks(self) -> AsyncIterator[bytes]:
        """The bytes of the file wherever it stands in the form, read to the form's end."""
        async for chunk in self._stream:
            self._feed(chunk)
            for data in self._file_data:
                yield data
            self._file_data.clear()
        if not self._complete:
            raise Problem("bad_multipart", "The form ends before its closing boundary.")
        if not self._has_file:
            raise Problem("bad_multipart", f"The form has no part named {FILE_FIELD!r}.")

    def _feed(self, chunk: bytes) -> None:
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise Problem("bad_multipart", f"The form is malformed: {error}.") from error

    def _begin_part(self) -> None:
        self._headers = {}

    def _add_header_name(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _add_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _end_header(self) -> None:
        self._headers[self._header_name.lower()] = self._header_value
        self._header_name = self._header_value = b""

    def _end_headers(self) -> None:
        _, parameters = parse_options_header(self._headers.get(b"content-disposition"))
        name = parameters.get(b"name", b"").decode("utf-8", "replace")
        if name in self._file_fields:
            filename = parameters.get(b"filename")
            self._begin_file(name, filename.decode("utf-8", "replace") if filename else None)
            self._field = None
        else:
            self._begin_field(name)

    def _begin_file(self, _name: str, filename: str | None) -> None:
        if self._has_file:
            raise Problem("bad_multipart", "The form has more than one part named `file`.")
        self._has_file = True
        self.filename = filename

    def _begin_field(self, name: str) -> None:
        if name not in self._known or name in self.fields:
            state = "twice" if name in self.fields else "which is not known"
            known = sorted(self._known | self._file_fields)
            raise Problem("bad_multipart", f"The form has the field {name!r} {state}.", known=known)
        self._field_name, self._field = name, bytearray()

    def _add_data(self, data: bytes, start: int, end: int) -> None:
        if self._field is None:
            self._file_data.append(data[start:end])
            return
        self._field += data[start:end]
        if len(self._field) > (limit := self._field_limit()):
            message = f"The field {self._field_name!r} has over {limit} bytes."
            raise Problem("bad_multipart", message)

    def _field_limit(self) -> int:
        return MAX_FIELD_BYTES

    def _end_part(self) -> None:
        if self._field is None:
            return
        try:
            self.fields[self._field_name] = self._field.decode("utf-8")
        except UnicodeDecodeError as error:
            message = f"The field {self._field_name!r} is not UTF-8."
            raise Problem("bad_multipart", message) from error

    def _end(self) -> None:
        self._complete = True


def boundary_of(content_type: str) -> bytes:
    """The boundary that a Content-Type of multipart/form-data names."""
    _, parameters = parse_options_header(content_type)
    boundary = parameters.get(b"boundary")
    if not boundary:
        raise Problem("bad_multipart", "The Content-Type names no boundary.")
    return boundary
