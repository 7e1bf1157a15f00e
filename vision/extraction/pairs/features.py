"""What is known of the units of a form, and of two that may belong together, as numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vision.extraction.pairs.looks import (
    BOX,
    CAPITALS,
    CLOSED,
    DIGITS,
    LENGTH,
    LEXICAL,
    MARK,
    text_looks,
)
from vision.extraction.pairs.places import (
    WAYS,
    Indices,
    Numbers,
    Relation,
    Way,
    link_places,
    nearest,
    relations,
)
from vision.extraction.pairs.units import Unit

ROLES = ("label", "value", "heading", "other")
_SAME_EDGE = 0.6
_MOST_UNITS = 500  # of a page: pairs grow with their square
_SEEN = (CLOSED, DIGITS, LENGTH, CAPITALS, LEXICAL, MARK, BOX)  # of neighbours and columns


@dataclass(frozen=True, slots=True)
class Form:
    """The units of a page, as numbers: looks [n, columns] and boxes [n, 4] in heights."""

    boxes: Numbers
    looks: Numbers
    relations: dict[Way, Relation]

    @classmethod
    def of(cls, units: Sequence[Unit]) -> "Form | None":
        """None where there are under two units."""
        units = units[:_MOST_UNITS]
        if len(units) < 2:
            return None
        heights = [token.level.height for unit in units for token in unit.piece.tokens]
        height = max(float(np.median(heights)), 1.0)
        boxes = np.array([unit.piece.level for unit in units], np.float64) / height
        looks = np.array([text_looks(unit) for unit in units], np.float64)
        return cls(boxes, looks, relations(boxes))


@dataclass(frozen=True, slots=True)
class Candidates:
    """Indices of the label and of the value of each candidate, which way, and features in rows."""

    label: Indices
    value: Indices
    way: Indices  # index into WAYS
    features: Numbers


def unit_features(form: Form) -> Numbers:
    """One row for each unit: its looks, place, neighbours, column and page."""
    looks, boxes = form.looks, form.boxes
    x0, y0, x1, y1 = boxes.T
    extent = np.array([max(x1.max() - x0.min(), 1.0), max(y1.max() - y0.min(), 1.0)])
    place = np.column_stack([
        np.log(np.maximum(x1 - x0, 0.1)), np.log(np.maximum(y1 - y0, 0.1)),
        (x0 - x0.min()) / extent[0], (x1 - x0.min()) / extent[0], (y0 - y0.min()) / extent[1],
    ])  # fmt: skip
    page = looks[:, _SEEN].mean(axis=0)
    wide = np.column_stack([looks, place, _neighbours(form), _columns(form)])
    beyond = np.broadcast_to([*page, np.log(len(looks)) / 5], (len(looks), len(page) + 1))
    return np.hstack([wide, beyond])


def _neighbours(form: Form) -> Numbers:
    """Looks and distances of the units left, right, above and below; zeros and far for none."""
    columns: list[Numbers] = []
    for way in ("beside", "below"):
        relation = form.relations[way]
        for at in (relation.of_value, relation.of_label):
            other = np.maximum(at, 0)
            here = np.arange(len(at))
            ends = (other, here) if at is relation.of_value else (here, other)
            far = np.where(at >= 0, np.log1p(np.maximum(relation.distance[ends], 0)), 4.0)
            seen = np.where((at >= 0)[:, None], form.looks[other][:, _SEEN], 0.0)
            columns += [seen, far[:, None], (at < 0)[:, None].astype(np.float64)]
        counts = (relation.holds.sum(axis=0), relation.holds.sum(axis=1))
        columns += [np.minimum(count, 4)[:, None] / 4 for count in counts]
    return np.hstack(columns)


def _columns(form: Form) -> Numbers:
    """How many units share each edge, and how those at the left edge look.

    Labels stand below each other with something beside each; cells share their right edge or
    their middle.
    """
    x0, _, x1, _ = form.boxes.T
    near = [np.abs(edge[:, None] - edge) < _SAME_EDGE for edge in (x0, (x0 + x1) / 2, x1)]
    counts = [np.log(each.sum(axis=1)) for each in near]
    share = near[0] / near[0].sum(axis=1, keepdims=True)
    filled = (form.relations["beside"].of_label >= 0).astype(np.float64)
    led = (form.relations["beside"].of_value >= 0).astype(np.float64)
    return np.column_stack([*counts, share @ form.looks[:, _SEEN], share @ filled, share @ led])


def role_features(form: Form, roles: Numbers) -> Numbers:
    """Unit features with the roles [n, 4] that a first look gave to each unit and those around."""
    columns = [unit_features(form), roles]
    for way in ("beside", "below"):
        for at in (form.relations[way].of_value, form.relations[way].of_label):
            around = np.where((at >= 0)[:, None], roles[np.maximum(at, 0)], 0.0)
            columns.append(around)
    x0, _, x1, _ = form.boxes.T
    for edge in (x0, x1):
        near = (np.abs(edge[:, None] - edge) < _SAME_EDGE).astype(np.float64)
        columns.append(near @ roles / near.sum(axis=1, keepdims=True))
    columns.append(np.broadcast_to(roles.mean(axis=0), roles.shape))
    return np.hstack(columns)


def link_features(form: Form, roles: Numbers) -> Candidates:
    """Candidates of all ways; `roles` [n, 4] are the chances of ROLES."""
    parts = [_of_way(number, form, roles) for number in range(len(WAYS))]
    labels, values, ways, rows = (np.concatenate(each) for each in zip(*parts, strict=True))
    return Candidates(labels, values, ways, rows)


def join_features(form: Form, roles: Numbers) -> Candidates:
    """Neighbours that may be one entry: the nearest in a row, the nearest below."""
    found = link_features(form, roles)
    near = np.zeros(len(found.label), np.bool_)
    for number in (WAYS.index("beside"), WAYS.index("below")):
        rank = form.relations[WAYS[number]].rank[found.label, found.value]
        near |= (found.way == number) & (rank == 0)
    label, value, way = found.label[near], found.value[near], found.way[near]
    return Candidates(label, value, way, found.features[near])


def _of_way(number: int, form: Form, roles: Numbers) -> tuple[Indices, Indices, Indices, Numbers]:
    relation = form.relations[WAYS[number]]
    label, value = nearest(WAYS[number], relation)
    kinds = np.zeros((len(label), len(WAYS)))
    kinds[:, number] = 1
    rows = np.hstack([
        kinds, link_places(form.boxes, relation, label, value), roles[label], roles[value],
        form.looks[label], form.looks[value], _between(roles, relation, label, value),
        _rivals(form, roles, label, value),
    ])  # fmt: skip
    return label, value, np.full(len(label), number), rows


def _between(roles: Numbers, relation: Relation, label: Indices, value: Indices) -> Numbers:
    """The roles of what stands between the two: the mean, and the most likely label."""
    rank = relation.rank[label, value]
    ordered = roles[relation.order]  # [rank, value, role]
    summed = np.cumsum(ordered, axis=0)
    most = np.maximum.accumulate(ordered[:, :, 0], axis=0)
    at = np.maximum(rank, 1) - 1
    means = np.where((rank > 0)[:, None], summed[at, value] / np.maximum(rank, 1)[:, None], 0.0)
    return np.column_stack([means, np.where(rank > 0, most[at, value], 0.0)])


def _rivals(form: Form, roles: Numbers, label: Indices, value: Indices) -> Numbers:
    """How likely the nearest units of each are label or value: who else may be meant."""
    columns = []
    for way in ("beside", "below"):
        relation = form.relations[way]
        for at, role in ((relation.of_value[value], 0), (relation.of_label[label], 1),
                         (relation.of_label[value], 1), (relation.of_value[label], 0)):  # fmt: skip
            columns.append(np.where(at >= 0, roles[np.maximum(at, 0), role], 0.0))
    return np.stack(columns, axis=1)
