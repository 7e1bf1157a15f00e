"""Files of an export in one ZIP."""

from collections.abc import Iterable, Iterator
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from vision.core.exports import Artefact

MEDIA_TYPE = "application/zip"
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


def stream_zip(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """Yield a ZIP of texts under their names; a file is in memory at a time."""
    pieces = _Pieces()
    with ZipFile(pieces, "w") as archive:
        for name, content in files:
            archive.writestr(ZipInfo(name, _EPOCH), content, ZIP_DEFLATED)
            yield pieces.take()
    yield pieces.take()


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

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = bytes(self._held)
        self._held.clear()
        return taken


def zip_files(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A ZIP of the contents under their names."""
    written = BytesIO()
    with ZipFile(written, "w") as archive:
        for name, content in files:
            method = ZIP_STORED if name.endswith(_STORED) else ZIP_DEFLATED
            archive.writestr(ZipInfo(name, _EPOCH), content, method)
    return written.getvalue()
