"""Puts the words of a page into the cells that ruling lines draw."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from vision.core.arrays import Affine
from vision.core.document import Region, Table, WordPlace
from vision.core.geometry import compose, invert, transform_box, transform_points
from vision.core.grid import GridCell, RuledGrid
from vision.layout.placed_line import PlacedLine
from vision.layout.tables.cells import Cell, Fragment, Word, cell_of
from vision.layout.tables.header import header_rows
from vision.layout.tables.structure import stacked, words_of


def make_ruled_table(
    table_id: str,
    region: Region,
    grid: RuledGrid,
    lines: Sequence[PlacedLine],
    to_page: Affine,
    to_layout: Affine,
    places: Mapping[int, WordPlace],
) -> Table:
    """The table of a grid. Each place belongs to a cell, with text or without.

    `to_page` maps the working image to the page, `to_layout` the page to the frame of the lines;
    `places` tells of each word, by identity, where it is on the page.
    """
    mirrored = float(compose(to_layout, to_page)[0, 0]) < 0
    held = _by_cell(grid, lines, compose(grid.to_level, invert(to_page)), to_layout)
    cells = []
    for cell, box in grid.boxes():
        column = grid.columns - cell.column - cell.column_span if mirrored else cell.column
        own = Cell(column, column + cell.column_span - 1, held.get(cell, []))
        made = cell_of(cell.row, own, transform_box(to_page, box), places, cell.row_span)
        cells.append(made)
    cells.sort(key=lambda each: (each.row, each.column))
    heads = header_rows(cells, grid.rows, grid.columns)
    return Table(table_id, region.box, grid.rows, grid.columns, tuple(cells), region.id, heads)


def _by_cell(
    grid: RuledGrid, lines: Sequence[PlacedLine], to_level: Affine, to_layout: Affine
) -> dict[GridCell, list[Fragment]]:
    """What stands in each cell, line by line."""
    owners = _owners(grid)
    held: dict[GridCell, dict[int, list[Word]]] = {}
    for number, row in enumerate(stacked(lines)):
        for word in (word for line in row for word in words_of(line, to_layout, number)):
            cell = _cell_at(grid, owners, word, to_level)
            if cell is not None:
                held.setdefault(cell, {}).setdefault(number, []).append(word)
    return {cell: list(_fragments(rows)) for cell, rows in held.items()}


def _fragments(rows: Mapping[int, list[Word]]) -> Iterator[Fragment]:
    for _, words in sorted(rows.items()):
        yield Fragment.of(sorted(words, key=lambda word: word.x))


def _owners(grid: RuledGrid) -> dict[tuple[int, int], GridCell]:
    return {
        (row, column): cell
        for cell in grid.cells
        for row in range(cell.row, cell.row + cell.row_span)
        for column in range(cell.column, cell.column + cell.column_span)
    }


def _cell_at(
    grid: RuledGrid, owners: Mapping[tuple[int, int], GridCell], word: Word, to_level: Affine
) -> GridCell | None:
    """The cell around the middle of a word; None outside of the grid."""
    box = word.box
    ((x, y),) = transform_points(to_level, [((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)])
    row = int(np.searchsorted(grid.ys, y)) - 1
    column = int(np.searchsorted(grid.xs, x)) - 1
    return owners.get((row, column))
