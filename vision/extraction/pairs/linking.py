"""Pairs of label and value on a form, by a logistic curve over their looks and places.

The weights in weights.toml were fitted by `python -m benchmarks.fields.fit_links`, which the file
quotes; docs/research/fields.md has the figures.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from vision.extraction.evidence import Piece, confidence_of
from vision.extraction.findings import evidence
from vision.extraction.labels import NO_FIELDS, meaning_of
from vision.extraction.pairs.features import WAYS, Candidates, Numbers, Way, candidates_of
from vision.extraction.pairs.units import Unit, units_of

LEAST_CHANCE = 0.35  # chosen for F1 on the tuning half of FUNSD
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
    return linked(units_of(pieces))


def linked(units: Sequence[Unit], least: float = LEAST_CHANCE) -> list[Pair]:
    """Pairs among these units, the likeliest first chosen.

    A value has one label beside it and one above it at most, as cells of tables have, and what is a
    label of something is no value of something else.
    """
    labels: set[int] = set()
    values: set[int] = set()
    taken: set[tuple[Way, int]] = set()
    found: list[tuple[int, int, float]] = []
    for chance, way, label, value in sorted(_chances(candidates_of(units)), reverse=True):
        if chance < least:
            break
        if (way, value) not in taken and value not in labels and label not in values:
            labels.add(label)
            values.add(value)
            taken.add((way, value))
            found.append((label, value, chance))
    return [
        Pair(units[label].piece, units[value].piece, chance)
        for label, value, chance in sorted(found)
    ]


def _chances(candidates: Mapping[Way, Candidates]) -> Iterable[tuple[float, Way, int, int]]:
    for way, found in candidates.items():
        odds = np.clip(found.features @ weights()[way], -_STEEPEST, _STEEPEST)
        chances = 1 / (1 + np.exp(-odds))
        likely = chances >= LEAST_CHANCE / 2
        columns = (chances[likely], found.label[likely], found.value[likely])
        rows = zip(*(column.tolist() for column in columns), strict=True)
        yield from ((chance, way, label, value) for chance, label, value in rows)


@cache
def weights() -> Mapping[Way, Numbers]:
    """The weights by way, in the order of features."""
    path = Path(__file__).with_name("weights.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {way: np.array(table[way], np.float64) for way in WAYS}
