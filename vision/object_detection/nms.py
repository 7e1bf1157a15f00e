"""Non-maximum suppression for boxes of several classes at once."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]


def suppress(
    boxes: FloatArray,
    scores: FloatArray,
    labels: NDArray[np.intp],
    iou_threshold: float,
    max_kept: int,
) -> NDArray[np.intp]:
    """Indices of the boxes to keep, most confident first, ties in the given order.

    `boxes` [N, 4] as x0, y0, x1, y1; `scores` and `labels` [N]. A box is dropped when one of its
    own class with a higher score has an intersection over union above `iou_threshold` with it.
    """
    order = np.argsort(-scores, kind="stable")
    edges = np.ascontiguousarray(_apart_by_class(boxes[order], labels[order]).T)
    areas = (edges[2] - edges[0]) * (edges[3] - edges[1])
    alive = np.arange(len(order))
    kept: list[int] = []
    while alive.size and len(kept) < max_kept:
        first, rest = int(alive[0]), alive[1:]
        kept.append(first)
        shared = _intersections(edges, first, rest)
        alive = rest[shared <= iou_threshold * (areas[rest] + areas[first] - shared)]
    return order[kept]


def _intersections(
    edges: NDArray[np.float64], first: int, rest: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Areas [M] that the box `first` shares with those of `rest`; `edges` [4, N] has the corners.

    Each edge is a row, and sums are made in place: with hundreds of boxes on a page, calls of NumPy
    are most of the time.
    """
    x0, y0, x1, y1 = edges
    width: NDArray[np.float64] = np.minimum(x1[rest], x1[first])
    width -= np.maximum(x0[rest], x0[first])
    height = np.minimum(y1[rest], y1[first])
    height -= np.maximum(y0[rest], y0[first])
    np.maximum(width, 0, out=width)
    np.maximum(height, 0, out=height)
    width *= height
    return width


def _apart_by_class(boxes: FloatArray, labels: NDArray[np.intp]) -> NDArray[np.float64]:
    """Shift each class to an area of its own, so that boxes of two classes never overlap."""
    if not len(boxes):
        return boxes.astype(np.float64)
    span = float(boxes.max()) - float(boxes.min()) + 1.0
    return boxes.astype(np.float64) + labels[:, None] * span
