"""Levels of headings over a whole document, by their numbers and by the size of their print."""

import re
from collections.abc import Iterable
from statistics import median
from typing import NamedTuple

from vision.core.document import Block, Page

# `2`, `2.1`, `2.1.3.`; a year is no number of a section
_SECTION = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+\D")
_BULLET = re.compile(r"[•◦▪▫●○■□‣☐☑☒]")
_LIKE_SIZE = 1.3  # boxes of lines with and without descenders differ by less
_DEEPEST = 6
TITLE = "title"  # the kind of block

Key = tuple[int, int]  # page number, place of the block among the page's


class _Title(NamedTuple):
    """What levels are made of: `size` in heights of the page, `depth` by the section's number."""

    key: Key
    size: float
    depth: int | None


class Headings:
    """Titles of a document; pages are added in their order, and only measures of them are kept."""

    def __init__(self) -> None:
        self._titles: list[_Title] = []

    def add(self, page: Page) -> None:
        """Collect the titles of the next page; a line with a bullet is none."""
        for at, block in enumerate(page.blocks):
            if is_title(block):
                key = (page.number, at)
                self._titles.append(_Title(key, _size(block, page), _depth(block)))

    def levels(self) -> dict[Key, int]:
        """The level of each title, 1 to 6, by page and block.

        The first title is of level one. Others are of level two, and deeper by their section
        number (`2.1` is of level three) or, without one, by each size of print that is clearly
        smaller.
        """
        sizes = _classes([title.size for title in self._titles[1:]])
        levels: dict[Key, int] = {}
        for at, (key, size, section) in enumerate(self._titles):
            depth = 2 + _class_of(size, sizes) if section is None else section
            levels[key] = min(depth, _DEEPEST) if at else 1
        return levels


def heading_levels(pages: Iterable[Page]) -> dict[Key, int]:
    """The level of each title of all pages, as `Headings` has them."""
    headings = Headings()
    for page in pages:
        headings.add(page)
    return headings.levels()


def is_title(block: Block) -> bool:
    """Whether a block is a heading."""
    return block.kind == TITLE and bool(block.lines) and not _BULLET.match(block.lines[0].text)


def _depth(block: Block) -> int | None:
    section = _SECTION.match(block.lines[0].text)
    return section[1].count(".") + 2 if section else None


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
