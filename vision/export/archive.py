"""Files of an export in one ZIP."""

from collections.abc import Iterable, Iterator
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from vision.core.exports import Artefact

MEDIA_TYPE = "application/zip"
Content = bytes | Iterable[str | bytes]  # of a file, whole or in pieces
# These are compressed already.
_STORED = (".png", ".pdf", ".xlsx", ".zip")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same result always gives the same bytes


def zip_of(artefacts: Iterable[Artefact], extension: str, stem: str = "result") -> bytes:
    """A ZIP of the files: `page-3.tsv` for what belongs to a page, else `result.tsv`."""
    return zip_files(named_files(artefacts, extension, stem))


def named_files(
    artefacts: Iterable[Artefact], extension: str, stem: str = "result"
) -> Iterator[tuple[str, bytes]]:
    """The files with their names in an archive."""
    for each in artefacts:
        page = f"page-{each.page}" if each.page else ""
        name = "-".join(filter(None, (page, each.name))) or stem
        yield f"{name}{extension}", each.content


def stream_zip(files: Iterable[tuple[str, Content]]) -> Iterator[bytes]:
    """Yield a ZIP of the files under their names; a piece of one is in memory at a time."""
    written = _Pieces()
    with ZipFile(written, "w") as archive:
        for name, content in files:
            with archive.open(_entry(name), "w") as file:
                for piece in (content,) if isinstance(content, bytes) else content:
                    file.write(piece.encode() if isinstance(piece, str) else piece)
                    yield from written.take()
    yield from written.take()


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, _EPOCH)
    entry.compress_type = ZIP_STORED if name.endswith(_STORED) else ZIP_DEFLATED
    return entry


class _Pieces:
    """A file that is written and never sought, as ZipFile takes one: what was written last."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        """Keep the bytes until they are taken."""
        self._held += data
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is open."""

    def take(self) -> Iterator[bytes]:
        """Yield what was written since the last time, if anything was."""
        if self._held:
            taken = bytes(self._held)
            self._held.clear()
            yield taken


def zip_files(files: Iterable[tuple[str, Content]]) -> bytes:
    """A ZIP of the files under their names."""
    return b"".join(stream_zip(files))
