"""A request that offers an upgrade which the service ignores (RFC 9110, 7.8), without the offer."""

from collections.abc import Iterable
from typing import Any, Final

_HOP_BY_HOP: Final = frozenset({b"upgrade", b"http2-settings"})


def head_without_upgrade(parser: Any, url: bytes, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The head that `parser` (httptools') has read, written again without the offer."""
    version = parser.get_http_version().encode()
    head = [parser.get_method(), b" ", url, b" HTTP/", version, b"\r\n"]
    for name, given in headers:
        if name in _HOP_BY_HOP:
            continue
        value = given
        if name == b"connection":
            tokens = [token.strip() for token in given.split(b",")]
            value = b", ".join(each for each in tokens if each.lower() not in _HOP_BY_HOP)
        head += [name, b": ", value, b"\r\n"]
    return b"".join([*head, b"\r\n"])
