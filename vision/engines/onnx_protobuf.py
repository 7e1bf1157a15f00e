"""Protobuf's wire format, as far as ONNX files use it: the `onnx` package is not needed.

A message is a row of fields, each a key (its number and kind) and a value; messages nest.
"""

from collections.abc import Iterator
from typing import NamedTuple

_VARINT, _EIGHT_BYTES, _COUNTED, _FOUR_BYTES = 0, 1, 2, 5


class Field(NamedTuple):
    """One field: where it begins with its key, and where its value begins and ends."""

    number: int
    key: int
    start: int
    end: int


def fields(message: bytes | bytearray, start: int = 0, end: int | None = None) -> Iterator[Field]:
    """The fields of the message from `start` to `end`.

    Raises ValueError or IndexError for what is no message, maybe after some fields.
    """
    at = start
    end = len(message) if end is None else end
    while at < end:
        key, value = varint(message, at)
        value, after = _extent(message, value, key & 7)
        if after > end:
            raise ValueError("cut short")
        yield Field(key >> 3, at, value, after)
        at = after


def varint(message: bytes | bytearray, at: int) -> tuple[int, int]:
    """A number, seven bits a byte from the lowest on, and the place after it."""
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 127) << shift
        at += 1
        shift += 7
        if byte < 128:
            return value, at


def counted(number: int, content: bytes) -> bytes:
    """A field that holds bytes, a text or a message."""
    return _varint(number << 3 | _COUNTED) + _varint(len(content)) + content


def number(field: int, content: int) -> bytes:
    """A field that holds a number, which is not negative."""
    return _varint(field << 3 | _VARINT) + _varint(content)


def _extent(message: bytes | bytearray, at: int, kind: int) -> tuple[int, int]:
    if kind == _COUNTED:
        size, start = varint(message, at)
        return start, start + size
    if kind == _VARINT:
        return at, varint(message, at)[1]
    if kind in {_FOUR_BYTES, _EIGHT_BYTES}:
        return at, at + (4 if kind == _FOUR_BYTES else 8)
    raise ValueError("not a protobuf message")


def _varint(content: int) -> bytes:
    parts = bytearray()
    while content > 127:
        parts.append(content & 127 | 128)
        content >>= 7
    parts.append(content)
    return bytes(parts)
