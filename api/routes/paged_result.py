"""Stored results whose pages are read one at a time, so that none is in memory as a whole."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from jobs.domain.corrections import Revision
from jobs.domain.job import Job
from jobs.storage.blob_store import Blobs
from jobs.storage.result_index import Range, frame_of_result, pages_of_result, read_index
from vision.core.exports import Artefact, PagedDocument
from vision.core.registry import Plugin
from vision.export.archive import MEDIA_TYPE, named_files, stream_zip
from vision.export.corrected import CorrectedPages, corrected_words
from vision.export.stored import StoredDocument


class Written(NamedTuple):
    """A file in pieces, and its media type."""

    pieces: Iterator[str | bytes]
    media_type: str


def write_by_page(
    blobs: Blobs, job: Job, form: Plugin, revision: Revision | None = None
) -> Written | None:
    """The result in a format, several files as a ZIP; None where the whole document is needed.

    That is where the format is not written by page, or the result was stored without an index.
    """
    index = read_index(blobs, job) if form.stream or form.by_page else ()
    if not index:
        return None
    document = _paged(blobs, job, index, revision)
    if form.stream:
        return Written(form.load_stream()(document), form.media_type)
    files = _files(form, document)
    if len(index) == 1:
        return Written((file.content for file in files), form.media_type)
    return Written(stream_zip(named_files(files, form.extension)), MEDIA_TYPE)


def _paged(
    blobs: Blobs, job: Job, index: Sequence[Range], revision: Revision | None
) -> PagedDocument:
    document = StoredDocument(
        lambda: frame_of_result(blobs, job, index), lambda: pages_of_result(blobs, job, index)
    )
    if revision is None:
        return document
    return CorrectedPages(document, corrected_words(revision.corrections), revision.number)


def _files(form: Plugin, document: PagedDocument) -> Iterator[Artefact]:
    export = form.load()
    for page in document.pages():
        yield from export(replace(document.frame, pages=(page,)), None)
