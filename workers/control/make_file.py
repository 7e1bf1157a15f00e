"""Makes a file of a job that needs its document: a searchable PDF, a picture of a page."""

import json
import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from jobs.domain.errors import BlobError, NotFound
from jobs.domain.file_forms import PagePicture, parse_joined, parse_picture, parse_revised
from jobs.domain.job import Fault, Job
from jobs.domain.log_context import add_origin
from jobs.ledger import Ledger
from jobs.storage.blob_keys import fault_key, file_key
from jobs.storage.blob_store import Blobs
from jobs.storage.result_index import page_of_result
from jobs.stores.files import job_and_form
from jobs.telemetry.tracing import TRACING
from vision.core.arrays import Image
from vision.core.document import Document, Page
from vision.core.errors import BadInput
from vision.core.exports import PageText
from vision.core.options import ReadOptions
from vision.core.protocols import DocumentAnalysis
from vision.core.registry import plugin
from vision.core.stages import PageImage
from vision.export.archive import named_files, zip_files, zip_of
from vision.export.corrected import CorrectedWord, corrected, corrected_words
from vision.export.corrected_lines import true_lines
from vision.export.json import from_json_dict, page_reading_from_dict
from vision.selection import document_analyses
from workers.control.line_images import FORMS, PageLines, line_files
from workers.control.page_picture import encode_picture
from workers.inputs.document_cache import Documents
from workers.inputs.faults import fault_of, input_missing
from workers.inputs.read_options import read_options

_log = logging.getLogger(__name__)
FIELDS = "fields"

GIVEN_UP = Fault(
    "result_failed",
    "The file could not be made at any attempt. The result is not affected.",
    "operator",
)


class Decoders(Protocol):
    """What opens documents (vision/input/sandbox/pool.py)."""

    def decode(self, path: Path, number: int, dpi: int) -> PageImage:
        """A page's image."""
        ...

    def searchable_pdf(
        self, path: Path, pages: Sequence[PageText], *, archival: bool = False
    ) -> bytes:
        """The document as a PDF with this text behind its pages; PDF/A-2b if `archival`."""
        ...


