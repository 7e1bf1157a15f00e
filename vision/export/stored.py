"""A stored result as a document whose pages are decoded one at a time."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from vision.core.document import Document, Page
from vision.export.headings import TITLE
from vision.export.json import from_json_dict, page_from_dict
from vision.export.running_text import RUNNING_KINDS, is_edge_text

_JUDGED = RUNNING_KINDS | {TITLE}  # over the whole document
_LEFT_OUT: Mapping[str, Any] = {
    name: [] for name in ("regions", "tables", "barcodes", "doubtful", "warnings")
}


class StoredDocument:
    """A vision.core.exports.PagedDocument of JSON.

    `frame` gives the result without its pages; `pages` all of these, each time that it is called.
    """

    def __init__(
        self, frame: Callable[[], str | bytes], pages: Callable[[], Iterator[bytes]]
    ) -> None:
        self._frame = frame
        self._pages = pages

    @cached_property
    def frame(self) -> Document:
        """Everything but the pages."""
        return from_json_dict(json.loads(self._frame()))

    def pages(self) -> Iterator[Page]:
        """The pages in their order."""
        return (page_from_dict(json.loads(page)) for page in self._pages())

    def outlines(self) -> Iterator[Page]:
        """The pages with the lines of titles and page edges alone, which decode faster."""
        return (_outline(json.loads(page)) for page in self._pages())


def _outline(page: Mapping[str, Any]) -> Page:
    blocks = [
        block if _is_judged(block, page["height"]) else {**block, "lines": []}
        for block in page["blocks"]
    ]
    return page_from_dict({**page, **_LEFT_OUT, "blocks": blocks})


def _is_judged(block: Mapping[str, Any], height: float) -> bool:
    """Whether the lines of a block are judged over the whole document."""
    lines = block["lines"]
    if block["kind"] in _JUDGED or not lines:
        return True
    tops, feet = zip(*((line["box"][1], line["box"][3]) for line in lines), strict=True)
    return is_edge_text(len(lines), min(tops), max(feet), height)
