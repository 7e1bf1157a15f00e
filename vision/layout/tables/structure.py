"""Finds the rows and columns of a table from the positions of its words.

Columns are separated by white gaps in the fullest rows; a cell that reaches over several of them
spans them. Rows are rows of text, except those that only continue wrapped cells of the row above
(vision/layout/tables/wrapped_rows.py). Tables whose ruling lines draw a grid are made of it instead
(vision/layout/tables/ruled.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from vision.core.arrays import Affine
from vision.core.document import Box, Region, Table, TableCell, WordPlace
from vision.core.geometry import invert, transform_box, union
from vision.layout.placed_line import PlacedLine
from vision.layout.reading_order import Interval, merge_intervals
from vision.layout.tables.cells import Cell, Fragment, GridRow, Word, cell_of
from vision.layout.tables.header import header_rows
from vision.layout.tables.spanning_heads import with_spanning_heads, with_tall_heads
from vision.layout.tables.wrapped_rows import join_wrapped

# In line heights: wider than the space between words, narrower than that between columns.
CELL_GAP = 0.7
# Where many rows agree, gaps at the same place are no chance: a narrower gap suffices, if it is
# still wider than the spaces between the table's words.
_NARROW_CELL_GAP, _MANY_ROWS = 0.45, 7
_WIDER_THAN_A_SPACE = 1.6
# Rows with at least this share of the most pieces define the columns: headers and subtitles that
# span columns have fewer.
_FULL_ROW = 0.7
_AGREEING = 2  # rows
_SAME_LINE = 0.5  # in line heights, between the middles of pieces of one line


def make_table(
    table_id: str,
    region: Region,
    rows: Sequence[Sequence[PlacedLine]],
    to_layout: Affine,
    places: Mapping[int, WordPlace] | None = None,
) -> Table | None:
    """The grid of a table region; None where its text has fewer than two rows or two columns.

    `rows` hold the region's lines side by side, from the top; places without text get empty cells.
    `places` tells of each word, by identity, where it is on the page.
    """
    unit = median([line.box.height for row in rows for line in row])
    lines = [list(words_by_line(row, to_layout)) for row in rows]
    columns, gap = _columns(lines, unit)
    if len(columns) < 2:
        return None
    grid = [
        GridRow(_cells(inside, columns, unit, gap), union(line.box for line in row))
        for inside, row in zip(lines, rows, strict=True)
    ]
    grid = join_wrapped(grid, columns, unit)
    if len(grid) < 2:
        return None
    grid = with_spanning_heads(grid, columns, unit)
    to_page = invert(to_layout)
    cells = [
        cell
        for at, row in enumerate(grid)
        for cell in _table_cells(at, row, columns, to_page, places or {})
    ]
    cells = with_tall_heads(cells)
    heads = header_rows(cells, len(grid), len(columns))
    return Table(table_id, region.box, len(grid), len(columns), tuple(cells), region.id, heads)


def words_by_line(row: Sequence[PlacedLine], to_layout: Affine) -> Iterator[list[Word]]:
    """The words of each line of the row, from the top, each line in reading direction.

    Lines of a row may lie one above the other, beside a taller cell or between two.
    """
    for number, line in enumerate(stacked(row)):
        words = (word for piece in line for word in words_of(piece, to_layout, number))
        yield sorted(words, key=lambda word: word.x)


def stacked(row: Sequence[PlacedLine]) -> list[list[PlacedLine]]:
    """The pieces in lines from the top down."""
    lines: list[list[PlacedLine]] = []
    for piece in sorted(row, key=_middle):
        height = min(piece.box.height, lines[-1][0].box.height) if lines else 0.0
        if lines and _middle(piece) - _middle(lines[-1][0]) <= _SAME_LINE * height:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return lines


def _middle(piece: PlacedLine) -> float:
    return (piece.box.y0 + piece.box.y1) / 2


def words_of(line: PlacedLine, to_layout: Affine, number: int) -> list[Word]:
    """The words of a line that is the `number`th of its row; one word where they are not known."""
    if not line.line.words:
        return [Word(line.line.text, (line.box.x0, line.box.x1), line.line.box, number)]
    boxes = [transform_box(to_layout, word.box) for word in line.line.words]
    pairs = zip(line.line.words, boxes, strict=True)
    return [Word(word.text, (box.x0, box.x1), word.box, number, word) for word, box in pairs]


def _columns(rows: Sequence[Sequence[list[Word]]], unit: float) -> tuple[list[Interval], float]:
    """The extent of each column in the fullest rows, and the gap that separates them."""
    gaps = [
        right.x[0] - left.x[1] for row in rows for line in row for left, right in pairwise(line)
    ]
    spaces = [gap for gap in gaps if 0 < gap < CELL_GAP * unit]
    narrow = max(_NARROW_CELL_GAP * unit, _WIDER_THAN_A_SPACE * median(spaces or [0.0]))
    columns, full = _columns_at(rows, narrow)
    if full >= _MANY_ROWS and narrow < CELL_GAP * unit:
        return columns, narrow
    return _columns_at(rows, CELL_GAP * unit)[0], CELL_GAP * unit


def _columns_at(rows: Sequence[Sequence[list[Word]]], gap: float) -> tuple[list[Interval], int]:
    """The columns between gaps wider than `gap`, and how many rows define them."""
    pieces = [[run for line in row for run in runs(line, gap)] for row in rows]
    fullest = max(len(row) for row in pieces)
    full = [row for row in pieces if len(row) >= max(_FULL_ROW * fullest, 2)]
    reach = [[(run[0].x[0], max(word.x[1] for word in run)) for run in row] for row in full]
    kept = _without_spanning(reach, fullest)
    return merge_intervals(kept), len(full)


def _without_spanning(rows: Sequence[Sequence[Interval]], fullest: int) -> list[Interval]:
    """The pieces of full rows without those over several columns, such as a head of two.

    The fullest rows show the columns, if there are several such rows and they agree.
    """
    most = [row for row in rows if len(row) == fullest]
    columns = merge_intervals([piece for row in most for piece in row])
    every = [piece for row in rows for piece in row]
    if len(most) < _AGREEING or len(columns) < fullest:
        return every
    return [x for x in every if sum(x[0] < end and x[1] > start for start, end in columns) < 2]


def runs(line: Sequence[Word], gap: float) -> Iterator[list[Word]]:
    """The line's words split where they are further apart than `gap`."""
    run: list[Word] = []
    for word in line:
        if run and word.x[0] - run[-1].x[1] > gap:
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _cells(
    lines: Sequence[Sequence[Word]], columns: list[Interval], unit: float, gap: float
) -> list[Cell]:
    """The row's cells from the first column on; what shares a column shares a cell."""
    stretches = [run for line in lines for run in runs(line, CELL_GAP * unit)]
    pieces = [piece for run in stretches for piece in _split_at_gaps(run, columns, gap)]
    cells: list[Cell] = []
    for piece in sorted(pieces, key=lambda cell: (cell.first, cell.last)):
        if cells and piece.first <= cells[-1].last:
            before = cells[-1]
            fragments = before.fragments + piece.fragments
            cells[-1] = Cell(before.first, max(before.last, piece.last), fragments)
        else:
            cells.append(piece)
    return [replace(cell, fragments=sorted(cell.fragments, key=_in_order)) for cell in cells]


