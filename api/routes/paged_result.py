"""Formats that are written page by page, so that a stored result is never in memory as a whole."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from jobs.domain.job import Job
from jobs.storage.blob_store import Blobs
from jobs.storage.result_index import frame_of_result, pages_of_result, read_index
from vision.core.document import Document
from vision.export.json import from_json_dict
from vision.export.markdown import stream_markdown
from vision.export.text import stream_text

Pages = Callable[[], Iterator[Mapping[str, Any]]]
Frame = Callable[[], Document]


def _text(_: Frame, pages: Pages) -> Iterator[str]:
    return stream_text(pages())


def _markdown(frame: Frame, pages: Pages) -> Iterator[str]:
    return stream_markdown(frame(), pages)


_WRITERS: Final[Mapping[str, Callable[[Frame, Pages], Iterator[str]]]] = {
    "text": _text,
    "markdown": _markdown,
}


def write_by_page(blobs: Blobs, job: Job, form: str) -> Iterator[str] | None:
    """The result in a format, in pieces; None where the whole document is needed.

    That is where another format is asked for, or the result was stored without an index.
    """
    index = read_index(blobs, job) if form in _WRITERS else ()
    if not index:
        return None
    return _WRITERS[form](
        lambda: from_json_dict(json.loads(frame_of_result(blobs, job, index))),
        lambda: map(json.loads, pages_of_result(blobs, job, index)),
    )
