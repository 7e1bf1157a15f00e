"""Fits the weights that link labels with values, on drawn forms alone.

    python -m benchmarks.fields.fit_links --write vision/extraction/pairs/weights.toml

Annotated real forms (FUNSD, XFUND) forbid commercial use, so no weight comes from them.
"""

import argparse
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.fields.drawn_forms import draw_form
from vision.extraction.evidence import pieces_of
from vision.extraction.pairs.features import WAYS, Way, candidates_of
from vision.extraction.pairs.units import Unit, units_of

_Numbers = NDArray[np.float64]
_Owned = tuple[Sequence[Unit], Sequence[int | None], set[tuple[int, int]]]
_PENALTY = 20.0
_STEPS = 40
_FORMS = 300


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", type=Path, required=True)
    parser.add_argument("--forms", type=int, default=_FORMS)
    arguments = parser.parse_args()
    fitted = fit(owned(seed) for seed in range(arguments.forms))
    arguments.write.write_text(_as_toml(fitted, arguments.forms), encoding="utf-8")


def owned(seed: int) -> _Owned:
    """The units of a drawn form as it would be read, the entry that owns each, and the links."""
    rng = random.Random(seed)
    form = draw_form(rng)
    entry_of = {word.box: number for number, entry in enumerate(form.entries) for word in entry}
    units = units_of(pieces_of(form.page(rng)))
    owners = [
        Counter(entry_of[token.box] for token in unit.piece.tokens).most_common(1)[0][0]
        for unit in units
    ]
    return units, owners, form.links


def fit(pages: Iterable[_Owned]) -> dict[Way, _Numbers]:
    """The weights by way, from units, the true entry of each, and true links."""
    rows: dict[Way, list[_Numbers]] = {way: [] for way in WAYS}
    truths: dict[Way, list[bool]] = {way: [] for way in WAYS}
    for units, owners, links in pages:
        for way, found in candidates_of(units).items():
            rows[way].append(found.features)
            ends = zip(found.label.tolist(), found.value.tolist(), strict=True)
            truths[way] += [(owners[label], owners[value]) in links for label, value in ends]
    return {way: _logistic(np.vstack(rows[way]), np.array(truths[way], float)) for way in WAYS}


def _logistic(rows: _Numbers, truth: _Numbers) -> _Numbers:
    """Penalised logistic regression by Newton's method; the first column is the constant."""
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    mean[0], spread[0] = 0.0, 1.0
    scaled = (rows - mean) / spread
    weights = np.zeros(rows.shape[1])
    penalty = _PENALTY * np.eye(len(weights))
    penalty[0, 0] = 1e-3
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-scaled @ weights))
        slope = scaled.T @ (chance - truth) + penalty @ weights
        curvature = (scaled.T * (chance * (1 - chance))) @ scaled + penalty
        weights -= np.linalg.solve(curvature, slope)
    result: _Numbers = weights / spread
    result[0] -= float((weights[1:] * mean[1:] / spread[1:]).sum())
    return result


def _as_toml(fitted: dict[Way, _Numbers], forms: int) -> str:
    lines = [
        "# Weights of vision/extraction/pairs/features.py, in the order of its columns, fitted by",
        "# python -m benchmarks.fields.fit_links --write vision/extraction/pairs/weights.toml",
        f"# on {forms} drawn forms (benchmarks/fields/drawn_forms.py).",
    ]
    for way, values in fitted.items():
        lines += ["", f"{way} = ["]
        for at in range(0, len(values), 10):
            lines.append("  " + ", ".join(f"{value:.4f}" for value in values[at : at + 10]) + ",")
        lines.append("]")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