def _in_order(fragment: Fragment) -> tuple[int, float]:
    return fragment.line, fragment.x[0]


def _split_at_gaps(run: Sequence[Word], columns: list[Interval], gap: float) -> Iterator[Cell]:
    """Words that are close together, as one cell, or split at gaps between columns.

    Where a word lies across such a gap, all of them are one cell over several columns.
    """
    whole = [_reach(word.x, columns) for word in run]
    shares = [list(run)] if any(a != b for a, b in whole) else list(runs(run, gap))
    for share in shares:
        reach = share[0].x[0], max(word.x[1] for word in share)
        yield Cell(*_reach(reach, columns), [Fragment.of(share)])


def _reach(x: Interval, columns: list[Interval]) -> tuple[int, int]:
    """The first and last column that the piece touches, or the nearest one twice."""
    touched = [i for i, (start, end) in enumerate(columns) if x[0] < end and x[1] > start]
    if touched:
        return touched[0], touched[-1]
    middles = [(left[1] + right[0]) / 2 for left, right in pairwise(columns)]
    nearest = sum((x[0] + x[1]) / 2 > middle for middle in middles)
    return nearest, nearest


def _table_cells(
    row: int,
    inside: GridRow,
    columns: Sequence[Interval],
    to_page: Affine,
    places: Mapping[int, WordPlace],
) -> Iterator[TableCell]:
    """The cells of a row, with empty ones where nothing stands."""
    by_first = {cell.first: cell for cell in inside.cells}
    at = 0
    while at < len(columns):
        cell = by_first.get(at)
        if cell is None:
            (x0, x1), down = columns[at], inside.box
            box = transform_box(to_page, Box(x0, down.y0, x1, down.y1))
            yield TableCell(row, at, "", box)
            at += 1
        else:
            box = union(fragment.box for fragment in cell.fragments)
            yield cell_of(row, cell, box, places)
            at = cell.last + 1
