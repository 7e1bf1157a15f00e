"""Pairs of label and value on a form, by small networks over looks and places.

One network gives each unit a role (twice, the second time knowing the roles around it), one joins
the units of an entry, one links labels with values. weights.npz was fitted by
`python -m benchmarks.fields.fit_links` on drawn forms; docs/research/fields.md has the figures.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from vision.extraction.evidence import Piece, confidence_of, rows_of
from vision.extraction.findings import evidence
from vision.extraction.labels import NO_FIELDS, meaning_of
from vision.extraction.pairs.features import (
    Form,
    join_features,
    link_features,
    role_features,
    unit_features,
)
from vision.extraction.pairs.network import networks
from vision.extraction.pairs.places import WAYS, Numbers, Way
from vision.extraction.pairs.units import Unit, units_of

# Chosen for F1 on the tuning half of FUNSD.
LEAST_CHANCE = 0.8
LEAST_JOINED = 0.2
_STEEPEST = 30.0  # odds beyond it are certain


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and one of its values; `chance` that they belong together."""

    label: Piece
    value: Piece
    chance: float

    @property
    def confidence(self) -> float:
        """The chance that they belong together and that both were read right."""
        return self.chance * confidence_of((*self.label.tokens, *self.value.tokens))

    @property
    def kind(self) -> str | None:
        """The class of known field that the label names, if any."""
        meaning = meaning_of(self.label.text)
        return None if meaning is None or meaning.kind in NO_FIELDS else meaning.kind

    def as_json(self) -> dict[str, object]:
        """The pair as results give it."""
        return {
            "class": self.kind,
            "confidence": self.confidence,
            "label": evidence(self.label.tokens),
            "value": evidence(self.value.tokens),
        }


def pairs_of(pieces: Sequence[Piece]) -> list[Pair]:
    """The pairs of a page in the order of their labels; a label may have several values."""
    return linked(joined(units_of(pieces)))


def joined(units: Sequence[Unit], least: float = LEAST_JOINED) -> list[Unit]:
    """Units of one entry as one: the lines of an address, words that a wide space parts."""
    form = Form.of(units)
    if form is None:
        return list(units)
    found = join_features(form, role_chances(form))
    whole = list(range(len(units)))
    for at in np.flatnonzero(_chances("joins", found.features) >= least):
        one, other = (whole[each] for each in (found.label[at], found.value[at]))
        whole = [one if each == other else each for each in whole]
    groups: dict[int, list[Unit]] = {}
    for entry, unit in zip(whole, units, strict=True):
        groups.setdefault(entry, []).append(unit)
    return [
        group[0] if len(group) == 1 else Unit.of(_one_piece(group)) for group in groups.values()
    ]


def _one_piece(units: Sequence[Unit]) -> Piece:
    ordered = [piece for row in rows_of([unit.piece for unit in units]) for piece in row]
    return Piece.of([token for piece in ordered for token in piece.tokens], ordered[0].kind)


def linked(units: Sequence[Unit], least: float = LEAST_CHANCE) -> list[Pair]:
    """Pairs among these units, the likeliest first chosen.

    A value has one label in its row and one above it at most, as cells of tables have, and what is
    a label of something is no value of something else.
    """
    labels: set[int] = set()
    values: set[int] = set()
    taken: set[tuple[bool, int]] = set()
    found: list[tuple[int, int, float]] = []
    for chance, way, label, value in sorted(chances(units, least), reverse=True):
        key = (way == "below", value)
        if key not in taken and value not in labels and label not in values:
            labels.add(label)
            values.add(value)
            taken.add(key)
            found.append((label, value, chance))
    return [
        Pair(units[label].piece, units[value].piece, chance)
        for label, value, chance in sorted(found)
    ]


def chances(units: Sequence[Unit], least: float) -> Iterator[tuple[float, Way, int, int]]:
    """Candidates with a chance of at least `least`: chance, way, label, value."""
    form = Form.of(units)
    if form is None:
        return
    found = link_features(form, role_chances(form))
    chance = _chances("links", found.features)
    likely = np.flatnonzero(chance >= least)
    columns = (chance[likely], found.way[likely], found.label[likely], found.value[likely])
    for each, way, label, value in zip(*(column.tolist() for column in columns), strict=True):
        yield each, WAYS[way], label, value


def _chances(network: str, rows: Numbers) -> Numbers:
    odds = networks()[network].scores(rows)[:, 0]
    chances: Numbers = 1 / (1 + np.exp(-np.clip(odds, -_STEEPEST, _STEEPEST)))
    return chances


def role_chances(form: Form) -> Numbers:
    """The chances that each unit is a label, a value, a heading or something else, [n, 4]."""
    first, second = networks()["first_roles"], networks()["roles"]
    return softmax(second.scores(role_features(form, softmax(first.scores(unit_features(form))))))


def softmax(scores: Numbers) -> Numbers:
    """Chances that add up to one, by row."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances: Numbers = powers / powers.sum(axis=1, keepdims=True)
    return chances
