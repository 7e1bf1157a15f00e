"""Files of a stored result, made of one page at a time where a format allows it."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Final, NamedTuple, TypeVar

from jobs.domain.corrections import Revision
from jobs.domain.job import Job
from jobs.storage.blob_store import Blobs
from jobs.storage.result_index import (
    Range,
    frame_of_result,
    pages_of_result,
    read_index,
    receipts_of_result,
)
from vision.core.document import Document
from vision.core.exports import Artefact, PagedDocument
from vision.core.registry import Plugin
from vision.export.archive import MEDIA_TYPE, Content, named_files, stream_zip
from vision.export.corrected import CorrectedPages, corrected, corrected_words
from vision.export.json import from_json_dict, stream
from vision.export.stored import StoredDocument

_Piece = TypeVar("_Piece", bytes, str | bytes)
STORED: Final = "json"  # how results are kept, so that they are streamed as they lie


class Written(NamedTuple):
    """A file, whole or in pieces, and its media type."""

    content: Content
    media_type: str


@dataclass(frozen=True)
class ResultFiles:
    """The result of a job, in the blob `key`, with the corrections of a revision.

    Without an index, which results of earlier releases lack, the whole document is in memory, as
    it is for formats that need it.
    """

    blobs: Blobs
    job: Job
    key: str
    revision: Revision | None = None

    def one(self, form: Plugin) -> Written:
        """A format's file, or a ZIP where it has several."""
        pieces = self._pieces(form)
        if pieces is not None:
            return Written(_begun(pieces), form.media_type)
        files = self._files(form)
        first, second = next(files), next(files, None)
        if second is None:
            return Written(first.content, form.media_type)
        named = named_files(chain((first, second), files), form.extension)
        return Written(stream_zip(named), MEDIA_TYPE)

    def several(self, forms: Iterable[Plugin]) -> Iterator[bytes]:
        """One ZIP with the files of several formats."""
        files = [self._named(form) for form in forms]
        return _begun(stream_zip(chain.from_iterable(files)))

    def _named(self, form: Plugin) -> Iterable[tuple[str, Content]]:
        pieces = self._pieces(form)
        if pieces is not None:
            return [(f"result{form.extension}", pieces)]
        return named_files(self._files(form), form.extension)

    def _pieces(self, form: Plugin) -> Iterator[str | bytes] | None:
        """The one file of a format in pieces; None where it has several or needs the whole."""
        if form.name == STORED and self.revision is None:
            return self.blobs.stream(self.key)
        if not self._index:
            return None
        if form.name == STORED:
            receipts = receipts_of_result(self.blobs, self.job, self._index)
            return stream(self._paged, receipts.decode())
        if form.stream:
            written: Iterator[str] = form.load_stream()(self._paged)
            return written
        return None

    def _files(self, form: Plugin) -> Iterator[Artefact]:
        paged: Callable[[PagedDocument], Iterator[Artefact]]
        if self._index and form.paged:
            paged = form.load_paged()
            return paged(self._paged)
        export = form.load()
        if self._index and form.by_page:
            alone = (replace(self._paged.frame, pages=(page,)) for page in self._paged.pages())
            return chain.from_iterable(export(page, None) for page in alone)
        return iter(export(self._whole, None))

    @cached_property
    def _index(self) -> Sequence[Range]:
        return read_index(self.blobs, self.job)

    @cached_property
    def _paged(self) -> PagedDocument:
        document = StoredDocument(
            lambda: frame_of_result(self.blobs, self.job, self._index),
            lambda: pages_of_result(self.blobs, self.job, self._index),
        )
        if self.revision is None:
            return document
        words = corrected_words(self.revision.corrections)
        return CorrectedPages(document, words, self.revision.number)

    @cached_property
    def _whole(self) -> Document:
        document = from_json_dict(json.loads(self.blobs.get(self.key)))
        if self.revision is None:
            return document
        return corrected(document, corrected_words(self.revision.corrections), self.revision.number)


def _begun(pieces: Iterator[_Piece]) -> Iterator[_Piece]:
    """The pieces; the first, which may need a pass over all pages, is made at once.

    So its errors still change the status of the answer.
    """
    first = next(pieces, None)
    return pieces if first is None else chain([first], pieces)
