"""What the cells of a table are made of while its grid is found. `x` lies in the layout frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from vision.core.document import Box
from vision.core.geometry import union
from vision.layout.reading_order import Interval


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a row, its `box` on the page, and which of the row's lines it stands in."""

    text: str
    x: Interval
    box: Box
    line: int


@dataclass(frozen=True, slots=True)
class Fragment:
    """Words of one line of a cell; `first_width` is the width of the first of them."""

    text: str
    x: Interval
    box: Box
    line: int
    first_width: float

    @classmethod
    def of(cls, words: Sequence[Word]) -> Self:
        """The words together, in their order."""
        return cls(
            " ".join(word.text for word in words),
            (min(word.x[0] for word in words), max(word.x[1] for word in words)),
            union(word.box for word in words),
            words[0].line,
            words[0].x[1] - words[0].x[0],
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
