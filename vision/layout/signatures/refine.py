"""Signatures by their ink: where strokes stand that no word that was read explains.

A detector says where a signature may be; its box and confidence come from the strokes there, from
words near them ("Sincerely" above, a printed name below) and from what was read inside. The
weights were fitted by `python -m models.evaluation.fit_signatures`, which states the pages.
"""

import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from vision.core.arrays import Image
from vision.core.document import Box, Line
from vision.core.geometry import intersection, iou
from vision.core.stages import Detection
from vision.layout.regions import Finding, kind_of
from vision.layout.signatures.candidates import candidates_of
from vision.layout.signatures.features import FEATURES, features_of, surroundings
from vision.layout.signatures.ink import strokes_of

_READ = 0.75  # confidence of a word that is print
_FEWEST_LETTERS = 2
# Two boxes are one signature by their intersection: by union, and by the smaller one.
_SAME, _NESTED = 0.15, 0.4
_AGREE = 0.55  # candidates so like the best one that their mean is its box
_AGREE_CHANCE = 0.3  # of the best one's
_LEAST = 0.01  # confidence of a signature that is worth keeping

Scored = tuple[float, Box]


def with_signatures(
    findings: Iterable[Finding], lines: Sequence[Line], image: Image
) -> list[Finding]:
    """The findings, with what is found of signatures by their ink in place of those detected.

    Unchanged where no detector found any, however weak. `lines` were read on `image`, the RGB page
    of whose pixels all boxes are.
    """
    findings = list(findings)
    detected = [each for each in findings if kind_of(each[1].label) == "signature"]
    if not detected:
        return findings
    model, best = max(detected, key=lambda each: each[1].confidence)
    kept = [each for each in findings if each not in detected]
    scored = scored_candidates(lines, [each for _, each in findings], image)
    for chance, box in distinct(scored):
        if chance >= _LEAST:
            kept.append((model, Detection(best.label, chance, box)))
    return kept


def scored_candidates(
    lines: Sequence[Line], found: Sequence[Detection], image: Image
) -> list[Scored]:
    """Every box in which a signature may stand, with the chance that one does."""
    boxes, values = measured(lines, found, image)
    if not boxes:
        return []
    mean, spread, weights, bias = _weights()
    odds = (np.array(values) - mean) / spread @ weights + bias
    return list(zip((1 / (1 + np.exp(-odds))).tolist(), boxes, strict=True))


def measured(
    lines: Sequence[Line], found: Sequence[Detection], image: Image
) -> tuple[list[Box], list[np.ndarray]]:
    """The candidates' boxes in pixels of the page, and their features."""
    words = [word for line in lines for word in line.words if word.confidence >= _READ]
    print_ = [word.box for word in words if sum(map(str.isalnum, word.text)) >= _FEWEST_LETTERS]
    strokes = strokes_of(image, print_)
    around = surroundings(lines, found, strokes.factor)
    candidates = candidates_of(strokes, around.signatures)
    boxes = [Box(*(edge / strokes.factor for edge in each.box)) for each in candidates]
    return boxes, [features_of(each, strokes, around) for each in candidates]


def distinct(scored: Sequence[Scored]) -> list[Scored]:
    """The best of those that overlap, each in the mean of the boxes that agree with it."""
    ordered = sorted(scored, key=lambda each: -each[0])
    kept: list[Scored] = []
    for chance, box in ordered:
        if not any(_same(box, other) for _, other in kept):
            kept.append((chance, box))
    return [(chance, _mean(chance, box, ordered)) for chance, box in kept]


def _same(one: Box, other: Box) -> bool:
    shared = intersection(one, other)
    return iou(one, other) >= _SAME or shared >= _NESTED * min(one.area, other.area)


def _mean(chance: float, box: Box, scored: Sequence[Scored]) -> Box:
    """The mean of a box and those like it, by the squares of their chances."""
    like = [
        (other**2, each)
        for other, each in scored
        if other > _AGREE_CHANCE * chance and iou(each, box) > _AGREE
    ]
    total = sum(weight for weight, _ in like)
    return Box(*(sum(weight * each[at] for weight, each in like) / total for at in range(4)))


@cache
def _weights() -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Mean, spread and weight of each feature, and the bias."""
    path = Path(__file__).with_name("weights.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    rows = np.array([table["features"][name] for name in FEATURES], np.float64)
    return rows[:, 0], rows[:, 1], rows[:, 2], float(table["bias"])
