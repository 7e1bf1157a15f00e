"""Stored results whose pages are read one at a time, so that none is in memory as a whole."""

from collections.abc import Iterator

from jobs.domain.corrections import Revision
from jobs.domain.job import Job
from jobs.storage.blob_store import Blobs
from jobs.storage.result_index import frame_of_result, pages_of_result, read_index
from vision.core.exports import PagedDocument
from vision.core.registry import Plugin
from vision.export.corrected import CorrectedPages, corrected_words
from vision.export.stored import StoredDocument


def write_by_page(
    blobs: Blobs, job: Job, form: Plugin, revision: Revision | None = None
) -> Iterator[str] | None:
    """The result in a format, in pieces; None where the whole document is needed.

    That is where the format has no stream, or the result was stored without an index.
    """
    document = _paged(blobs, job) if form.stream else None
    if document is None:
        return None
    if revision is not None:
        words = corrected_words(revision.corrections)
        document = CorrectedPages(document, words, revision.number)
    pieces: Iterator[str] = form.load_stream()(document)
    return pieces


def _paged(blobs: Blobs, job: Job) -> PagedDocument | None:
    index = read_index(blobs, job)
    if not index:
        return None
    return StoredDocument(
        lambda: frame_of_result(blobs, job, index), lambda: pages_of_result(blobs, job, index)
    )
