"""Table regions of a page whose ruling lines draw grids."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Affine
from vision.core.document import Box
from vision.core.geometry import compose, intersection, invert, transform_box, transform_points
from vision.core.grid import RuledGrid
from vision.core.stages import Detection
from vision.layout.placed_line import PlacedLine
from vision.layout.regions import Finding, kind_of

RULINGS = "ruling-lines"  # stands where the name of a model would
_CONFIDENCE = 0.9  # of a table that its ruling lines show and no detector found
# The least of one that a detector found too: its own doubt ranks charts and empty forms, which have
# grids as well, below tables.
_FOUND_TOO = 0.6
# Of the confidence of a detected table whose grid has none: a chart, or a blank form.
_NO_TEXT = 0.25
_CONFIDENT = 0.5  # detections that are less so give way to a grid inside
_SAME = 0.5  # share of the smaller of a grid and a detected table that they have in common
_FILLS = 0.6  # share of a detected table that grids in it fill, so that it is of them

# What no detector found is a table only if most of its edges go through most of it (frames of forms
# have edges of their own everywhere), and if its first row or column, or enough of it, is filled.
_THROUGH = 0.6
_FILLED, _HEADED = 0.35, 0.6
_ACROSS_WALLS = 0.25  # share of the words that may stand across walls: more is a chart or a picture


def with_grids(
    findings: Iterable[Finding],
    grids: Sequence[RuledGrid],
    lines: Sequence[PlacedLine],
    to_page: Affine,
) -> list[Finding]:
    """The findings, with a table for each grid in place of the detected table that it fills.

    A grid that fills a small part of a detected table is left to it; one without text in its cells
    makes that table doubtful. `to_page` maps the frame of
    the grids, which is the working image, to the page.
    """
    kept = list(findings)
    boxes = [transform_box(to_page, grid.box) for grid in grids]
    tables = [each for each in kept if kind_of(each[1].label) == "table"]
    filled = [each for each in tables if _filling(each[1].box, boxes) >= _FILLS]
    for grid, box in zip(grids, boxes, strict=True):
        same = [each for each in tables if _same(each[1].box, box)]
        if _is_part(same, filled):
            continue
        has_text = _holds_text(grid, lines, to_page)
        if same or (_goes_through(grid) and has_text):
            kept.append(_finding(box, same, has_text=has_text))
    return [each for each in kept if each not in filled]


def _is_part(same: Sequence[Finding], filled: Sequence[Finding]) -> bool:
    """Whether the most confident table around a grid is confident, and more than the grid."""
    best = max(same, key=lambda each: each[1].confidence, default=None)
    return best is not None and best not in filled and best[1].confidence >= _CONFIDENT


def _finding(grid: Box, same: Sequence[Finding], *, has_text: bool) -> Finding:
    """The table of a grid, under the name of the model that found it best."""
    if not same:
        return RULINGS, Detection("table", _CONFIDENCE, grid)
    model, found = max(same, key=lambda each: each[1].confidence)
    raised = max(found.confidence, _FOUND_TOO)
    return model, Detection(found.label, raised if has_text else _NO_TEXT * found.confidence, grid)


def _filling(table: Box, grids: Sequence[Box]) -> float:
    return sum(intersection(table, grid) for grid in grids) / max(table.area, 1.0)


def _same(table: Box, grid: Box) -> bool:
    return intersection(table, grid) > _SAME * min(table.area, grid.area)


def _goes_through(grid: RuledGrid) -> bool:
    """Whether most edges of rows and columns have a wall over most of their length."""
    own = _owners(grid)
    down = [(left != right).mean() for left, right in pairwise(own.T)]
    across = [(above != below).mean() for above, below in pairwise(own)]
    return min(float(np.median(down)), float(np.median(across))) >= _THROUGH


def _owners(grid: RuledGrid) -> NDArray[np.int64]:
    """The index of the cell at each place [rows, columns]."""
    own = np.zeros((grid.rows, grid.columns), np.int64)
    for at, cell in enumerate(grid.cells):
        rows = slice(cell.row, cell.row + cell.row_span)
        own[rows, cell.column : cell.column + cell.column_span] = at
    return own


def _holds_text(grid: RuledGrid, lines: Sequence[PlacedLine], to_page: Affine) -> bool:
    """Whether enough cells have text, which does not run across their walls."""
    own = _owners(grid)
    words = [word.box for line in lines for word in line.line.words]
    if not words:
        return False
    to_level = compose(grid.to_level, invert(to_page))
    ends = [((x0, (y0 + y1) / 2), (x1, (y0 + y1) / 2)) for x0, y0, x1, y1 in words]
    points = np.array(transform_points(to_level, [point for both in ends for point in both]))
    rows = np.searchsorted(grid.ys, points[:, 1]) - 1
    columns = np.searchsorted(grid.xs, points[:, 0]) - 1
    inside = (rows >= 0) & (rows < grid.rows) & (columns >= 0) & (columns < grid.columns)
    cells = np.where(inside, own[rows * inside, columns * inside], -1).reshape(-1, 2)
    touched = cells[(cells >= 0).any(axis=1)]
    if not len(touched) or (touched[:, 0] != touched[:, 1]).mean() > _ACROSS_WALLS:
        return False
    has_text = np.isin(own, touched)
    headed = max(float(has_text[0].mean()), float(has_text[:, 0].mean())) >= _HEADED
    return headed or float(has_text.mean()) >= _FILLED
