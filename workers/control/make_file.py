"""Makes a file of a job that needs its document: a searchable PDF, a picture of a page."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from jobs.domain.errors import BlobError, NotFound
from jobs.domain.file_forms import PagePicture, parse_picture, parse_revised
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
from vision.core.registry import plugin
from vision.core.stages import PageImage
from vision.export.archive import zip_of
from vision.export.corrected import CorrectedWord, corrected
from vision.export.json import from_json_dict
from workers.control.page_picture import encode_picture
from workers.inputs.document_cache import Documents
from workers.inputs.faults import fault_of, input_missing
from workers.inputs.read_options import read_options

_log = logging.getLogger(__name__)

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
    """Makes files; one for all threads of the process."""

    ledger: Ledger
    blobs: Blobs
    documents: Documents
    decoders: Decoders

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
            name, revision = parse_revised(form)
            exporter = plugin("format", name)
            artefacts = list(exporter.load()(self._document(job, revision), source))
        if len(artefacts) == 1:
            content: bytes = artefacts[0].content
            return content
        return zip_of(artefacts, exporter.extension)

    def _picture(self, job: Job, picture: PagePicture, source: StoredSource) -> bytes:
        reading = self.ledger.pages.result(job.id, picture.number)
        reading = reading or page_of_result(self.blobs, job, picture.number)
        rotation = json.loads(reading)["page"]["rotation"] if reading else 0
        return encode_picture(source.turned(picture.number, rotation), picture.width)

    def _document(self, job: Job, revision: int | None) -> Document:
        document = from_json_dict(json.loads(self.blobs.get(job.result_blob or "")))
        if revision is None:
            return document
        found = self.ledger.corrections.get(job.id, revision)
        rows = found.corrections if found else ()
        words = [CorrectedWord(*each.place, each.text or "") for each in rows]
        return corrected(document, words, revision)

    def _store_fault(self, job: Job, form: str, fault: Fault) -> None:
        text = json.dumps([fault.code, fault.message, fault.actor])
        _log.warning("%s cannot be made: %s", form, fault.message, extra={"job_id": job.id})
        self.blobs.put(fault_key(job, form), text.encode())
