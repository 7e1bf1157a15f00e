"""The cells of a grid, from the walls that are drawn between its edges."""

from collections.abc import Iterator, Sequence
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray

from vision.core.grid import GridCell

FEWEST = 2  # rows and columns
_THROUGH = 0.45  # share of places that are cells of their own, else it is a frame

FoundCells = tuple[tuple[float, ...], tuple[float, ...], tuple[GridCell, ...]]  # columns, rows


def cells_between(
    xs: list[float], ys: list[float], walls: NDArray[np.bool_], floors: NDArray[np.bool_]
) -> FoundCells | None:
    """The grid without edges at which nothing is drawn; None where it is a frame, not a table."""
    kept_x = [0, *(i + 1 for i in range(len(xs) - 2) if walls[:, i].any()), len(xs) - 1]
    kept_y = [0, *(i + 1 for i in range(len(ys) - 2) if floors[i].any()), len(ys) - 1]
    columns, rows = len(kept_x) - 1, len(kept_y) - 1
    if min(columns, rows) < FEWEST:
        return None
    own = _owners(rows, columns, _merged(walls, floors, kept_x, kept_y))
    cells = tuple(_cells(own))
    if len(cells) < _THROUGH * rows * columns or len(cells) < 2 * FEWEST:
        return None
    return tuple(xs[i] for i in kept_x), tuple(ys[i] for i in kept_y), cells


def _merged(
    walls: NDArray[np.bool_],
    floors: NDArray[np.bool_],
    kept_x: Sequence[int],
    kept_y: Sequence[int],
) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Neighbouring places without a wall between them."""
    for row, (top, bottom) in enumerate(pairwise(kept_y)):
        for column, x in enumerate(kept_x[1:-1]):
            if 2 * walls[top:bottom, x - 1].sum() <= bottom - top - 1:
                yield (row, column), (row, column + 1)
    for column, (left, right) in enumerate(pairwise(kept_x)):
        for row, y in enumerate(kept_y[1:-1]):
            if 2 * floors[y - 1, left:right].sum() <= right - left - 1:
                yield (row, column), (row + 1, column)


def _owners(
    rows: int, columns: int, merged: Iterator[tuple[tuple[int, int], tuple[int, int]]]
) -> NDArray[np.int64]:
    """The number of the cell at each place: merged places share one, grown to a rectangle."""
    own = np.arange(rows * columns).reshape(rows, columns)
    for one, other in merged:
        if own[one] != own[other]:
            own[own == own[other]] = own[one]
    while grown := _bent(own):
        (top, left), (bottom, right), number = grown
        inside = np.unique(own[top : bottom + 1, left : right + 1])
        own[np.isin(own, inside)] = number
    return own


def _bent(own: NDArray[np.int64]) -> tuple[tuple[int, int], tuple[int, int], int] | None:
    """The extent of a cell that is no rectangle, and its number."""
    numbers, place, count = np.unique(own, return_inverse=True, return_counts=True)
    ends = []
    for at in np.indices(own.shape).reshape(2, -1):
        low, high = np.full(len(numbers), own.size), np.full(len(numbers), -1)
        np.minimum.at(low, place.ravel(), at)
        np.maximum.at(high, place.ravel(), at)
        ends.append((low, high))
    (top, bottom), (left, right) = ends
    bent = np.flatnonzero(count < (bottom - top + 1) * (right - left + 1)).tolist()
    if not bent:
        return None
    one = bent[0]
    return (int(top[one]), int(left[one])), (int(bottom[one]), int(right[one])), int(numbers[one])


def _cells(own: NDArray[np.int64]) -> Iterator[GridCell]:
    seen: set[int] = set()
    for row, column in product(range(own.shape[0]), range(own.shape[1])):
        number = int(own[row, column])
        if number not in seen:
            seen.add(number)
            down = int((own[:, column] == number).sum())
            yield GridCell(row, column, down, int((own[row] == number).sum()))
