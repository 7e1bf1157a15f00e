"""Selects the pages of a document to read, written as `1-3,7`."""

import re

from vision.core.errors import BadInput

PageRange = tuple[int, int]

# Digits are ASCII and few: int() also takes other scripts, and slows down on millions of digits.
_RANGE = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?")


def parse_pages(selection: str) -> tuple[PageRange, ...]:
    """The ranges of a selection such as `1-3,7`, first and last page included.

    Pages count from 1; spaces around numbers, commas and dashes do not matter. Raises BadInput.
    """
    return tuple(_parse_range(part, selection) for part in selection.split(","))


def select_pages(selection: str | None, count: int) -> tuple[int, ...]:
    """The page numbers selected in a document of `count` pages, ascending, each once.

    None selects all. Raises BadInput for a selection that cannot be read or leaves the document.
    """
    if selection is None:
        return tuple(range(1, count + 1))
    ranges = parse_pages(selection)
    highest = max(last for _, last in ranges)
    if highest > count:
        raise BadInput(
            "pages_out_of_range",
            f"page {highest} was requested, but the document has {count} page(s)",
        )
    return tuple(sorted({page for first, last in ranges for page in range(first, last + 1)}))


def _parse_range(part: str, selection: str) -> PageRange:
    match = _RANGE.fullmatch("".join(part.split(" ")))
    if match is None:
        raise _unreadable(selection, f"{_shorten(part.strip())!r} is neither a page nor a range")
    first = int(match[1])
    last = int(match[2] or first)
    if first < 1:
        raise _unreadable(selection, "page numbers start at 1")
    if last < first:
        raise _unreadable(selection, f"{first}-{last} runs backwards")
    return first, last


def _unreadable(selection: str, why: str) -> BadInput:
    return BadInput(
        "bad_page_selection", f"pages={_shorten(selection)!r}: {why}; write it like 1-3,7"
    )


def _shorten(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}..."
