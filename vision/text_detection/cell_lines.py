"""Lines of text within the cells that ruling lines draw.

A finder may take the text of cells side by side for one line, and the wall between them for a
letter; or it may leave out a digit that stands alone.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Boxes
from vision.core.document import Box, Polygon
from vision.core.geometry import bounding_box, corners, invert, transform_points
from vision.core.grid import RuledGrid
from vision.core.stages import FoundLine, Letters
from vision.imaging.order import median

_LEVEL = 0.5  # of its height: lines that rise more are not split
# In heights of the page's commonest letters.
_WALL_SIDE = 0.15  # of a wall, that may have ink of it
_LEAST_INK = 0.35  # of the longer side of a letter or sign
_ONE_LINE = 2.2  # higher ink in a cell is no single line
_AROUND = 0.25  # paper around a line that is made of the ink in a cell


def lines_by_cell(
    lines: Sequence[FoundLine], grids: Sequence[RuledGrid], text: Letters
) -> tuple[FoundLine, ...]:
    """The lines, split at walls of grids, and lines of ink in cells that have none.

    `text` was measured on the working image, in whose frame the lines are.
    """
    for grid in grids:
        cells = _Cells(grid, text)
        split = [piece for line in lines for piece in cells.split(line)]
        lines = [*split, *cells.forgotten(split)]
    return tuple(lines)


class _Cells:
    """The cells of one grid in its levelled frame, and the ink that may be text in them."""

    def __init__(self, grid: RuledGrid, text: Letters) -> None:
        self._grid = grid
        self._letter = median(text.boxes[:, 3])
        self._text = text
        self._boxes = np.array([grid.level_box(cell) for cell in grid.cells])
        self._ink = self._levelled(text.pieces)

    def _levelled(self, pieces: Boxes) -> NDArray[np.float64]:
        """The pieces that may be letters as x0, y0, x1, y1 in the levelled frame, of any size."""
        longer = pieces[:, 2:].max(axis=1)
        kept = pieces[(longer >= _LEAST_INK * self._letter) & (longer <= 4 * self._letter)]
        boxes = np.concatenate([kept[:, :2], kept[:, :2] + kept[:, 2:]], axis=1) / self._text.factor
        middle = (boxes[:, :2] + boxes[:, 2:]) / 2
        to_level = self._grid.to_level
        moved = middle @ to_level[:, :2].T + to_level[:, 2]
        half = (boxes[:, 2:] - boxes[:, :2]) / 2 * to_level[0, 0]
        return np.asarray(np.concatenate([moved - half, moved + half], axis=1), np.float64)

    def split(self, line: FoundLine) -> Iterator[FoundLine]:
        """The line's pieces in each cell that it runs through; itself where it crosses no wall."""
        quad = transform_points(self._grid.to_level, line.quad)
        box = bounding_box(quad)
        walls = self._walls_across(box)
        if (
            not walls
            or abs(quad[1][1] - quad[0][1]) > _LEVEL * box.height
            or quad[1][0] < quad[0][0]
        ):
            yield line
            return
        side = _WALL_SIDE * self._letter
        places = [box.x0 - side, *walls, box.x1 + side]
        for left, right in pairwise(places):
            piece = self._ink_between(box, left + side, right - side)
            if piece is not None:
                yield FoundLine(self._in_working(piece), line.confidence)

    def _walls_across(self, box: Box) -> list[float]:
        """Where walls of cells stand within a line."""
        middle = (box.y0 + box.y1) / 2
        rows = self._boxes[(self._boxes[:, 1] <= middle) & (middle < self._boxes[:, 3])]
        return [float(x) for x in np.unique(rows[:, [0, 2]]) if box.x0 < x < box.x1]

    def _ink_between(self, box: Box, left: float, right: float) -> Box | None:
        """The part of a line between two walls that has ink."""
        middle = (self._ink[:, :2] + self._ink[:, 2:]) / 2
        inside = (middle[:, 0] > left) & (middle[:, 0] < right)
        inside &= (middle[:, 1] > box.y0) & (middle[:, 1] < box.y1)
        if not inside.any():
            part = Box(left, box.y0, right, box.y1)
            return part if right > left and self._touches_rules(part) else None
        around = _AROUND * self._letter
        x0 = max(float(self._ink[inside, 0].min()) - around, left)
        x1 = min(float(self._ink[inside, 2].max()) + around, right)
        return Box(x0, box.y0, x1, box.y1) if x1 > x0 else None

    def _touches_rules(self, part: Box) -> bool:
        """Whether ink that hangs together with the rules reaches into a part of a line."""
        inset = _WALL_SIDE * self._letter + part.height / 4
        inner = Box(part.x0 + inset, part.y0 + inset, part.x1 - inset, part.y1 - inset)
        if min(inner.width, inner.height) <= 0:
            return False
        box = bounding_box(self._in_working(inner))
        x0, y0, x1, y1 = (max(0, round(edge * self._text.factor)) for edge in box)
        ink = np.count_nonzero(self._text.ink[y0:y1, x0:x1])
        return bool(ink >= _LEAST_INK * self._letter**2 / 2)

    def forgotten(self, lines: Sequence[FoundLine]) -> Iterator[FoundLine]:
        """A line for the ink of each cell in which no line lies."""
        middles = [_middle(transform_points(self._grid.to_level, line.quad)) for line in lines]
        points = np.array(middles).reshape(-1, 2)
        ink = (self._ink[:, :2] + self._ink[:, 2:]) / 2
        side = 2 * _WALL_SIDE * self._letter
        for x0, y0, x1, y1 in self._boxes[~_with_points(self._boxes, points)].tolist():
            inside = self._ink[_within(ink, x0 + side, y0 + side, x1 - side, y1 - side)]
            if not len(inside):
                continue
            found = Box(*inside[:, :2].min(axis=0).tolist(), *inside[:, 2:].max(axis=0).tolist())
            if found.height <= _ONE_LINE * self._letter:
                yield FoundLine(self._in_working(self._with_margin(found, (y0, y1))))

    def _with_margin(self, ink: Box, rows: tuple[float, float]) -> Box:
        """The ink with paper around it, at least as high as a letter: it may be a sign alone."""
        around = _AROUND * self._letter
        missing = max(0.0, self._letter - ink.height) / 2
        top = max(ink.y0 - missing - around, rows[0])
        return Box(ink.x0 - around, top, ink.x1 + around, min(ink.y1 + missing + around, rows[1]))

    def _in_working(self, box: Box) -> Polygon:
        return transform_points(invert(self._grid.to_level), corners(box))


def _middle(quad: Polygon) -> tuple[float, float]:
    return sum(x for x, _ in quad) / 4, sum(y for _, y in quad) / 4


def _within(
    points: NDArray[np.float64], x0: float, y0: float, x1: float, y1: float
) -> NDArray[np.bool_]:
    x, y = points.T
    return np.asarray((x > x0) & (x < x1) & (y > y0) & (y < y1), np.bool_)


def _with_points(boxes: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which of the boxes [n, 4] have any of the points [m, 2] within."""
    x0, y0, x1, y1 = boxes.T[:, :, None]
    x, y = points.T
    return np.asarray(((x > x0) & (x < x1) & (y > y0) & (y < y1)).any(axis=1), np.bool_)
