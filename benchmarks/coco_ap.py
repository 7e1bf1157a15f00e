"""Average precision as COCO defines it, over all areas, at most 100 detections an image.

Follows the rules of COCO's own evaluator (https://cocodataset.org/#detection-eval): detections
are matched to the free box they cover best, most confident first; a crowd absorbs any number of
them and counts neither for nor against; precision is read at 101 recalls and averaged.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

IOU_THRESHOLDS = np.linspace(0.5, 0.95, 10)
_RECALLS = np.linspace(0.0, 1.0, 101)
_MOST_DETECTIONS = 100


@dataclass(frozen=True, slots=True)
class Truth:
    """The marked boxes [G, 4] (x0, y0, x1, y1) of one image, class [G], crowd flag [G]."""

    boxes: Array
    labels: NDArray[np.intp]
    crowd: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Found:
    """The detections of one image: boxes [D, 4], class [D], score [D]."""

    boxes: Array
    labels: NDArray[np.intp]
    scores: Array


@dataclass(frozen=True, slots=True)
class Matches:
    """Detections of one class in one image: score [D], hit [T, D], ignored [T, D].

    `truths` is how many boxes there were to find.
    """

    scores: Array
    hits: NDArray[np.bool_]
    ignored: NDArray[np.bool_]
    truths: int


def average_precision(images: Iterable[tuple[Truth, Found]], classes: int) -> Mapping[str, float]:
    """`map` over IoU .50 to .95, `map50` and `map75`, means over the classes that occur."""
    pairs = list(images)
    rows = [
        precision
        for label in range(classes)
        if (precision := _class_precision(pairs, label)) is not None
    ]
    table = np.array(rows).reshape(-1, len(IOU_THRESHOLDS))
    if not len(table):
        return {"map": 0.0, "map50": 0.0, "map75": 0.0}
    means = table.mean(axis=0)
    return {"map": float(means.mean()), "map50": float(means[0]), "map75": float(means[5])}


def iou_matrix(found: Array, truth: Array, crowd: NDArray[np.bool_]) -> Array:
    """[D, G] intersections over unions; over a crowd, the share of the detection it covers."""
    corner = np.maximum(found[:, None, :2], truth[None, :, :2])
    sides = np.minimum(found[:, None, 2:], truth[None, :, 2:]) - corner
    shared: Array = np.prod(np.maximum(sides, 0.0), axis=2)
    mine = np.prod(found[:, 2:] - found[:, :2], axis=1)[:, None]
    theirs = np.prod(truth[:, 2:] - truth[:, :2], axis=1)[None]
    union = np.where(crowd[None], mine, mine + theirs - shared)
    iou: Array = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return iou


def _class_precision(pairs: list[tuple[Truth, Found]], label: int) -> Array | None:
    """Average precision [T] of one class, None where no image has it."""
    matches = [_match_image(truth, found, label) for truth, found in pairs]
    total = sum(match.truths for match in matches)
    if not total:
        return None
    order = np.argsort(-np.concatenate([match.scores for match in matches]), kind="stable")
    hits = np.concatenate([match.hits for match in matches], axis=1)[:, order]
    ignored = np.concatenate([match.ignored for match in matches], axis=1)[:, order]
    true = np.cumsum(hits & ~ignored, axis=1)
    false = np.cumsum(~hits & ~ignored, axis=1)
    return np.array([_interpolate(t, f, total) for t, f in zip(true, false, strict=True)])


def _interpolate(true: NDArray[np.intp], false: NDArray[np.intp], total: int) -> float:
    """Mean precision at 101 recalls, each the best at that recall or beyond."""
    if not len(true):
        return 0.0
    precision = true / np.maximum(true + false, 1)
    envelope = np.append(np.maximum.accumulate(precision[::-1])[::-1], 0.0)
    return float(envelope[np.searchsorted(true / total, _RECALLS, side="left")].mean())


def _match_image(truth: Truth, found: Found, label: int) -> Matches:
    marked = np.flatnonzero(truth.labels == label)
    marked = marked[np.argsort(truth.crowd[marked], kind="stable")]  # crowds last
    mine = np.flatnonzero(found.labels == label)
    mine = mine[np.argsort(-found.scores[mine], kind="stable")][:_MOST_DETECTIONS]
    crowd = truth.crowd[marked]
    overlap = iou_matrix(found.boxes[mine], truth.boxes[marked], crowd)
    results = [_match(overlap, crowd, threshold) for threshold in IOU_THRESHOLDS]
    hits, ignored = (np.array(part, bool) for part in zip(*results, strict=True))
    return Matches(found.scores[mine], hits, ignored, int((~crowd).sum()))


def _match(
    overlap: Array, crowd: NDArray[np.bool_], threshold: float
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Hit [D] and ignored [D] of detections in order of confidence, at one IoU threshold."""
    hits, ignored = np.zeros(len(overlap), bool), np.zeros(len(overlap), bool)
    free = np.ones(len(crowd), bool)
    for index, row in enumerate(overlap):
        best = _best(row, free & ~crowd, threshold)
        best = _best(row, crowd, threshold) if best is None else best
        if best is None:
            continue
        hits[index], ignored[index] = True, crowd[best]
        free[best] = False
    return hits, ignored


def _best(row: Array, allowed: NDArray[np.bool_], threshold: float) -> int | None:
    reach = np.where(allowed, row, -1.0)
    if not reach.size or reach.max() < min(threshold, 1 - 1e-10):
        return None
    return int(len(reach) - 1 - reach[::-1].argmax())  # of equals the last, as COCO's evaluator
