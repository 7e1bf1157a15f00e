"""How often the class of a document is right, and how far its confidence can be believed.

    python -m benchmarks.classes --data ../shared/data
    python -m benchmarks.classes --data ../shared/data --write vision/extraction/kind/weights.toml

Fitted on drawn pages of every class alone, in five folds. Receipts (sroie) and forms (funsd) are
judged as they are read, and never fitted on. Features are disturbed while fitting, since drawn
pages are more regular than real ones. `--write` fits on all drawn pages.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.classes.drawn import drawn_pages
from benchmarks.fields.readings import read_set
from vision.core.document import Page
from vision.extraction.context import text_of
from vision.extraction.kind.features import KINDS, features_of

_Numbers = NDArray[np.float64]
_FOLDS = 5
_DRAWN = 150  # of each class
_REAL = {"sroie": "receipt", "funsd": "form"}
_COPIES, _NOISE = 3, 0.8  # disturbed copies of each page; noise in standard deviations
_MENTIONS = slice(1, len(KINDS))  # logarithms of counts of typical words
_PENALTY = 1e-2
_STEPS = 400
_TEMPERATURES = np.geomspace(0.5, 8, 40)
_RESULTS = Path(__file__).resolve().parents[1] / "results" / "fields"


@dataclass(frozen=True, slots=True)
class Sample:
    """The features of a page, its class, its fold, and where it is from."""

    features: list[float]
    kind: str
    fold: int
    source: str


def main() -> int:
    """Evaluate by folds; fit on all pages and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--kept", type=Path, default=_RESULTS)
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    samples = _samples(arguments.data, arguments.kept)
    print(_report(samples))
    if arguments.write:
        drawn = [each for each in samples if each.source == "drawn"]
        weights = fit(drawn) / temperature(drawn)
        arguments.write.write_text(_as_toml(weights), encoding="utf-8")
    return 0


def _samples(data: Path, kept: Path) -> list[Sample]:
    found = [
        _sample(page, kind, at, "drawn") for at, (kind, page) in enumerate(drawn_pages(_DRAWN))
    ]
    for name, kind in _REAL.items():
        pages = read_set(data, name, "balanced", kept)
        found += [_sample(each.page, kind, at, name) for at, each in enumerate(pages)]
    return found


def _sample(page: Page, kind: str, at: int, source: str) -> Sample:
    return Sample(features_of(page, text_of(page)), kind, at % _FOLDS, source)


def disturbed(samples: Sequence[Sample], seed: int = 1) -> list[Sample]:
    """The samples, and copies with fewer typical words, some words of other classes, and noise."""
    rng = np.random.default_rng(seed)
    rows = np.array([each.features for each in samples])
    spread = rows.std(axis=0)
    found = list(samples)
    for each in list(samples) * _COPIES:
        row = np.array(each.features)
        counts = np.round(np.expm1(row[_MENTIONS])).astype(np.int64)
        strays = (rng.random(len(counts)) < 0.15) * rng.integers(0, 3, len(counts))
        noise = rng.normal(0, _NOISE, len(row)) * spread
        row[len(KINDS) :] += noise[len(KINDS) :]
        row[_MENTIONS] = np.log1p(rng.binomial(counts, rng.uniform(0.1, 1)) + strays)
        found.append(replace(each, features=row.tolist()))
    return found


def fit(samples: Sequence[Sample]) -> _Numbers:
    """Weights of shape [classes, features] by penalised softmax regression (Adam)."""
    rows, truth = _arrays(disturbed(samples))
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    mean[0], spread[0] = 0.0, 1.0
    scaled = (rows - mean) / spread
    weights = np.zeros((len(KINDS), rows.shape[1]))
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, _STEPS + 1):
        chances = _softmax(scaled @ weights.T)
        slope = (chances - truth).T @ scaled / len(rows) + _PENALTY * weights
        first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope**2
        weights -= 0.1 * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    result: _Numbers = weights / spread
    result[:, 0] -= (weights[:, 1:] * mean[1:] / spread[1:]).sum(axis=1)
    return result


