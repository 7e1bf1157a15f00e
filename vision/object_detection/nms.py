"""Non-maximum suppression for boxes of several classes at once."""

import numpy as np
from numpy.typing import NDArray

from vision.core.geometry import iou_with_each

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
    corners = _apart_by_class(boxes[order], labels[order])
    alive = np.arange(len(order))
    kept: list[int] = []
    while alive.size and len(kept) < max_kept:
        first, rest = int(alive[0]), alive[1:]
        kept.append(first)
        alive = rest[iou_with_each(corners[first], corners[rest]) <= iou_threshold]
    return order[kept]


def _apart_by_class(boxes: FloatArray, labels: NDArray[np.intp]) -> NDArray[np.float64]:
    """Shift each class to an area of its own, so that boxes of two classes never overlap."""
    if not len(boxes):
        return boxes.astype(np.float64)
    span = float(boxes.max()) - float(boxes.min()) + 1.0
    return boxes.astype(np.float64) + labels[:, None] * span
