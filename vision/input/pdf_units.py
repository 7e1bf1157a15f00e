"""The size of a PDF page's unit, which PDFium does not report.

A page may state in /UserUnit how many points of 1/72 inch its own units have (ISO 32000-1, table
30). PDFium ignores it in all that it measures, but keeps it when it copies the page.
"""

import functools
import io
import mmap
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import pypdfium2

_NAME = b"/UserUnit"
_STATED = re.compile(rb"/UserUnit\s*([0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
# A stream of compressed objects: its dictionary, as far as it follows the name, and its data.
_OBJECTS = re.compile(rb"/ObjStm\b[^\x00]{0,500}?stream\r?\n")
_MOST_COMPRESSED, _MOST_EXPANDED = 1 << 20, 8 << 20  # bytes of one such stream
_MOST_STREAMS = 500
# Acrobat accepts up to 75,000; less than this gives a page no size that could be drawn.
_SMALLEST, _LARGEST = 0.01, 75_000.0


def user_unit(document: pypdfium2.PdfDocument, path: Path, index: int) -> float:
    """Points per unit of page `index`, from 0, of the document at `path`; 1 where it states none.

    Raises PdfiumError where the page cannot be copied.
    """
    stat = path.stat()
    # Not by path alone: a descriptor's path, as the helper process uses, names many files in turn.
    version = (stat.st_dev, stat.st_ino, stat.st_mtime_ns)
    if not _mentions_units(path, stat.st_size, version):
        return 1.0
    with pypdfium2.PdfDocument.new() as copy:
        copy.import_pages(document, [index])
        file = io.BytesIO()
        copy.save(file)
    stated = _STATED.search(file.getbuffer())
    unit = float(stated[1]) if stated else 1.0
    return unit if _SMALLEST <= unit <= _LARGEST else 1.0


@functools.lru_cache(maxsize=4)
def _mentions_units(path: Path, size: int, version: tuple[int, ...]) -> bool:  # noqa: ARG001 - part of the key
    """Whether any page of the file may state a unit: copying pages to find out takes long."""
    with (
        path.open("rb") as file,
        mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) as content,
    ):
        return content.find(_NAME) >= 0 or any(_NAME in objects for objects in _expanded(content))


def _expanded(content: mmap.mmap) -> Iterator[bytes]:
    """The first streams of compressed objects; what cannot be expanded is left out."""
    for number, stream in enumerate(_OBJECTS.finditer(content)):
        if number >= _MOST_STREAMS:
            return
        data = content[stream.end() : stream.end() + _MOST_COMPRESSED]
        try:
            yield zlib.decompressobj().decompress(data, _MOST_EXPANDED)
        except zlib.error:
            continue
