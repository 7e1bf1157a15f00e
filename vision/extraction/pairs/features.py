"""What is known of two units that may be a label and its value, as numbers.

A unit's candidates are the nearest ones left of it in its row (`beside`) and the nearest ones above
it that share its extent (`below`). Distances are in heights of the page's usual unit.
"""

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vision.extraction.labels import meaning_of
from vision.extraction.pairs.units import Unit

Numbers = NDArray[np.float64]
Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]
Way = Literal["beside", "below"]
WAYS: tuple[Way, ...] = ("beside", "below")

_NEAREST: dict[Way, int] = {"beside": 8, "below": 12}
_DEEPEST = 40.0  # below a label, in heights
_LONGEST_LABEL = 8  # words
_SAME_EDGE = 0.5
_MOST_UNITS = 500  # of a page: pairs grow with their square


class Candidates(NamedTuple):
    """Indices of the label and of the value of each candidate, and its features in rows."""

    label: Indices
    value: Indices
    features: Numbers


class _Relation(NamedTuple):
    """Who has whom on one side: `holds` and `distance` by label and value, `rank` from 0.

    `order` has the labels of each value (columns) from the nearest on, then those that it has not.
    """

    holds: Mask
    distance: Numbers
    rank: Indices
    order: Indices
    of_value: Indices  # the nearest label of each value, -1 for none
    of_label: Indices  # the nearest value of each label


def candidates_of(units: Sequence[Unit]) -> dict[Way, Candidates]:
    """The candidates of a page both ways; none where there are under two units."""
    units = units[:_MOST_UNITS]
    if len(units) < 2:
        return {}
    boxes = np.array([unit.piece.level for unit in units], np.float64)
    height = max(float(np.median(boxes[:, 3] - boxes[:, 1])), 1.0)
    relations = _relations(boxes, height)
    texts = np.array([_text_features(unit) for unit in units], np.float64)
    context = np.hstack([_context(texts, relations), _columns(boxes / height)])
    return {way: _rows(way, boxes / height, texts, context, relations[way]) for way in WAYS}


def _relations(boxes: Numbers, height: float) -> dict[Way, _Relation]:
    x0, y0, x1, y1 = boxes.T
    tall = y1 - y0
    shared_y = np.minimum(y1[:, None], y1) - np.maximum(y0[:, None], y0)
    shared_x = np.minimum(x1[:, None], x1) - np.maximum(x0[:, None], x0)
    level = shared_y > 0.5 * np.minimum(tall[:, None], tall)
    across = (x0 - x1[:, None]) / height
    down = (y0 - y1[:, None]) / height
    left = level & (across > -1) & (x0[:, None] < x0)
    aligned = (shared_x > 0) | (np.abs(x0[:, None] - x0) < 1.5 * height)
    near = (down > -0.5) & (down < _DEEPEST) & (y0[:, None] < y0)
    return {"beside": _relation(left, across), "below": _relation(~level & aligned & near, down)}


def _relation(holds: Mask, distance: Numbers) -> _Relation:
    reach = np.where(holds, distance, np.inf)
    order = np.argsort(reach, axis=0, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(len(holds))[:, None], axis=0)
    of_value = np.where(holds.any(axis=0), order[0], -1)
    of_label = np.where(holds.any(axis=1), np.argmin(reach, axis=1), -1)
    return _Relation(holds, distance, rank, order, of_value, of_label)


def _text_features(unit: Unit) -> list[float]:
    text = unit.piece.text
    letters = sum(map(str.isalpha, text))
    digits = sum(map(str.isdigit, text))
    capitals = sum(map(str.isupper, text))
    first = next((each for each in text if each.isalpha()), "")
    known = len(unit.piece.tokens) <= _LONGEST_LABEL and meaning_of(text) is not None
    return [
        float(unit.closed),
        digits / max(letters + digits, 1),
        math.log1p(letters + digits),
        capitals / letters if letters else 0.5,
        float(known),
        float(first.isupper()),
        float(len(unit.piece.tokens) > 4),
        float(text.endswith("?")),
        float(letters + digits <= 1),
        float("(" in text),
        float(text.endswith((",", "."))),
    ]


_CLOSED, _DIGITS, _CAPITALS = 0, 1, 3  # columns of the above


