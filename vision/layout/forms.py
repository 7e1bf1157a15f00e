"""Forms whose labels are above their entries: read cell by cell, not row by row.

Two rows are labels and entries where they are closer to each other than to the rows around them,
the labels are far apart, and every entry is under one label alone.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from vision.core.document import Box
from vision.core.geometry import union
from vision.layout.rows import Row

# In heights of the usual line.
_FARTHEST = 1.5  # between a label and its entry
_CLOSER = 0.4  # than either is to other rows
_OUTDENT = 1.0  # by which an entry may begin left of its label
_ASIDE = 3.0  # between labels; closer pieces may be a label and its entry
_FEWEST_PAIRS = 3  # of rows that make a form of a whole stretch of lines


def cell_by_cell(
    rows: Sequence[Row], boxes: Sequence[Box], texts: Sequence[str], unit: float
) -> list[Row]:
    """The rows, from the top, with those of labels and entries split into one row for each line.

    `unit` is the height of a usual line; `boxes` and `texts` answer the rows' indices.
    """
    cells: list[Row] = []
    at = 0
    for first, pair in _pairs(rows, boxes, unit):
        cells += rows[at:first]
        has_entry_beside = any(
            _has_entry_beside(row, pair, texts) for row in rows[first : first + 2]
        )
        cells += (
            rows[first : first + 2] if has_entry_beside else [[i] for cell in pair for i in cell]
        )
        at = first + 2
    return [*cells, *rows[at:]]


def is_form(rows: Sequence[Row], boxes: Sequence[Box], unit: float) -> bool:
    """Whether most of the rows are labels above entries."""
    pairs = sum(1 for _ in _pairs(rows, boxes, unit))
    return pairs >= _FEWEST_PAIRS and 4 * pairs > len(rows)


def labels_with_colons(rows: Sequence[Row], texts: Sequence[str]) -> bool:
    """Whether at least a third of the rows are several labels, each with a colon, and no entry."""
    labels = [row for row in rows if len(row) > 1 and all(ends_with_colon(texts[i]) for i in row)]
    return len(labels) >= _FEWEST_PAIRS and 3 * len(labels) >= len(rows)


def _pairs(
    rows: Sequence[Row], boxes: Sequence[Box], unit: float
) -> Iterator[tuple[int, list[Row]]]:
    """Indices of rows of labels above their entries, and the cells of the two rows."""
    extents = [union(boxes[i] for i in row) for row in rows]
    inner = (below.y0 - above.y1 for above, below in pairwise(extents))
    gaps = [float("inf"), *inner, float("inf")]
    free = 0
    for at in range(len(rows) - 1):
        cells = None
        if at >= free and _close(gaps[at : at + 3], unit):
            cells = _cells(rows[at], rows[at + 1], boxes, unit)
        if cells is not None:
            yield at, cells
            free = at + 2


def _close(gaps: Sequence[float], unit: float) -> bool:
    """Whether the middle one of three gaps is small, and smaller than the others."""
    before, between, after = gaps
    return between <= _FARTHEST * unit and min(before, after) >= between + _CLOSER * unit


def _cells(labels: Row, entries: Row, boxes: Sequence[Box], unit: float) -> list[Row] | None:
    """Each label with the entries under it, one below the other; None where they are no cells."""
    if not _apart(labels, boxes, unit):
        return None
    cells: list[Row] = [[label] for label in labels]
    for entry in entries:
        box = boxes[entry]
        over = [at for at, i in enumerate(labels) if _overlap(boxes[i], box) > 0]
        left = [at for at, i in enumerate(labels) if boxes[i].x0 <= box.x0 + _OUTDENT * unit]
        if len(over) > 1 or not (over or left):
            return None
        cells[over[0] if over else left[-1]].append(entry)
    return cells


def _apart(row: Row, boxes: Sequence[Box], unit: float) -> bool:
    """Whether there are several boxes with wide gaps between them."""
    gaps = [boxes[b].x0 - boxes[a].x1 for a, b in pairwise(row)]
    return min(gaps, default=0.0) >= _ASIDE * unit


def _has_entry_beside(row: Row, cells: Sequence[Row], texts: Sequence[str]) -> bool:
    """Whether a label with a colon has its entry at its right, which would be another cell."""
    return any(
        ends_with_colon(texts[a])
        and not ends_with_colon(texts[b])
        and not any(a in cell and b in cell for cell in cells)
        for a, b in pairwise(row)
    )


def ends_with_colon(text: str) -> bool:
    """Whether a line is a label that ends with a colon."""
    return text.rstrip().endswith(":")


def _overlap(one: Box, other: Box) -> float:
    return min(one.x1, other.x1) - max(one.x0, other.x0)
