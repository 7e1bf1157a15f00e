"""Reads ZIP archives: checked before anything is unpacked, and never unpacked to a path."""

import os
import stat
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from jobs.domain.names import relative_name
from vision.core.errors import BadInput

LARGEST_DIRECTORY = 64 << 20
# A blank black-and-white page compresses to a hundredth; the limit of deflate is 1 : 1032.
MAX_RATIO = 250
RATIO_FROM_BYTES = 1 << 20
_CHUNK_BYTES = 1 << 20
_ENCRYPTED = 0x1 | 0x40  # flag bits of APPNOTE.TXT 4.4.4
_JUNK = {".ds_store", "thumbs.db", "desktop.ini"}
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x06"
_TAIL_BYTES = 22 + 20 + 56 + 0xFFFF  # both end records, the locator, the longest comment


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """Limits of an archive's contents."""

    documents: int
    unpacked_bytes: int


@dataclass(frozen=True, slots=True)
class Document:
    """An entry that is a document, its name to show, and why it is refused, if it is."""

    entry: ZipInfo
    name: str
    refused: BadInput | None


class Archive:
    """An opened archive whose directory has passed the checks."""

    def __init__(self, file: ZipFile, documents: Sequence[Document]) -> None:
        self._file = file
        self.documents = documents

    def chunks(self, entry: ZipInfo) -> Iterator[bytes]:
        """Yield an entry's bytes; BadInput `archive_damaged` where they do not match it."""
        try:
            with self._file.open(entry) as opened:
                while chunk := opened.read(_CHUNK_BYTES):
                    yield chunk
        except (BadZipFile, EOFError, ValueError, RuntimeError, OSError, zlib.error) as error:
            raise _refused("damaged", f"{entry.filename!r} cannot be unpacked") from error


@contextmanager
def open_archive(path: Path, limits: ArchiveLimits) -> Iterator[Archive]:
    """Open a ZIP and check its directory.

    Raises BadInput where the archive is refused: `archive_damaged`, `_too_many`, `_bomb`, or
    `batch_empty`. An entry that is refused (`archive_encrypted`, `_link`, `_path`, `_unsupported`)
    says so, and the others can be read. Nothing is unpacked to a path: names are only shown.
    """
    with path.open("rb") as file:
        _check_directory(file, limits)
        try:
            archive = ZipFile(file)
        except (BadZipFile, ValueError, NotImplementedError, struct.error) as error:
            raise _refused(
                "damaged", "The file is not a ZIP, or its directory is damaged"
            ) from error
        with archive:
            yield Archive(archive, _documents(archive.infolist(), limits))


def _documents(entries: Sequence[ZipInfo], limits: ArchiveLimits) -> Sequence[Document]:
    unpacked = 0
    for entry in entries:
        _check_size(entry)
        unpacked += entry.file_size
        if unpacked > limits.unpacked_bytes:
            raise _refused("bomb", f"It expands to more than {limits.unpacked_bytes} bytes")
    documents = [
        entry for entry in entries if not (entry.filename.endswith("/") or _is_junk(entry.filename))
    ]
    if len(documents) > limits.documents:
        found = f"It has {len(documents)} documents; {limits.documents} are allowed"
        raise _refused("too_many", found)
    if not documents:
        raise BadInput("batch_empty", "The archive has no documents. Add one.")
    return [_document(entry, number) for number, entry in enumerate(documents)]


def _document(entry: ZipInfo, number: int) -> Document:
    name = relative_name(entry.filename) or f"document-{number}"
    return Document(entry, name, _find_fault(entry, name))


def _find_fault(entry: ZipInfo, name: str) -> BadInput | None:
    if entry.flag_bits & _ENCRYPTED:
        return _refused("encrypted", f"{name!r} is encrypted")
    if stat.S_IFMT(entry.external_attr >> 16) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        return _refused("link", f"{name!r} is a link or a device, not a file")
    if _leads_outside(entry.filename):
        return _refused("path", f"{name!r} stands at a path that leads outside the archive")
    if entry.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        return _refused("unsupported", f"{name!r} is compressed by another method than deflate")
    return None


def _leads_outside(path: str) -> bool:
    parts = path.replace("\\", "/").split("/")
    drive = len(parts[0]) == 2 and parts[0].endswith(":")
    return drive or parts[0] == "" or ".." in parts


def _check_size(entry: ZipInfo) -> None:
    if entry.file_size > max(RATIO_FROM_BYTES, MAX_RATIO * entry.compress_size):
        shown = repr(relative_name(entry.filename))
        raise _refused("bomb", f"{shown} expands to over {MAX_RATIO} times its size")


def _is_junk(name: str) -> bool:
    """Whether a file manager added the entry: its metadata, and macOS resource forks."""
    folder, last = name.partition("/")[0], name.rpartition("/")[2]
    return folder == "__MACOSX" or last.lower() in _JUNK or last.startswith("._")


def _check_directory(file: IO[bytes], limits: ArchiveLimits) -> None:
    """Check the size of the directory from the file's end, before it is read."""
    count, size = _directory(file)
    if count > 2 * limits.documents:  # folders and metadata of file managers are entries, too
        raise _refused("too_many", f"It has {count} entries; {limits.documents} are allowed")
    if size > LARGEST_DIRECTORY:
        raise _refused("bomb", f"Its directory has {size} bytes")


def _directory(file: IO[bytes]) -> tuple[int, int]:
    """Entries and bytes of the directory (APPNOTE.TXT 4.3.14 to 4.3.16).

    The largest that any end record in the file's tail states: `zipfile` chooses one of several, so
    none of them may be too large.
    """
    file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
    tail = file.read()
    file.seek(0)
    found = [*_stated(tail, _END, "<HI", 10), *_stated(tail, _END_64, "<QQ", 32)]
    return max((row[0] for row in found), default=0), max((row[1] for row in found), default=0)


def _stated(tail: bytes, mark: bytes, layout: str, at: int) -> Iterator[tuple[int, int]]:
    start = tail.find(mark)
    while 0 <= start <= len(tail) - at - struct.calcsize(layout):
        count, size = struct.unpack_from(layout, tail, start + at)
        # These values of the short record mean that the 64-bit one has the true ones.
        yield (0 if count == 0xFFFF else count), (0 if size == 0xFFFFFFFF else size)
        start = tail.find(mark, start + 1)


def _refused(kind: str, what: str) -> BadInput:
    return BadInput(f"archive_{kind}", f"{what}. Create the archive again as a plain ZIP.")
