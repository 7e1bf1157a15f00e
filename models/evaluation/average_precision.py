"""Average precision of found boxes against marked ones, as COCO defines it.

benchmarks/coco_ap.py is the same for many classes and with crowds; tests hold the two together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float32]
Curve = tuple[NDArray[np.float64], NDArray[np.float64]]  # recall, precision

THRESHOLDS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))  # of IoU
_RECALL_POINTS = np.linspace(0, 1, 101)


@dataclass(frozen=True, slots=True)
class Found:
    """Boxes [N, 4] in pixels of one image with their confidence [N], for one scored name."""

    boxes: Boxes
    scores: NDArray[np.float32]


NOTHING = Found(np.zeros((0, 4), np.float32), np.zeros(0, np.float32))


def iou_matrix(ours: Boxes, theirs: Boxes) -> NDArray[np.float32]:
    """Intersection over union of boxes [N, 4] with boxes [M, 4], as [N, M]."""
    low = np.maximum(ours[:, None, :2], theirs[None, :, :2])
    high = np.minimum(ours[:, None, 2:], theirs[None, :, 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=2)
    areas = [np.prod(np.maximum(b[:, 2:] - b[:, :2], 0), axis=1) for b in (ours, theirs)]
    union = areas[0][:, None] + areas[1][None, :] - shared
    result: NDArray[np.float32] = np.divide(
        shared, union, out=np.zeros_like(shared), where=union > 0
    )
    return result


def match(found: Found, truth: Boxes, threshold: float) -> NDArray[np.bool_]:
    """Which found boxes hit: by falling confidence, each takes its best box not yet taken."""
    hits = np.zeros(len(found.scores), np.bool_)
    if not len(truth):
        return hits
    overlaps = iou_matrix(found.boxes, truth)
    for index in np.argsort(-found.scores, kind="stable"):
        best = int(np.argmax(overlaps[index]))
        if overlaps[index, best] >= threshold:
            hits[index] = True
            overlaps[:, best] = -1
    return hits


def precision_recall(
    scores: NDArray[Any], hits: NDArray[Any], truths: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Recall, and the best precision at that recall or beyond, by falling confidence."""
    order = np.argsort(-scores, kind="stable")
    right = np.cumsum(hits[order])
    precision = right / np.arange(1, len(order) + 1)
    return right / max(truths, 1), np.maximum.accumulate(precision[::-1])[::-1]


def average_precision(scores: NDArray[Any], hits: NDArray[Any], truths: int) -> float:
    """Precision averaged over 101 points of recall, each the best at that recall or beyond."""
    if not truths:
        return float("nan")
    recall, precision = precision_recall(scores, hits, truths)
    places = np.searchsorted(recall, _RECALL_POINTS)
    return float(np.mean([precision[p] if p < len(precision) else 0.0 for p in places]))


def score(pages: Sequence[tuple[Found, Boxes]]) -> dict[str, float]:
    """AP over all thresholds, at .5 and .75, for one name over pages, and how many boxes it has.

    `ap50_even` and `ap50_odd` are of every other page, from the first and from the second.
    """
    row = _scores(pages)
    for half, share in (("even", pages[::2]), ("odd", pages[1::2])):
        row[f"ap50_{half}"] = _scores(share)["ap50"] if share else float("nan")
    return row


def _scores(pages: Sequence[tuple[Found, Boxes]]) -> dict[str, float]:
    truths = sum(len(truth) for _, truth in pages)
    scores = np.concatenate([found.scores for found, _ in pages])
    at = {}
    for threshold in THRESHOLDS:
        hits = np.concatenate([match(found, truth, threshold) for found, truth in pages])
        at[threshold] = average_precision(scores, hits, truths)
    return {
        "boxes": float(truths),
        "ap": float(np.mean(list(at.values()))),
        "ap50": at[0.5],
        "ap75": at[0.75],
    }


def curve(pages: Sequence[tuple[Found, Boxes]]) -> Curve:
    """Recall and precision at an IoU of .5 over all pages."""
    hits = np.concatenate([match(found, truth, 0.5) for found, truth in pages])
    scores = np.concatenate([found.scores for found, _ in pages])
    return precision_recall(scores, hits, sum(len(truth) for _, truth in pages))
