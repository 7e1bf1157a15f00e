"""Fits the weights that link labels with values, on even pages of FUNSD alone.

    python -m benchmarks.fields.fit_links --data ../shared/data --write FILE

Each page counts as it was read and with its true entries. Prints the F1 of five folds beside the
penalty of the weights.
"""

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.fields.forms import covered, read_units, true_form, true_units
from benchmarks.fields.readings import ReadPage, read_set
from vision.extraction.pairs.features import WAYS, Way, candidates_of
from vision.extraction.pairs.units import Unit

_Numbers = NDArray[np.float64]
_Owned = tuple[Sequence[Unit], Sequence[int | None], set[tuple[int, int]]]
_PENALTY = 5.0
_STEPS = 40
_RESULTS = Path(__file__).resolve().parents[1] / "results" / "fields"


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--kept", type=Path, default=_RESULTS)
    parser.add_argument("--write", type=Path, required=True)
    arguments = parser.parse_args()
    pages = [
        each
        for each in read_set(arguments.data, "funsd", "balanced", arguments.kept)
        if each.half == "even"
    ]
    fitted = fit([owned for page in pages for owned in (_read(page), _given(page))])
    arguments.write.write_text(_as_toml(fitted), encoding="utf-8")


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


def _read(page: ReadPage) -> _Owned:
    """Units as read, each owned by the true entry that has most of its words."""
    form = true_form(page.truth)
    owner_of = {word: number for number, words in form.entries.items() for word in words}
    units = read_units(page)
    owners: list[int | None] = []
    for unit in units:
        counts = Counter(owner_of[word] for word in covered(unit.piece, form))
        best = counts.most_common(1)
        owners.append(best[0][0] if best and 2 * best[0][1] >= counts.total() else None)
    return units, owners, set(form.links)


def _given(page: ReadPage) -> _Owned:
    form = true_form(page.truth)
    numbers, units = true_units(form)
    return units, numbers, set(form.links)


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


def _as_toml(fitted: dict[Way, _Numbers]) -> str:
    lines = [
        "# Weights of vision/extraction/pairs/features.py, in the order of its columns, fitted by",
        "# python -m benchmarks.fields.fit_links --data ../shared/data",
        "# on even pages of funsd in the profile balanced.",
    ]
    for way, values in fitted.items():
        lines += ["", f"{way} = ["]
        for at in range(0, len(values), 10):
            lines.append("  " + ", ".join(f"{value:.4f}" for value in values[at : at + 10]) + ",")
        lines.append("]")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
