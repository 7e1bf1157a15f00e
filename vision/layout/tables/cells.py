"""What the cells of a table are made of while its grid is found. `x` lies in the layout frame."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from vision.core import document
from vision.core.document import Box, TableCell, WordPlace
from vision.core.geometry import union
from vision.layout.reading_order import Interval


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a row, its `box` on the page, and which of the row's lines it stands in."""

    text: str
    x: Interval
    box: Box
    line: int
    source: document.Word | None = None


@dataclass(frozen=True, slots=True)
class Fragment:
    """Words of one line of a cell; `first_width` is the width of the first of them."""

    text: str
    x: Interval
    box: Box
    line: int
    first_width: float
    sources: tuple[document.Word, ...]

    @classmethod
    def of(cls, words: Sequence[Word]) -> Self:
        """The words together, in their order."""
        return cls(
            " ".join(word.text for word in words),
            (min(word.x[0] for word in words), max(word.x[1] for word in words)),
            union(word.box for word in words),
            words[0].line,
            words[0].x[1] - words[0].x[0],
            tuple(word.source for word in words if word.source is not None),
        )


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell over the columns `first` to `last`, its fragments in reading order."""

    first: int
    last: int
    fragments: list[Fragment]

    @property
    def text(self) -> str:
        """The fragments' text with blanks between."""
        return " ".join(fragment.text for fragment in self.fragments)


@dataclass(frozen=True, slots=True)
class GridRow:
    """The cells of a row from the first column on, and the row's extent in the layout frame."""

    cells: list[Cell]
    box: Box


def cell_of(
    row: int, cell: Cell, box: Box, places: Mapping[int, WordPlace], row_span: int = 1
) -> TableCell:
    """The cell as results have it; `places` tells of words, by identity, where they are."""
    words = [word for fragment in cell.fragments for word in fragment.sources]
    return TableCell(
        row,
        cell.first,
        cell.text,
        box,
        row_span,
        cell.last - cell.first + 1,
        _confidence(words),
        tuple(places[id(word)] for word in words if id(word) in places),
    )


def _confidence(words: Sequence[document.Word]) -> float | None:
    """The mean of the words, weighted by their letters."""
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else None