def temperature(drawn: Sequence[Sample]) -> float:
    """By what to divide the odds, for the best likelihood on disturbed pages of other folds."""
    left_out = []
    for fold in range(_FOLDS):
        weights = fit([each for each in drawn if each.fold != fold])
        held = disturbed([each for each in drawn if each.fold == fold], seed=2)
        rows, truth = _arrays(held)
        left_out.append((rows @ weights.T, truth))
    losses = [
        np.mean(
            [-np.log(_softmax(odds / each)[truth > 0] + 1e-12).mean() for odds, truth in left_out]
        )
        for each in _TEMPERATURES
    ]
    return float(_TEMPERATURES[int(np.argmin(losses))])


def _report(samples: Sequence[Sample]) -> str:
    """Accuracy and mean confidence: of drawn pages by folds, of real ones by source."""
    drawn = [each for each in samples if each.source == "drawn"]
    heat = temperature(drawn)
    found: dict[str, list[tuple[float, bool]]] = {}
    for fold in range(_FOLDS):
        weights = fit([each for each in drawn if each.fold != fold]) / heat
        held = [each for each in drawn if each.fold == fold]
        for each, one in zip(held, _judged(_arrays(held)[0] @ weights.T, held), strict=True):
            found.setdefault(f"drawn, {each.kind}, folds", []).append(one)
    weights = fit(drawn) / heat
    for source, kind in _REAL.items():
        of_source = [each for each in samples if each.source == source]
        found[f"{source}, {kind}"] = _judged(_arrays(of_source)[0] @ weights.T, of_source)
    head = ["| pages | count | right | mean confidence |", "|---|---|---|---|"]
    rows = [
        f"| {name} | {len(each)} | {np.mean([hit for _, hit in each]):.3f} |"
        f" {np.mean([chance for chance, _ in each]):.3f} |"
        for name, each in sorted(found.items())
    ]
    every = [one for name, each in found.items() if "folds" not in name for one in each]
    return "\n".join([f"Temperature {heat:.2f}", "", *head, *rows, "", *_reliability(every)])


def _judged(odds: _Numbers, samples: Sequence[Sample]) -> list[tuple[float, bool]]:
    """The confidence of each page, and whether its class is right."""
    chances = _softmax(odds)
    return [
        (float(row.max()), KINDS[int(row.argmax())] == each.kind)
        for row, each in zip(chances, samples, strict=True)
    ]


def _reliability(confident: Sequence[tuple[float, bool]]) -> list[str]:
    rows = ["| confidence | pages | mean | right |", "|---|---|---|---|"]
    for low, high in ((0.0, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.01)):
        inside = [each for each in confident if low <= each[0] < high]
        if inside:
            mean, right = (float(np.mean(column)) for column in zip(*inside, strict=True))
            rows.append(
                f"| {low:g} to {min(high, 1):g} | {len(inside)} | {mean:.3f} | {right:.3f} |"
            )
    return rows


def _arrays(samples: Sequence[Sample]) -> tuple[_Numbers, _Numbers]:
    rows = np.array([each.features for each in samples], np.float64)
    truth = np.array([[float(kind == each.kind) for kind in KINDS] for each in samples])
    return rows, truth


def _softmax(odds: _Numbers) -> _Numbers:
    powers: _Numbers = np.exp(odds - odds.max(axis=1, keepdims=True))
    chances: _Numbers = powers / powers.sum(axis=1, keepdims=True)
    return chances


def _as_toml(weights: _Numbers) -> str:
    lines = [
        "# Weights of vision/extraction/kind/features.py, in the order of its columns, fitted by",
        "# python -m benchmarks.classes --data ../shared/data --write FILE",
        "# on drawn pages alone.",
    ]
    for kind, row in zip(KINDS, weights, strict=True):
        lines += ["", f"{kind} = ["]
        for at in range(0, len(row), 10):
            lines.append("  " + ", ".join(f"{value:.4f}" for value in row[at : at + 10]) + ",")
        lines.append("]")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