@dataclass(frozen=True, slots=True)
class StoredSource:
    """The document of a job, for exports that draw or embed its pages."""

    path: Path
    decoders: Decoders
    dpi: int

    def page_image(self, page: Page) -> Image:
        """The page decoded again and turned as the reading turned it."""
        return self.turned(page.number, page.rotation)

    def turned(self, number: int, rotation: int) -> Image:
        """A page decoded and turned clockwise by `rotation` degrees, a multiple of 90."""
        decoded = self.decoders.decode(self.path, number, self.dpi).pixels
        return np.ascontiguousarray(np.rot90(decoded, -rotation // 90))  # rot90 turns left

    def searchable_pdf(self, pages: Sequence[PageText], *, archival: bool = False) -> bytes:
        """The document as a PDF with this text, made in a helper process."""
        return self.decoders.searchable_pdf(self.path, pages, archival=archival)


@dataclass(frozen=True, slots=True)
class FileMaker:
    """Makes files; one for all threads of the process.

    `extracts` is whether an extractor completes the fields of jobs that ask for some.
    """

    ledger: Ledger
    blobs: Blobs
    documents: Documents
    decoders: Decoders
    extracts: bool = False

    def make(self, step: str) -> None:
        """Store the file, or why there is none. Harmless when done already.

        What fails for another reason is tried again when the lease on the step is over, until the
        attempts are used up.
        """
        job_id, form = job_and_form(step)
        may_begin = self.ledger.files.begin(step)
        try:
            job = self.ledger.jobs.load(job_id)
        except NotFound:
            self.ledger.files.end(step)  # deleted meanwhile
            return
        add_origin(job)
        try:
            with TRACING.step("make_file", job, format=form):
                self._make(job, form, may_begin=may_begin)
        except BlobError as error:
            _log.error("%s cannot be stored: %s", form, error, extra={"job_id": job.id})
            self.ledger.files.put_off(step)
            return
        self.ledger.files.end(step)

    def _make(self, job: Job, form: str, *, may_begin: bool) -> None:
        try:
            if may_begin:
                self.blobs.put(file_key(job, form), self._made(job, form))
            else:
                self._store_fault(job, form, GIVEN_UP)
        except BadInput as error:
            self._store_fault(job, form, fault_of(error))
        except NotFound:
            self._store_fault(job, form, input_missing())

    def _made(self, job: Job, form: str) -> bytes:
        """One file as it is, several as a ZIP."""
        with self.documents.open(job.input_blob or "") as path:
            source = StoredSource(path, self.decoders, read_options(job.options).dpi)
            if picture := parse_picture(form):
                return self._picture(job, picture, source)
            joined, revision = parse_revised(form)
            if joined in FORMS:
                return zip_files(line_files(joined, self._lines(job, revision, source)))
            document = self._document(job, revision)
            names = parse_joined(joined)
            return (
                _exported(document, source, names) if len(names) == 1 else _zipped(document, names)
            )

    def _picture(self, job: Job, picture: PagePicture, source: StoredSource) -> bytes:
        reading = self._reading(job, picture.number)
        rotation = json.loads(reading)["page"]["rotation"] if reading else 0
        return encode_picture(source.turned(picture.number, rotation), picture.width)

    def _document(self, job: Job, revision: int | None) -> Document:
        document = from_json_dict(json.loads(self.blobs.get(job.result_blob or "")))
        if revision is None:
            return document
        right = corrected(document, self._words(job, revision), revision)
        options = read_options(job.options)
        again = {each.name: each.analyse(right) for each in self._analyses(options)}
        return replace(right, analyses={**right.analyses, **again})

    def _analyses(self, options: ReadOptions) -> Sequence[DocumentAnalysis]:
        """Those that are run again; what an extractor completed stays as it was."""
        completed = self.extracts and options.fields is not None
        return [
            each for each in document_analyses(options) if not (completed and each.name == FIELDS)
        ]

    def _words(self, job: Job, revision: int | None) -> list[CorrectedWord]:
        found = self.ledger.corrections.get(job.id, revision)
        return corrected_words(found.corrections) if found else []

    def _lines(self, job: Job, revision: int | None, source: StoredSource) -> Iterator[PageLines]:
        by_page: dict[int, list[CorrectedWord]] = defaultdict(list)
        for word in self._words(job, revision):
            by_page[word.page].append(word)
        for number, words in sorted(by_page.items()):
            reading = self._reading(job, number)
            if reading is not None:
                page = page_reading_from_dict(json.loads(reading)).page
                yield PageLines(page, source.page_image(page), list(true_lines(page, words)))

    def _reading(self, job: Job, number: int) -> str | None:
        reading = self.ledger.pages.result(job.id, number)
        return reading or page_of_result(self.blobs, job, number)

    def _store_fault(self, job: Job, form: str, fault: Fault) -> None:
        text = json.dumps([fault.code, fault.message, fault.actor])
        _log.warning("%s cannot be made: %s", form, fault.message, extra={"job_id": job.id})
        self.blobs.put(fault_key(job, form), text.encode())


def _exported(document: Document, source: StoredSource, names: Sequence[str]) -> bytes:
    """One format: one file as it is, several as a ZIP."""
    exporter = plugin("format", names[0])
    artefacts = list(exporter.load()(document, source))
    if len(artefacts) == 1:
        content: bytes = artefacts[0].content
        return content
    return zip_of(artefacts, exporter.extension)


def _zipped(document: Document, names: Sequence[str]) -> bytes:
    """Several formats, none of which needs the document itself, in one ZIP."""
    exporters = [plugin("format", name) for name in names]
    return zip_files(
        file
        for each in exporters
        for file in named_files(each.load()(document, None), each.extension)
    )