def _context(texts: Numbers, relations: dict[Way, _Relation]) -> Numbers:
    """What stands around each unit: whether neighbours end as labels do, and their digits."""
    beside, below = relations["beside"], relations["below"]
    left, right = beside.of_value, beside.of_label
    over, under = below.of_value, below.of_label
    before = np.minimum(beside.holds.sum(axis=0), 3) / 3
    behind = np.minimum(beside.holds.sum(axis=1), 3) / 3
    columns = [_of(texts, at, _CLOSED) for at in (left, right, over)]
    columns += [_of(texts, at, _DIGITS) for at in (left, right, over, under)]
    alone = np.stack([left < 0, right < 0, (left < 0) & (right < 0)], axis=1)
    return np.column_stack([*columns, before, behind, alone.astype(np.float64)])


def _columns(boxes: Numbers) -> Numbers:
    """How many units stand in one column with each: at its left edge, its middle, its right edge.

    Many in the middle or on the right are cells of a table.
    """
    x0, _, x1, _ = boxes.T
    edges = (x0, (x0 + x1) / 2, x1)
    counts = [(np.abs(edge[:, None] - edge) < _SAME_EDGE).sum(axis=1) for edge in edges]
    return np.log(np.stack(counts, axis=1).astype(np.float64))


def _of(texts: Numbers, at: Indices, column: int) -> Numbers:
    """A feature of neighbours; -1 where there is none."""
    values: Numbers = np.where(at >= 0, texts[np.maximum(at, 0), column], -1.0)
    return values


def _rows(
    way: Way, boxes: Numbers, texts: Numbers, context: Numbers, relation: _Relation
) -> Candidates:
    label, value = np.nonzero(relation.holds & (relation.rank < _NEAREST[way]))
    parts = (texts[label], texts[value], context[label], context[value])
    places = _places(boxes, texts, relation, label, value)
    ones = np.ones((len(label), 1))
    between = _between(texts, relation, label, value)
    return Candidates(label, value, np.hstack([ones, *parts, places, between]))


def _between(texts: Numbers, relation: _Relation, label: Indices, value: Indices) -> Numbers:
    """What stands between the two: how much, and the share of it that is figures or ends labels.

    Between the head of a column and its cells stand other cells.
    """
    rank = relation.rank[label, value]
    columns = [np.log1p(rank), rank >= 3]
    for column in (_DIGITS, _CLOSED):
        before = np.cumsum(texts[relation.order, column], axis=0)
        sums = np.where(rank > 0, before[np.maximum(rank, 1) - 1, value], 0.0)
        share = sums / np.maximum(rank, 1)
        columns += [share, (rank > 0) * (share - texts[value, column])]
    heads = (texts[label, _DIGITS] < 0.3) & (texts[value, _DIGITS] > 0.4)
    columns += [heads * columns[2], heads * columns[0]]
    return np.stack(columns, axis=1).astype(np.float64)


def _places(
    boxes: Numbers, texts: Numbers, relation: _Relation, label: Indices, value: Indices
) -> Numbers:
    """How the two lie to each other, and that together with what they look like."""
    x0, y0, x1, y1 = boxes.T
    rank = relation.rank[label, value]
    shared = np.minimum(x1[label], x1[value]) - np.maximum(x0[label], x0[value])
    middles = np.abs(x0[label] + x1[label] - x0[value] - x1[value]) / 2
    heights = np.log(np.maximum(y1 - y0, 0.1))
    next_to = relation.of_label[label] == value
    entry = (texts[value, _DIGITS] > 0.4) & (texts[label, _DIGITS] < 0.3)
    closed, follows = texts[label, _CLOSED], texts[value, _CLOSED]
    columns = [
        np.log1p(np.maximum(relation.distance[label, value], 0.0)),
        *(rank == each for each in range(3)),
        np.maximum(shared, 0.0) / np.maximum(x1[label] - x0[label], 0.1),
        np.minimum(np.abs(x0[label] - x0[value]), 8.0) / 8,
        np.minimum(middles, 8.0) / 8,
        heights[label] - heights[value],
        next_to,
        (rank == 0) * closed,
        (rank == 0) * follows,
        (rank == 0) & entry,
        next_to * closed,
        entry,
        texts[label, _CAPITALS] - texts[value, _CAPITALS],
    ]
    return np.stack(columns, axis=1).astype(np.float64)
