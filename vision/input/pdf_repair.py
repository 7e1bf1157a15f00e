"""Rebuilds a PDF whose ends are lost: cross-reference table, trailer, catalog, tree of pages.

PDFium finds the objects of a file by itself where their table is wrong, but neither those in
streams of compressed objects nor a trailer that is not there. Truncated downloads lack both. The
file is kept as it is; what is missing is appended (ISO 32000-1, 7.5).
"""

import mmap
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

_MOST_BYTES = 64 << 20  # of a file, and of all that is expanded
_MOST_STREAMS, _MOST_COMPRESSED = 500, 4 << 20  # bytes of one stream
_MOST_PAGES = 2_000
_OBJECT_STREAM = re.compile(rb"/Type\s*/ObjStm\b[^\x00]{0,500}?stream\r?\n")
_HEADER = re.compile(rb"(\d{1,9})\s+(\d{1,5})\s+obj\b\s*\Z")
_CATALOG = re.compile(rb"/Type\s*/Catalog\b")
_PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")
_NUMBER = re.compile(rb"\b(\d{1,9})\s+\d{1,5}\s+obj\b")
_FIRST = re.compile(rb"/First\s+(\d{1,9})\b")
_COUNT = re.compile(rb"/N\s+(\d{1,6})\b")
_END = b"\nendstream\nendobj\n"  # of an object that was cut off
_FARTHEST = 4_096  # bytes between an object's number and the entry that shows its type


def rebuilt(path: Path) -> bytes | None:
    """The file with the missing ends appended; None where no page was found, or it is too large."""
    size = path.stat().st_size
    if not 0 < size <= _MOST_BYTES:
        return None
    with (
        path.open("rb") as file,
        mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) as content,
    ):
        whole = content[:] + _END + b"".join(_expanded(content))
    catalog = _last(_CATALOG, whole)
    if catalog is None:
        pages = list(dict.fromkeys(_objects(_PAGE, whole)))[:_MOST_PAGES]
        if not pages:
            return None
        catalog = max(int(each[1]) for each in _NUMBER.finditer(whole)) + 1
        whole += _tree(catalog, pages)
    return whole + b"trailer\n<</Root %d 0 R>>\nstartxref\n0\n%%%%EOF\n" % catalog


def _tree(catalog: int, pages: list[int]) -> bytes:
    """A catalog and one node that holds all pages, in the order of the file."""
    kids = b" ".join(b"%d 0 R" % page for page in pages)
    return (
        b"%d 0 obj\n<</Type/Catalog/Pages %d 0 R>>\nendobj\n" % (catalog, catalog + 1)
        + b"%d 0 obj\n<</Type/Pages/Count %d/Kids[" % (catalog + 1, len(pages))
        + kids
        + b"]>>\nendobj\n"
    )


def _last(kind: re.Pattern[bytes], content: bytes) -> int | None:
    """The number of the last object of this type: updates are appended."""
    numbers = list(_objects(kind, content))
    return numbers[-1] if numbers else None


def _objects(kind: re.Pattern[bytes], content: bytes) -> Iterator[int]:
    """The numbers of objects whose dictionary has this type."""
    for found in kind.finditer(content):
        start = content.rfind(b"obj", max(0, found.start() - _FARTHEST), found.start())
        head = _HEADER.search(content[max(0, start - 20) : start + 3]) if start >= 0 else None
        if head and b"endobj" not in content[start + 3 : found.start()]:
            yield int(head[1])


def _expanded(content: mmap.mmap) -> Iterator[bytes]:
    """Compressed objects as plain ones; streams that cannot be expanded are left out."""
    room = _MOST_BYTES
    for number, stream in enumerate(_OBJECT_STREAM.finditer(content)):
        if number >= _MOST_STREAMS or room <= 0:
            return
        first, count = _FIRST.search(stream[0]), _COUNT.search(stream[0])
        if first is None or count is None:
            continue
        try:
            data = zlib.decompressobj().decompress(
                content[stream.end() : stream.end() + _MOST_COMPRESSED], room
            )
        except zlib.error:
            continue
        room -= len(data)
        yield from _plain(data, int(first[1]), int(count[1]))


def _plain(data: bytes, first: int, count: int) -> Iterator[bytes]:
    """Objects of one stream; pairs of number and offset stand before byte `first`."""
    header = data[:first].split()
    if not all(each.isdigit() for each in header):
        return
    numbers, offsets = header[0::2][:count], [int(each) for each in header[1::2][:count]]
    for at, (number, offset) in enumerate(zip(numbers, offsets, strict=False)):
        end = offsets[at + 1] if at + 1 < len(offsets) else len(data) - first
        body = data[first + offset : first + end]
        yield b"%s 0 obj\n%s\nendobj\n" % (number, body)
