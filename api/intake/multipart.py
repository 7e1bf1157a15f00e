"""Parses `multipart/form-data` as it arrives: bytes of files are passed on, fields are kept.

Nothing is spooled: Starlette's own form parser writes every file to disk before a handler sees it.
"""

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser

from api.intake.whole_form import Part, read_parameters, split_form
from api.problems import Problem

FILE_FIELD: Final = "file"
MAX_FIELD_BYTES: Final = 64 * 1024
_PLAIN_ENCODINGS: Final = frozenset({b"", b"7bit", b"8bit", b"binary", b"identity"})


@dataclass(frozen=True, slots=True)
class FileStart:
    """A file of the form begins: the name of its part, and the file's own name if it has one."""

    field: str
    filename: str | None


class FormParser:
    """A push parser: `feed` takes bytes of the body and returns what they hold of files.

    `fields` collects the text fields; `limits` names those that may occur and their most bytes;
    `files` names the parts that are files. Raises Problem `bad_multipart`.
    """

    def __init__(self, boundary: bytes, limits: Mapping[str, int], files: frozenset[str]) -> None:
        self.fields: dict[str, str] = {}
        self._limits = limits
        self._files = files
        self._found: list[FileStart | bytes] = []
        self._headers: Mapping[bytes, bytes] = {}
        self._named: dict[bytes, bytes] = {}
        self._header_name = b""
        self._header_value = b""
        self._field: bytearray | None = None
        self._field_name = ""
        self._complete = False
        self._opening = b"--" + boundary
        self._preamble: bytes | None = b""  # None once the first boundary has come
        self._boundary = boundary
        self._parser: MultipartParser | None = None

    def feed(self, chunk: bytes) -> list[FileStart | bytes]:
        """Parse the next bytes of the body; return the files' beginnings and bytes in them."""
        if self._parser is None and not self._complete:
            parts = split_form(chunk, self._boundary) if self._preamble == b"" else None
            if parts is not None:
                return self._keep(chunk, parts)
            self._parser = self._make_parser()
        if self._parser is not None:  # otherwise what follows the form
            try:
                self._parser.write(self._without_preamble(chunk))
            except FormParserError as error:
                raise Problem("bad_multipart", f"The form is malformed: {error}.") from error
        return self._take_found()

    def _keep(self, body: bytes, parts: Iterable[Part]) -> list[FileStart | bytes]:
        """What the parts of a whole form hold of files."""
        for headers, start, end in parts:
            self._headers = headers
            self._end_headers()
            if end > start:
                self._add_data(body, start, end)
            self._end_part()
        self._end()
        return self._take_found()

    def _take_found(self) -> list[FileStart | bytes]:
        found, self._found = self._found, []
        return found

    def _make_parser(self) -> MultipartParser:
        return MultipartParser(
            self._boundary,
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

    def _without_preamble(self, chunk: bytes) -> bytes:
        """What follows the text that may stand before the first boundary (RFC 2046, 5.1.1)."""
        if self._preamble is None:
            return chunk
        text = self._preamble + chunk
        at = 0 if text.startswith(self._opening) else text.find(b"\r\n" + self._opening) + 2
        if at > 1 or text.startswith(self._opening):
            self._preamble = None
            return text[at:]
        if len(text) > MAX_FIELD_BYTES:
            raise Problem("bad_multipart", "The form does not begin with its boundary.")
        self._preamble = text
        return b""

    def close(self) -> None:
        """Raise Problem unless the form was complete."""
        if not self._complete:
            raise Problem("bad_multipart", "The form ends before its closing boundary.")

    def _begin_part(self) -> None:
        self._headers = self._named = {}

    def _add_header_name(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _add_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _end_header(self) -> None:
        self._named[self._header_name.lower()] = self._header_value
        self._header_name = self._header_value = b""

    def _end_headers(self) -> None:
        self._check_encoding()
        parameters = read_parameters(self._headers.get(b"content-disposition", b""))
        name = parameters.get(b"name", b"").decode("utf-8", "replace")
        if name in self._files:
            filename = parameters.get(b"filename")
            decoded = filename.decode("utf-8", "replace") if filename else None
            self._found.append(FileStart(name, decoded))
            self._field = None
        else:
            self._begin_field(name)

    def _check_encoding(self) -> None:
        """Refuse parts that are encoded (RFC 7578, 4.7, deprecates that), by name."""
        for name in (b"content-transfer-encoding", b"content-encoding"):
            value = self._headers.get(name, b"").strip().lower()
            if value not in _PLAIN_ENCODINGS:
                shown = f"{name.decode().title()} {value.decode('latin-1')!r}"
                raise Problem("bad_multipart", f"The {shown} of a part is not supported.")

    def _begin_field(self, name: str) -> None:
        if name not in self._limits or name in self.fields:
            what = "twice" if name in self.fields else "which is unknown"
            known = sorted(self._limits.keys() | self._files)
            raise Problem("bad_multipart", f"The form has the field {name!r} {what}.", known=known)
        self._field_name, self._field = name, bytearray()

    def _add_data(self, data: bytes, start: int, end: int) -> None:
        if self._field is None:
            self._found.append(data[start:end])
            return
        self._field += data[start:end]
        if len(self._field) > (limit := self._limits[self._field_name]):
            message = f"The field {self._field_name!r} is longer than {limit} bytes."
            raise Problem("bad_multipart", message)

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


class SingleFileForm:
    """A form with one file. `fields` and `filename` are complete once `file_chunks` is exhausted.

    `known` are the text fields that may occur. Raises Problem `bad_multipart`.
    """

    def __init__(
        self, stream: AsyncIterable[bytes], boundary: bytes, known: frozenset[str]
    ) -> None:
        self.filename: str | None = None
        self._stream = stream
        limits = dict.fromkeys(known, MAX_FIELD_BYTES)
        self._parser = FormParser(boundary, limits, frozenset({FILE_FIELD}))

    @property
    def fields(self) -> Mapping[str, str]:
        """The text fields so far."""
        return self._parser.fields

    async def file_chunks(self) -> AsyncIterator[bytes]:
        """The bytes of the file at any place in the form, which is read to its end."""
        file: FileStart | None = None
        async for chunk in self._stream:
            for found in self._parser.feed(chunk):
                if isinstance(found, bytes):
                    yield found
                elif file is None:
                    file = found
                else:
                    raise Problem("bad_multipart", "The form has more than one part named `file`.")
        self._parser.close()
        if file is None:
            raise Problem("bad_multipart", f"The form has no part named {FILE_FIELD!r}.")
        self.filename = file.filename


def boundary_of(content_type: str) -> bytes:
    """The boundary that a Content-Type of multipart/form-data names."""
    parameters = read_parameters(content_type.encode("latin-1"))
    boundary = parameters.get(b"boundary")
    if not boundary:
        raise Problem("bad_multipart", "The Content-Type names no boundary.")
    return boundary
