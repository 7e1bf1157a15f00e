"""The grid that ruling lines draw: what line finders and tables both go by."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from vision.core.arrays import Affine
from vision.core.document import Box
from vision.core.geometry import invert, transform_box


class GridCell(NamedTuple):
    """A cell by its zero-based row and column, and how many of them it spans."""

    row: int
    column: int
    row_span: int = 1
    column_span: int = 1


@dataclass(frozen=True, slots=True)
class RuledGrid:
    """Cells between ruling lines. `cells` cover each place of the grid once, from the top left.

    `xs` and `ys` are the edges of columns and rows in the levelled frame, in which they are exactly
    upright and level; `to_level` maps the working image to it.
    """

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    cells: tuple[GridCell, ...]
    to_level: Affine

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return len(self.xs) - 1

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.ys) - 1

    @property
    def box(self) -> Box:
        """The grid's upright box in the working image."""
        return self._in_working(Box(self.xs[0], self.ys[0], self.xs[-1], self.ys[-1]))

    def level_box(self, cell: GridCell) -> Box:
        """The cell between the middles of its walls, in the levelled frame."""
        right, bottom = cell.column + cell.column_span, cell.row + cell.row_span
        return Box(self.xs[cell.column], self.ys[cell.row], self.xs[right], self.ys[bottom])

    def boxes(self) -> Iterator[tuple[GridCell, Box]]:
        """Each cell with its upright box in the working image."""
        for cell in self.cells:
            yield cell, self._in_working(self.level_box(cell))

    def _in_working(self, box: Box) -> Box:
        return transform_box(invert(self.to_level), box)
