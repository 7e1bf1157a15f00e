"""Splits a form that has arrived completely, in one pass.

`python_multipart` calls back for each run of bytes, which took a tenth of the time of accepting an
upload. Most uploads are small and plain, and arrive in one piece; whatever is not plain is left to
that parser.
"""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from python_multipart.multipart import parse_options_header

_MOST_HEADERS: Final = 8
_MOST_HEAD_BYTES: Final = 1024
# RFC 9110, 5.6.2: a token.
_HEADER: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+): *([^\r\n]*)")

# A value with parameters, none of them escaped, repeated in parts or in another character set.
_PARAMETER: Final = re.compile(rb"; ?([0-9A-Za-z_-]+)=(?:\"([^\"\\\\:]*)\"|([^\s\"\\\\:;,=]+))")
_VALUE: Final = re.compile(rb"[0-9A-Za-z/+.-]+(?=;)")


class Part(NamedTuple):
    """A part of a form: its headers by their names in lower case, and where its data lies."""

    headers: Mapping[bytes, bytes]
    start: int
    end: int


def split_form(body: bytes, boundary: bytes) -> list[Part] | None:
    """The parts of a whole form (RFC 7578); None where it is not whole, or not plain."""
    opening, delimiter = b"--" + boundary, b"\r\n--" + boundary
    closing = delimiter + b"--"
    if not body.startswith(opening + b"\r\n") or not body.endswith((closing, closing + b"\r\n")):
        return None
    parts: list[Part] = []
    at = len(opening) + 2
    while True:
        head_end = body.find(b"\r\n\r\n", at, at + _MOST_HEAD_BYTES)
        headers = None if head_end < 0 else _read_headers(body[at:head_end])
        end = body.find(delimiter, head_end + 4)
        if headers is None or end < 0:
            return None
        parts.append(Part(headers, head_end + 4, end))
        at = end + len(delimiter) + 2
        after = body[at - 2 : at]
        if after == b"--":
            return parts if len(body) - at <= 2 else None
        if after != b"\r\n":
            return None


def _read_headers(head: bytes) -> Mapping[bytes, bytes] | None:
    lines = head.split(b"\r\n")
    if len(lines) > _MOST_HEADERS:
        return None
    headers: dict[bytes, bytes] = {}
    for line in lines:
        header = _HEADER.fullmatch(line)
        if header is None:
            return None
        headers[header[1].lower()] = header[2]
    return headers


def read_parameters(value: bytes) -> Mapping[bytes, bytes]:
    """The parameters of a header such as Content-Disposition, by their names in lower case."""
    begin = _VALUE.match(value)
    at = begin.end() if begin else -1
    found: dict[bytes, bytes] = {}
    while 0 <= at < len(value):
        parameter = _PARAMETER.match(value, at)
        if parameter is None:
            at = -1
            break
        found[parameter[1].lower()] = parameter[2] if parameter[3] is None else parameter[3]
        at = parameter.end()
    return found if at == len(value) else parse_options_header(value)[1]
