"""Reads Tesseract's binary files; nothing is allocated before its bytes are known to exist."""

import struct
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.errors import unreadable

ByteOrder = Literal["<", ">"]


class ByteReader:
    """A cursor over bytes in one byte order.

    Every read past their end raises EngineFailure `model_unreadable`.
    """

    def __init__(self, data: bytes, order: ByteOrder = "<") -> None:
        self._bytes = data
        self._data = memoryview(data)
        self._at = 0
        self.order = order

    @property
    def left(self) -> int:
        """Bytes not yet read."""
        return len(self._data) - self._at

    def number(self, code: str) -> Any:
        """One number; `code` is one of the struct module's characters."""
        return struct.unpack(self.order + code, self._take(struct.calcsize(code)))[0]

    def count(self, what: str, most: int) -> int:
        """An unsigned 32-bit count, refused above `most`."""
        found = int(self.number("I"))
        if found > most:
            raise unreadable(f"{found} {what}, more than {most}")
        return found

    def text(self, most: int) -> str:
        """A counted UTF-8 string of at most `most` bytes."""
        raw = self._take(self.count("bytes of text", most))
        try:
            return str(raw, "utf-8")
        except UnicodeDecodeError as error:
            raise unreadable("text that is not UTF-8") from error

    def array(self, code: str, count: int) -> NDArray[Any]:
        """A view of `count` numbers of the numpy type `code`, in native byte order."""
        dtype = np.dtype(self.order + code)
        raw = self._take(count * dtype.itemsize)
        return np.frombuffer(raw, dtype).astype(dtype.newbyteorder("="), copy=False)

    def matrix(self, code: str) -> NDArray[Any]:
        """A GENERIC_2D_ARRAY (ccstruct/matrix.h): two dimensions, a filler item, the items."""
        rows, columns = int(self.number("I")), int(self.number("I"))
        self.array(code, 1)
        return self.array(code, rows * columns).reshape(rows, columns)

    def line(self) -> bytes:
        """The bytes up to the next line feed, which is skipped."""
        end = self._bytes.find(b"\n", self._at)
        if end < 0:
            raise unreadable("a line without a line feed")
        line = bytes(self._data[self._at : end])
        self._at = end + 1
        return line

    def skip(self, count: int) -> None:
        """Skip `count` bytes."""
        self._take(count)

    def _take(self, count: int) -> memoryview:
        if count > self.left:
            raise unreadable(f"it ends {count - self.left} bytes early")
        taken = self._data[self._at : self._at + count]
        self._at += count
        return taken
