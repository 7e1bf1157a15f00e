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

    `boxes` [N, 4] as x0, y0, x1, y1; `scores` and `labels` [N]. A box goes when one of its own
    class with a higher score covers it with an intersection over union above `iou_threshold`.
    """
    order = np.argsort(-scores, kind="stable")
    corners = _apart_by_class(boxes[order], labels[order])
    areas = (corners[:, 2] - corners[:, 0]) * (corners[:, 3] - corners[:, 1])
    alive = np.arange(len(order))
    kept: list[int] = []
    while alive.size and len(kept) < max_kept:
        first, rest = int(alive[0]), alive[1:]
        kept.append(first)
        alive = rest[
            _iou(corners[first], areas[first], corners[rest], areas[rest]) <= iou_threshold
        ]
    return order[kept]


def _apart_by_class(boxes: FloatArray, labels: NDArray[np.intp]) -> NDArray[np.float64]:
    """Shift each class to ground of its own, so that boxes of two classes never meet."""
    if not len(boxes):
        return boxes.astype(np.float64)
    span = float(boxes.max()) - float(boxes.min()) + 1.0
    return boxes.astype(np.float64) + labels[:, None] * span


def _iou(
    box: NDArray[np.float64], area: np.float64, others: NDArray[np.float64],
    areas: NDArray[np.float64],
) -> NDArray[np.float64]:  # fmt: skip
    """Intersection over union of one box [4] with others [N, 4]; 0 where both are empty."""
    sides = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    shared = np.prod(np.maximum(sides, 0.0), axis=1)
    union = area + areas - shared
    iou: NDArray[np.float64] = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return iou
