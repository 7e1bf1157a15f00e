"""Rows of boxes that stand side by side on a page."""

from collections.abc import Sequence

from vision.core.document import Box

_MUCH_HIGHER = 1.8  # times

Row = list[int]  # indices of boxes side by side, left to right
Flow = list[Row]  # rows from the top down that a person reads in one go


def rows_of(boxes: Sequence[Box], indices: Sequence[int]) -> Flow:
    """Group indices into rows from the top, each sorted from the left.

    A box joins a row when it shares over half of the smaller height with the row's last member: the
    last of about its own height, as a stamp or a large amount stands beside two rows.
    """
    rows: Flow = []
    for index in sorted(indices, key=lambda i: (_middle(boxes[i]), boxes[i].x0)):
        if rows and same_row(_last_alike(boxes, rows[-1], boxes[index]), boxes[index]):
            rows[-1].append(index)
        else:
            rows.append([index])
    return [sorted(row, key=lambda i: (boxes[i].x0, i)) for row in rows]


def _last_alike(boxes: Sequence[Box], row: Row, box: Box) -> Box:
    """The last member of a row that is not much higher than a box; else the last one."""
    highest = _MUCH_HIGHER * box.height
    alike = (boxes[at] for at in reversed(row) if boxes[at].height <= highest)
    return next(alike, boxes[row[-1]])


def same_row(a: Box, b: Box) -> bool:
    """Whether the boxes share over half of the smaller height."""
    shared = min(a.y1, b.y1) - max(a.y0, b.y0)
    return shared > 0.5 * min(a.height, b.height)


def _middle(box: Box) -> float:
    return (box.y0 + box.y1) / 2
