"""What a network finds at two sizes of the page, as one list.

False finds of small, textured things mostly appear at one size only, true ones at both. So a find
has the mean of its confidences, nought where it was not found.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import chain

import numpy as np

from vision.core.document import Box
from vision.core.geometry import iou
from vision.core.stages import Detection

LEAST = 0.02  # confidence of a find that counts
_SUSPECTED = 0.1  # less is no reason for a second look
_SAME = 0.5  # intersection over union of what was found twice


def is_suspected(found: Sequence[Detection], labels: Collection[str]) -> bool:
    """Whether something of these labels may be on the page."""
    return any(each.label in labels and each.confidence >= _SUSPECTED for each in found)


def merged(
    first: Sequence[Detection], second: Sequence[Detection], labels: Collection[str]
) -> tuple[Detection, ...]:
    """The finds of the first look, those of `labels` merged with the second, most confident first.

    Both are in the same frame. A box is the mean of the two, weighted by confidence.
    """
    others = [each for each in first if each.label not in labels]
    both = [*others, *_pairs(first, second, labels)]
    return tuple(sorted(both, key=lambda each: -each.confidence))


def _pairs(
    first: Sequence[Detection], second: Sequence[Detection], labels: Collection[str]
) -> Iterator[Detection]:
    looks = chain(((each, 0) for each in first), ((each, 1) for each in second))
    left = sorted(
        (each for each in looks if each[0].label in labels), key=lambda each: -each[0].confidence
    )
    while left:
        one, look = left.pop(0)
        same = (each for each in left if each[1] != look and _are_same(one, each[0]))
        twin = next(same, None)
        if twin is not None:
            left.remove(twin)
        yield _mean(one, None if twin is None else twin[0])


def _are_same(one: Detection, other: Detection) -> bool:
    return one.label == other.label and iou(one.box, other.box) > _SAME


def _mean(one: Detection, twin: Detection | None) -> Detection:
    if twin is None:
        return Detection(one.label, one.confidence / 2, one.box)
    weights = [one.confidence, twin.confidence]
    edges = np.average([one.box, twin.box], axis=0, weights=weights).tolist()
    return Detection(one.label, sum(weights) / 2, Box(*edges))
