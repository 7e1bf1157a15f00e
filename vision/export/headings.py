"""Levels of headings over a whole document, by their numbers and by the size of their print."""

import re
from collections.abc import Iterator
from statistics import median

from vision.core.document import Block, Document, Page

# `2`, `2.1`, `2.1.3.`; a year is no number of a section
_SECTION = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+\D")
_BULLET = re.compile(r"[•◦▪▫●○■□‣☐☑☒]")
_LIKE_SIZE = 1.3  # boxes of lines with and without descenders differ by less
_DEEPEST = 6

Key = tuple[int, int]  # page number, place of the block among the page's


def heading_levels(document: Document) -> dict[Key, int]:
    """The level of each title, 1 to 6, by page and block.

    The first title is of level one. Others are of level two, and deeper by their section number
    (`2.1` is of level three) or, without one, by each size of print that is clearly smaller.
    """
    titles = list(_titles(document))
    levels: dict[Key, int] = {}
    sizes = _classes([size for _, _, size in titles[1:]])
    for at, (key, block, size) in enumerate(titles):
        section = _SECTION.match(block.lines[0].text)
        depth = section[1].count(".") + 2 if section else 2 + _class_of(size, sizes)
        levels[key] = min(depth, _DEEPEST) if at else 1
    return levels


def _titles(document: Document) -> Iterator[tuple[Key, Block, float]]:
    """Titles with their size, in heights of the page; a line with a bullet is none."""
    for page in document.pages:
        for at, block in enumerate(page.blocks):
            if is_title(block):
                yield (page.number, at), block, _size(block, page)


def is_title(block: Block) -> bool:
    """Whether a block is a heading."""
    return block.kind == "title" and bool(block.lines) and not _BULLET.match(block.lines[0].text)


def _size(block: Block, page: Page) -> float:
    return median(line.box.height for line in block.lines) / max(page.height, 1)


def _classes(sizes: list[float]) -> list[float]:
    """The largest size of each class, from the largest."""
    classes: list[float] = []
    for size in sorted(sizes, reverse=True):
        if not classes or size * _LIKE_SIZE < classes[-1]:
            classes.append(size)
    return classes


def _class_of(size: float, classes: list[float]) -> int:
    return sum(size * _LIKE_SIZE < largest for largest in classes)
