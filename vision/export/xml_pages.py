"""Writes XML of many pages one page at a time."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from lxml import etree

_MARK = "pages"


def written_by_page(
    root: Any, parent: Any, pages: Iterable[Any], doctype: str | None = None
) -> Iterator[str]:
    """Yield what lxml writes for `root` with all pages as the children of `parent`, indented.

    `parent` is an element of `root` without children. A page is in memory at a time.
    """
    first = next(pages := iter(pages), None)
    if first is None:
        yield _written(root, doctype)
        return
    mark = etree.Comment(_MARK)
    parent.append(mark)
    head, tail = _written(root, doctype).split(etree.tostring(mark).decode(), 1)
    parent.remove(mark)
    before = head
    for page in chain([first], pages):
        parent.append(page)
        yield before + _written(root, doctype)[len(head) : -len(tail)]
        parent.remove(page)
        before = head[head.rindex("\n") :]  # the indentation
    yield tail


def _written(root: Any, doctype: str | None) -> str:
    written: bytes = etree.tostring(
        root, encoding="UTF-8", xml_declaration=True, doctype=doctype, pretty_print=True
    )
    return written.decode()
