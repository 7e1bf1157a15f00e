"""Which units of a form may belong together by their places.

A value stands right of its label, below it, left of it (a tick before its choice) or above it (a
name over the line that it was written on). Forms are filled in a little above or below the printed
line, so rows are loose. Distances are in heights of the page's usual word.
"""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]
Way = Literal["beside", "below", "before", "above"]
WAYS: tuple[Way, ...] = ("beside", "below", "before", "above")

_NEAREST: dict[Way, int] = {"beside": 8, "below": 12, "before": 2, "above": 2}
_LOOSE = 1.3  # vertical offset of middles in one row
_DEEPEST = 40.0
_CLOSE = 4.0  # of a tick before its choice
_OVER = 2.5  # of a value above its label


class Relation(NamedTuple):
    """Labels and values that lie to each other in one way, [n, n] by label and value.

    `rank` counts the labels that are nearer to the value; `order` has the labels of each value
    (columns) from the nearest on.
    """

    holds: Mask
    distance: Numbers
    rank: Indices
    order: Indices
    of_value: Indices  # the nearest label of each value, -1 for none
    of_label: Indices  # the nearest value of each label


def relations(boxes: Numbers) -> dict[Way, Relation]:
    """All ways, from boxes [n, 4] in heights."""
    x0, y0, x1, y1 = boxes.T
    shared_y = np.minimum(y1[:, None], y1) - np.maximum(y0[:, None], y0)
    shared_x = np.minimum(x1[:, None], x1) - np.maximum(x0[:, None], x0)
    tall = np.minimum((y1 - y0)[:, None], y1 - y0)
    offset = _offset(y0, y1)
    level = shared_y > 0.5 * tall
    loose = level | ((offset < _LOOSE) & (shared_x <= 0))
    right, left = x0 - x1[:, None], x0[:, None] - x1
    down, up = y0 - y1[:, None], y0[:, None] - y1
    aligned = (shared_x > 0) | (np.abs(x0[:, None] - x0) < 1.5)
    beside = loose & (right > -1) & (x0[:, None] < x0)
    below = ~level & aligned & (down > -0.5) & (down < _DEEPEST) & (y0[:, None] < y0)
    before = level & (left > -1) & (left < _CLOSE) & (x0[:, None] > x0)
    above = ~level & (shared_x > 0) & (up > -0.7) & (up < _OVER) & (y0[:, None] > y0)
    return {
        "beside": _relation(beside, np.maximum(right, 0) + 3 * offset),
        "below": _relation(below, np.maximum(down, 0)),
        "before": _relation(before, np.maximum(left, 0)),
        "above": _relation(above, np.maximum(up, 0)),
    }


def _offset(y0: Numbers, y1: Numbers) -> Numbers:
    """How far apart rows are: between middles, or first lines where that is less."""
    middles = np.abs((y0 + y1)[:, None] - (y0 + y1)) / 2
    tops = np.abs(y0[:, None] - y0)
    offset: Numbers = np.minimum(middles, tops)
    return offset


def _relation(holds: Mask, distance: Numbers) -> Relation:
    reach = np.where(holds, distance, np.inf)
    order = np.argsort(reach, axis=0, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(len(holds))[:, None], axis=0)
    of_value = np.where(holds.any(axis=0), order[0], -1)
    of_label = np.where(holds.any(axis=1), np.argmin(reach, axis=1), -1)
    return Relation(holds, distance, rank, order, of_value, of_label)


def nearest(way: Way, relation: Relation) -> tuple[Indices, Indices]:
    """Labels and values of the nearest candidates of one way."""
    label, value = np.nonzero(relation.holds & (relation.rank < _NEAREST[way]))
    return label.astype(np.int64), value.astype(np.int64)


def link_places(boxes: Numbers, relation: Relation, label: Indices, value: Indices) -> Numbers:
    """How label and value of each candidate lie to each other, [candidates, columns]."""
    x0, y0, x1, y1 = boxes.T
    rank = relation.rank[label, value]
    shared = np.minimum(x1[label], x1[value]) - np.maximum(x0[label], x0[value])
    middles = np.abs(x0[label] + x1[label] - x0[value] - x1[value]) / 2
    heights = np.log(np.maximum(y1 - y0, 0.1))
    columns = [
        np.log1p(np.maximum(relation.distance[label, value], 0.0)),
        *(rank == each for each in range(3)),
        np.log1p(rank),
        np.clip(x0[value] - x1[label], -20, 20) / 10,
        np.clip(y0[value] - y0[label], -3, 3),
        np.clip(y1[value] - y1[label], -3, 3),
        np.maximum(shared, 0.0) / np.maximum(x1[label] - x0[label], 0.1),
        np.minimum(np.abs(x0[label] - x0[value]), 8.0) / 8,
        np.minimum(np.abs(x1[label] - x1[value]), 8.0) / 8,
        np.minimum(middles, 8.0) / 8,
        heights[label] - heights[value],
        relation.of_label[label] == value,
    ]
    return np.stack(columns, axis=1).astype(np.float64)
