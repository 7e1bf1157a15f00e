"""How true confidences are, and the fit that makes them so.

    python -m benchmarks.calibration --data ../shared/data --docs docs/research
    python -m benchmarks.calibration --data ../shared/data \
        --write vision/recognition/calibration.toml
    python -m benchmarks.calibration --data ../shared/data --engines lstm --fit-only --write FILE

Every recogniser reads the same found lines of every page, and so does every profile. A word is
right where its letters and digits stand in the true text under its box. Weights are fitted on even
pages of --sets, as each engine reads alone and beside another (`judged_words.profile_of`); expected
calibration error (ten bins of equal width) is reported for even pages, for odd ones and for the
sets of --unseen: of raw confidences, of calibrated ones, and what confidences that were exactly
true would show on so few words. --docs draws the reliability plot. Engines that are not named keep
the weights they have.
"""

import argparse
import datetime
import json
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from benchmarks.conditions import conditions
from benchmarks.judged_words import PROFILES, Judged, judged_words, profile_of
from benchmarks.reliability_plot import Curve, draw
from benchmarks.true_pages import made_set, readable_languages, real_set
from jobs.settings import Settings
from vision.recognition.calibration import all_weights
from workers.engine.engine import Engine, build_engine

_BINS = 10
_RIDGE = 1.0  # keeps weights small where pages say little
_DRAWS = 200
# Second readers with a network of their own, which is no recogniser that a job may ask for.
_ALSO_SECOND = ("ppocr_tiny",)

Array = NDArray[np.float64]


def main() -> int:
    """Command line."""
    arguments = _arguments()
    engine = build_engine(Settings())
    print(conditions())
    arguments.engines = arguments.engines or [*engine.stages.recognisers, *_ALSO_SECOND]
    profiles = sorted(set(map(profile_of, arguments.engines))) if arguments.fit_only else PROFILES
    readers = [*arguments.engines, *profiles]
    with TemporaryDirectory(prefix="pagesight-calibration-") as name:
        words = list(_judged(engine, arguments, readers, Path(name)))
    weights = {each: np.array(known) for each, known in all_weights().items()}
    fitted = {each: _fitted(words, each, arguments.sets) for each in arguments.engines}
    weights |= fitted
    for reader in readers:
        _report(reader, [word for word in words if word.reader == reader], weights)
    if arguments.docs and not arguments.fit_only:
        _plot(words, weights, arguments)
    if arguments.write:
        arguments.write.write_text(_toml(fitted, arguments))
    return 0


def fit(values: Array, right: Array) -> Array:
    """Weights of the logistic curve that makes `right` likeliest (Newton's method, ridge)."""
    weights = np.zeros(values.shape[1])
    ridge = _RIDGE * np.eye(len(weights))
    ridge[0, 0] = 0.0
    for _ in range(30):
        chances = _curve(weights, values)
        slope = values.T @ (right - chances) - ridge @ weights
        curvature = (values * (chances * (1 - chances))[:, None]).T @ values + ridge
        weights = weights + np.linalg.solve(curvature + 1e-9 * np.eye(len(weights)), slope)
    return weights


def calibration_error(chances: Array, right: Array) -> float:
    """Expected calibration error: mean distance of confidence and truth over bins, weighted.

    Guo et al., "On Calibration of Modern Neural Networks" (ICML 2017).
    """
    error = 0.0
    for inside in _bins(chances):
        if inside.any():
            error += abs(chances[inside].mean() - right[inside].mean()) * inside.mean()
    return float(error)


def least_error(chances: Array) -> float:
    """The calibration error in the mean where these chances are exactly true: few words scatter."""
    random = np.random.default_rng(1)
    drawn = (random.random((_DRAWS, len(chances))) < chances).astype(np.float64)
    return float(np.mean([calibration_error(chances, right) for right in drawn]))


def _judged(
    engine: Engine, arguments: argparse.Namespace, readers: Sequence[str], folder: Path
) -> Iterator[Judged]:
    installed = engine.stages.recognisers["lstm"].languages()
    for name in (*arguments.sets, *(() if arguments.fit_only else arguments.unseen)):
        if name == "made":
            pages = made_set(folder, arguments.rounds)
        else:
            pages = real_set(arguments.data, name, folder, arguments.limit)
        for page in pages:
            languages = tuple(readable_languages(page.languages, installed).split("+"))
            yield from judged_words(engine, page, languages, readers)
        print(name, file=sys.stderr, flush=True)


def _fitted(words: Sequence[Judged], engine: str, sets: Sequence[str]) -> Array:
    readers = (engine, profile_of(engine))
    seen = [word for word in words if word.engine == engine and word.reader in readers]
    seen = [word for word in seen if word.collection in sets and word.half == "even"]
    return fit(np.array([word.values for word in seen]), _rights(seen))


