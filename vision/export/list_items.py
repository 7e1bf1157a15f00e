"""The items of a list, for formats that have elements for them."""

import re
from collections.abc import Iterator, Sequence

from vision.core.document import Line

MARKER = re.compile(r"^([•◦▪▫●○■□‣\u2013—·*-]|\d{1,9}[.)])\s+")


def items_of(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """The lines of each item: one begins at each marker, or at each line where none has one."""
    marked = any(MARKER.match(line.text) for line in lines)
    item: list[Line] = []
    for line in lines:
        if item and (not marked or MARKER.match(line.text)):
            yield item
            item = []
        item.append(line)
    yield item
