"""Words, boxes and text as formats with places (hOCR, ALTO, PAGE, TSV, PDF) write them."""

import re
from collections.abc import Iterable, Iterator

from vision.core.document import Block, Box, Line, Page, Point, Region, Word

# What XML 1.0 does not allow in any form, not even as a character reference (production 2, Char).
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FIGURES = frozenset({"figure", "picture"})


def xml_text(text: str) -> str:
    """The text with U+FFFD for each character that XML forbids."""
    return _FORBIDDEN.sub("\ufffd", text)


def words_of(line: Line) -> tuple[Word, ...]:
    """The words of a line; the whole line as one word where it lists none."""
    if line.words or not line.text.strip():
        return tuple(word for word in line.words if word.text.strip())
    return (Word(line.text, line.confidence, line.box),)


def lines_of(block: Block) -> tuple[Line, ...]:
    """The lines of a block that have words."""
    return tuple(line for line in block.lines if words_of(line))


def blocks_of(page: Page) -> Iterator[tuple[int, Block]]:
    """The blocks that have words, counted from 1, in reading order."""
    return enumerate((block for block in page.blocks if lines_of(block)), start=1)


def figures_of(page: Page) -> Iterator[tuple[int, Box]]:
    """The places of figures, counted from 1."""
    return enumerate((each.box for each in figure_regions(page)), start=1)


def figure_regions(page: Page) -> list[Region]:
    """The regions that are figures, from the top of the page."""
    return [each for each in page.regions if each.label.lower() in _FIGURES]


def box_around(lines: Iterable[Line]) -> Box:
    """The smallest box around the lines; there must be one."""
    x0s, y0s, x1s, y1s = zip(*(line.box for line in lines), strict=True)
    return Box(min(x0s), min(y0s), max(x1s), max(y1s))


def whole(box: Box) -> tuple[int, int, int, int]:
    """Left, top, right and bottom in whole pixels, none negative and none out of order."""
    x0, y0, x1, y1 = (max(round(each), 0) for each in box)
    return x0, y0, max(x0, x1), max(y0, y1)


def whole_points(points: Iterable[Point]) -> list[tuple[int, int]]:
    """Corners in whole pixels, none negative."""
    return [(max(round(x), 0), max(round(y), 0)) for x, y in points]


def percent(confidence: float) -> float:
    """0 to 100, with the digits that a result keeps."""
    return round(100 * confidence, 2)


def plain(number: float) -> str:
    """A number of two decimals at most, and none that are zero."""
    return f"{number:.2f}".rstrip("0").rstrip(".")