def _report(reader: str, words: Sequence[Judged], weights: Mapping[str, Array]) -> None:
    heads = f"{'words':>7}{'right':>7}{'raw ECE':>9}{'ECE':>7}{'least':>7}"
    print(f"\n{reader:<12}{'set':<12}{'half':<6}{heads}")
    for name in dict.fromkeys(word.collection for word in words):
        for half in ("even", "odd"):
            part = [word for word in words if (word.collection, word.half) == (name, half)]
            if part:
                right, raw = _rights(part), np.array([word.raw for word in part])
                chances = _chances(part, weights)
                was, now = calibration_error(raw, right), calibration_error(chances, right)
                figures = f"{len(part):>7}{right.mean():>7.3f}{was:>9.3f}{now:>7.3f}"
                least = f"{least_error(chances):>7.3f}"
                print(f"{'':<12}{name:<12}{half:<6}{figures}{least}", flush=True)


def _plot(
    words: Sequence[Judged], weights: Mapping[str, Array], arguments: argparse.Namespace
) -> None:
    """A panel for each profile: odd pages of the fitted sets, and all pages of the unseen ones."""
    panels = {}
    for profile in PROFILES:
        mine = [word for word in words if word.reader == profile]
        alike = [word for word in mine if word.collection in arguments.sets and word.half == "odd"]
        unseen = [word for word in mine if word.collection in arguments.unseen]
        curves = {"receipts, forms, drawn pages": alike, "sets never fitted on": unseen}
        panels[profile] = {
            label: _curve_of(_chances(part, weights), _rights(part))
            for label, part in curves.items()
            if part
        }
    draw(panels, arguments.docs / "confidence.png")


def _curve_of(chances: Array, right: Array) -> Curve:
    return [
        (float(chances[inside].mean()), float(right[inside].mean()), int(inside.sum()))
        for inside in _bins(chances)
        if inside.any()
    ]


def _toml(weights: Mapping[str, Array], arguments: argparse.Namespace) -> str:
    """The file's engines with those fitted now in place of their old entries."""
    path: Path = arguments.write
    known = tomllib.loads(path.read_text())["engine"] if path.exists() else {}
    for engine, fitted in weights.items():
        rounded = [round(float(weight), 4) for weight in fitted]
        known[engine] = {"fitted": _fitted_on(arguments), "weights": rounded}
    lines = [
        "# Weights of vision/recognition/calibration.py: constant, log odds of word, line, page;",
        "# log length, shares of digits and marks, known word, read alike by another. Made by",
        "# python -m benchmarks.calibration --data ../shared/data \\",
        "#     --write vision/recognition/calibration.toml",
    ]
    for engine, entry in known.items():
        rows = (f"{name} = {json.dumps(entry[name])}" for name in ("fitted", "weights"))
        lines += ["", f"[engine.{engine}]", *rows]
    return "\n".join(lines) + "\n"


def _fitted_on(arguments: argparse.Namespace) -> str:
    today = datetime.datetime.now(tz=datetime.UTC).date()
    part = f", the first {arguments.limit} pages of each" if arguments.limit else ""
    return f"{today}, even pages of {', '.join(arguments.sets)}{part}"


def _chances(words: Sequence[Judged], weights: Mapping[str, Array]) -> Array:
    """Words of engines without weights keep their raw confidence."""
    return np.array([
        min(float(_curve(weights[word.engine], np.array(word.values))) * word.unaffected, word.most)
        if word.engine in weights
        else min(word.raw, word.most)
        for word in words
    ])  # fmt: skip


def _curve(weights: Array, values: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.clip(values @ weights, -30, 30))))


def _bins(chances: Array) -> Iterator[NDArray[np.bool_]]:
    places = np.minimum((chances * _BINS).astype(int), _BINS - 1)
    for number in range(_BINS):
        yield places == number


def _rights(words: Sequence[Judged]) -> Array:
    return np.array([word.right for word in words], np.float64)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--engines", type=_names, help="all without it")
    parser.add_argument("--sets", type=_names, default=["made", "sroie", "funsd"])
    unseen = ["omnidoc", "pages_misc", "hist_fr", "hist_de", "lines_deu", "lines_ara"]
    parser.add_argument("--unseen", type=_names, default=unseen)
    parser.add_argument("--limit", type=int, help="pages of each evaluation set; all without it")
    parser.add_argument("--rounds", type=int, default=2, help="rounds of drawn pages, 8 each")
    parser.add_argument(
        "--fit-only", action="store_true", help="neither profiles nor the sets of --unseen"
    )
    parser.add_argument("--write", type=Path, help="file of the fitted weights")
    parser.add_argument("--docs", type=Path, help="folder for confidence.png")
    return parser.parse_args()


def _names(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


if __name__ == "__main__":
    sys.exit(main())
