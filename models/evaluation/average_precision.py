"""Average precision as COCO defines it, over all areas, at most 100 detections an image.

Follows the rules of COCO's own evaluator (https://cocodataset.org/#detection-eval): detections
are matched to the free box they overlap most, the most confident first; a crowd absorbs any number
of them and counts neither for nor against; precision is read at 101 recalls and averaged. Boxes are
[N, 4] arrays of x0, y0, x1, y1 in pixels of their image.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Boxes = NDArray[np.floating]
Flags = NDArray[np.bool_]
Curve = tuple[Array, Array]  # recall and precision by falling confidence

IOU_THRESHOLDS = np.linspace(0.5, 0.95, 10)
_RECALLS = np.linspace(0.0, 1.0, 101)
_MAX_DETECTIONS = 100
_ONLY_CLASS = 0


@dataclass(frozen=True, slots=True)
class Truth:
    """The labelled boxes [G, 4] of one image, their class [G] and crowd flag [G]."""

    boxes: Array
    labels: NDArray[np.intp]
    crowd: Flags


@dataclass(frozen=True, slots=True)
class Found:
    """The detections of one image: boxes [D, 4], class [D], confidence [D]."""

    boxes: Array
    labels: NDArray[np.intp]
    scores: Array


@dataclass(frozen=True, slots=True)
class Matches:
    """Detections of one class in one image: confidence [D], and per threshold hit and ignored.

    `hits` and `ignored` are [T, D]; `truths` counts the boxes to be found.
    """

    scores: Array
    hits: Flags
    ignored: Flags
    truths: int


def one_class_found(boxes: Boxes, scores: NDArray[np.floating]) -> Found:
    """Detections where only one class is scored."""
    return Found(
        boxes.astype(np.float64).reshape(-1, 4),
        np.full(len(scores), _ONLY_CLASS, np.intp),
        scores.astype(np.float64),
    )


def one_class_truth(boxes: Boxes) -> Truth:
    """Labelled boxes where only one class is scored; none of them is a crowd."""
    count = len(boxes)
    return Truth(
        boxes.astype(np.float64).reshape(-1, 4),
        np.full(count, _ONLY_CLASS, np.intp),
        np.zeros(count, np.bool_),
    )


NOTHING = one_class_found(np.zeros((0, 4)), np.zeros(0))


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


def score(pages: Sequence[tuple[Found, Boxes]]) -> dict[str, float]:
    """`ap`, `ap50` and `ap75` of one class over pages, and how many `boxes` are labelled.

    `ap50_even` and `ap50_odd` are of every other page, from the first and from the second. NaN
    where no box is labelled.
    """
    found = _one_class_scores(pages)
    return {
        "boxes": float(sum(len(truth) for _, truth in pages)),
        "ap": found["map"],
        "ap50": found["map50"],
        "ap75": found["map75"],
        "ap50_even": _one_class_scores(pages[::2])["map50"],
        "ap50_odd": _one_class_scores(pages[1::2])["map50"],
    }


def curve(pages: Sequence[tuple[Found, Boxes]]) -> Curve:
    """Recall, and the best precision at that recall or beyond, of one class at an IoU of .5."""
    matches = [_match_image(one_class_truth(truth), found, _ONLY_CLASS) for found, truth in pages]
    recall, precision = _recall_precision(matches)
    return recall[0], precision[0]


def hits_at(found: Found, truth: Boxes, threshold: float) -> int:
    """How many detections of one class in one image hit a box, at one IoU threshold."""
    order = np.argsort(-found.scores, kind="stable")
    labelled = one_class_truth(truth)
    overlap = iou_matrix(found.boxes[order], labelled.boxes, labelled.crowd)
    return int(_match(overlap, labelled.crowd, threshold)[0].sum())


def iou_matrix(found: Array, truth: Array, crowd: Flags) -> Array:
    """[D, G] intersections over unions; over a crowd, the share of the detection it covers."""
    corner = np.maximum(found[:, None, :2], truth[None, :, :2])
    sides = np.minimum(found[:, None, 2:], truth[None, :, 2:]) - corner
    shared: Array = np.prod(np.maximum(sides, 0.0), axis=2)
    found_area = np.prod(found[:, 2:] - found[:, :2], axis=1)[:, None]
    truth_area = np.prod(truth[:, 2:] - truth[:, :2], axis=1)[None]
    union = np.where(crowd[None], found_area, found_area + truth_area - shared)
    iou: Array = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return iou


def _one_class_scores(pages: Sequence[tuple[Found, Boxes]]) -> Mapping[str, float]:
    if not any(len(truth) for _, truth in pages):
        return {"map": nan, "map50": nan, "map75": nan}
    return average_precision([(one_class_truth(truth), found) for found, truth in pages], 1)


def _class_precision(pairs: Sequence[tuple[Truth, Found]], label: int) -> Array | None:
    """Average precision [T] of one class, None where no image has it."""
    matches = [_match_image(truth, found, label) for truth, found in pairs]
    if not sum(match.truths for match in matches):
        return None
    recall, precision = _recall_precision(matches)
    return np.array([_interpolate(*row) for row in zip(recall, precision, strict=True)])


def _recall_precision(matches: Sequence[Matches]) -> tuple[Array, Array]:
    """Recall [T, D] and the best precision [T, D] at that recall or beyond, by confidence."""
    order = np.argsort(-np.concatenate([match.scores for match in matches]), kind="stable")
    hits = np.concatenate([match.hits for match in matches], axis=1)[:, order]
    ignored = np.concatenate([match.ignored for match in matches], axis=1)[:, order]
    true = np.cumsum(hits & ~ignored, axis=1)
    false = np.cumsum(~hits & ~ignored, axis=1)
    precision = true / np.maximum(true + false, 1)
    best = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    return true / max(sum(match.truths for match in matches), 1), best


def _interpolate(recall: Array, precision: Array) -> float:
    """Mean precision at 101 recalls; 0 beyond the highest recall."""
    padded = np.append(precision, 0.0)
    return float(padded[np.searchsorted(recall, _RECALLS, side="left")].mean())


def _match_image(truth: Truth, found: Found, label: int) -> Matches:
    labelled = np.flatnonzero(truth.labels == label)
    labelled = labelled[np.argsort(truth.crowd[labelled], kind="stable")]  # crowds last
    ours = np.flatnonzero(found.labels == label)
    ours = ours[np.argsort(-found.scores[ours], kind="stable")][:_MAX_DETECTIONS]
    crowd = truth.crowd[labelled]
    overlap = iou_matrix(found.boxes[ours], truth.boxes[labelled], crowd)
    results = [_match(overlap, crowd, threshold) for threshold in IOU_THRESHOLDS]
    hits, ignored = (np.array(part, bool) for part in zip(*results, strict=True))
    return Matches(found.scores[ours], hits, ignored, int((~crowd).sum()))


def _match(overlap: Array, crowd: Flags, threshold: float) -> tuple[Flags, Flags]:
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


def _best(row: Array, allowed: Flags, threshold: float) -> int | None:
    reach = np.where(allowed, row, -1.0)
    if not reach.size or reach.max() < min(threshold, 1 - 1e-10):
        return None
    return int(len(reach) - 1 - reach[::-1].argmax())  # the last of equals, as COCO's evaluator
