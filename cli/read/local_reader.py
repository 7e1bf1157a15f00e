"""Reads documents in this process: the engine of a worker without queue or ledger."""

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Self

from jobs.settings import Settings
from vision.core.document import Document, DocumentInfo, PageFailure, PageReading
from vision.core.errors import BadInput
from vision.core.exports import PageText
from vision.core.options import ReadOptions
from vision.core.stages import PageImage
from vision.input.page_selection import select_pages
from vision.input.sandbox.pool import DecoderPool
from vision.pipeline import assemble_document, read_page
from vision.selection import choose_stages
from workers.engine.engine import Engine, build_engine
from workers.inputs.decoders import open_decoders


@dataclass(frozen=True, slots=True)
class Pending:
    """A document that was opened: what it is, and the pages to read."""

    path: Path
    info: DocumentInfo
    options: ReadOptions
    numbers: tuple[int, ...]


class LocalReader:
    """An engine and decoders for the length of a `with`; pages are read side by side.

    `detectors` are all that its pages may ask for: opening and trying out one takes .2 seconds.
    """

    def __init__(self, settings: Settings, detectors: Sequence[str] | None = None) -> None:
        self._settings = settings
        self.engine: Engine = build_engine(settings, detectors)
        self._decoders: DecoderPool = open_decoders(settings, settings.worker_threads)
        self._threads = ThreadPoolExecutor(settings.worker_threads)

    def open(self, path: Path, options: ReadOptions) -> Pending:
        """Look at a document without decoding it. BadInput says why it cannot be read."""
        self.engine.require(options)
        choose_stages(self.engine.stages, options)
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        probe = self._decoders.probe(path)
        info = DocumentInfo(probe.media_type, sha256, probe.pages)
        return Pending(path, info, options, select_pages(options.pages, probe.pages))

    def read(self, pending: Pending) -> Iterator[PageReading | PageFailure]:
        """Each page as it is done, in page order; a page that fails spoils no other."""
        yield from self._threads.map(lambda number: self._page(pending, number), pending.numbers)

    def decode(self, pending: Pending, number: int) -> PageImage:
        """One page's image, as the reading saw it."""
        return self._decoders.decode(pending.path, number, pending.options.dpi)

    def searchable_pdf(
        self, pending: Pending, pages: Sequence[PageText], *, archival: bool = False
    ) -> bytes:
        """The document as a PDF with this text behind its pages; PDF/A-2b if `archival`."""
        return self._decoders.searchable_pdf(pending.path, pages, archival=archival)

    def assemble(
        self,
        pending: Pending,
        readings: Sequence[PageReading],
        failures: Sequence[PageFailure],
    ) -> Document:
        """The document, exactly as the service would store it."""
        document = assemble_document(
            pending.info, readings, failures, pending.options, version("pagesight")
        )
        if self._settings.extractor_url is None:
            return document
        from workers.egress.field_extractor import open_extractor  # few ask, and it loads HTTP

        with open_extractor(self._settings) as extractor:
            return document if extractor is None else extractor.complete(document)

    def close(self) -> None:
        """End threads, engine and helper processes; pages not begun are dropped."""
        self._threads.shutdown(cancel_futures=True)
        self.engine.close()
        self._decoders.close()

    def _page(self, pending: Pending, number: int) -> PageReading | PageFailure:
        try:
            image = self.decode(pending, number)
            engine = self.engine
            reading = read_page(image, engine.stages, pending.options, engine.orienter)
        except BadInput as error:
            return PageFailure(number, error.code, error.message, error.actor)
        return replace(reading, receipt=replace(reading.receipt, canary_ms=engine.canary_ms))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
