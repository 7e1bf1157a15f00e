"""Results of `pagesight read` in the format asked for."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cli.read.formats import formats
from cli.read.local_reader import LocalReader, Pending
from vision.core.arrays import Image
from vision.core.document import Document, Page
from vision.core.exports import Artefact, PageText


class LocalSource:
    """The document on this machine, for exports that draw or embed its pages."""

    def __init__(self, reader: LocalReader, pending: Pending) -> None:
        self._reader = reader
        self._pending = pending

    @property
    def path(self) -> Path:
        """The file that was read."""
        return self._pending.path

    def page_image(self, page: Page) -> Image:
        """The page decoded again and turned as the reading turned it."""
        decoded = self._reader.decode(self._pending, page.number).pixels
        return np.ascontiguousarray(np.rot90(decoded, -page.rotation // 90))  # rot90 turns left

    def searchable_pdf(self, pages: Sequence[PageText], *, archival: bool = False) -> bytes:
        """The file as a PDF with this text, made in a helper process."""
        return self._reader.searchable_pdf(self._pending, pages, archival=archival)


def render(document: Document, form: str, reader: LocalReader, pending: Pending) -> list[Artefact]:
    """What the format's exporter makes; texts end with one line end."""
    export = formats()[form].load()
    artefacts: list[Artefact] = list(export(document, LocalSource(reader, pending)))
    if formats()[form].is_text:
        # A tab may be an empty last column.
        return [Artefact(each.content.rstrip(b" \r\n\f") + b"\n", each.page) for each in artefacts]
    return artefacts
