"""How true confidences are, and the fit that makes them so.

    python -m benchmarks.calibration --data ../shared/data --engines tesseract,lstm,ppocr
    python -m benchmarks.calibration --data ../shared/data --write vision/calibration.toml

Every recogniser reads the same found lines of every page. A word is right where its letters and
digits stand in the true text under its box. Weights are fitted on even
pages of --sets; expected calibration error (ten bins of equal width) is told for even pages, for
odd ones and for the sets of --unseen, before and after.
"""

import argparse
import datetime
import json
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.conditions import conditions
from benchmarks.scoring import words_of
from benchmarks.true_pages import TruePage, TrueUnit, made_set, readable_languages, real_set
from jobs.settings import Settings
from vision.calibration import features, page_confidence
from vision.crops import cut_lines
from vision.geometry import transform_box
from vision.options import ReadOptions
from vision.prepare import prepare
from vision.stages import LineCrop, LineReading, PageImage
from vision.types import Box
from workers.engine import Engine, build_engine

_BINS = 10
# Sets whose truth holds every word of the page.
_COMPLETE = ("made", "sroie", "funsd")
_FORMULA = ("$", "\\")  # truths write formulas as LaTeX
_RIDGE = 1.0  # keeps weights small where pages say little

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judged:
    """One word: who read it, where from, raw confidence, features, and whether it is right."""

    engine: str
    collection: str
    half: str
    raw: float
    values: tuple[float, ...]
    right: bool


def main() -> int:
    """Command line."""
    arguments = _arguments()
    engine = build_engine(Settings())
    print(conditions())
    with TemporaryDirectory(prefix="pagesight-calibration-") as name:
        words = list(_judged_words(engine, arguments, Path(name)))
    fitted: dict[str, Array] = {}
    for reader in arguments.engines:
        mine = [word for word in words if word.engine == reader]
        seen = [word for word in mine if word.collection in arguments.sets and word.half == "even"]
        fitted[reader] = fit(_matrix(seen), _rights(seen))
        _report(reader, mine, fitted[reader])
    (arguments.plot).write_text(_plot(words, fitted))
    if arguments.write:
        arguments.write.write_text(_toml(fitted, arguments))
    return 0


def fit(values: Array, right: Array) -> Array:
    """Weights of the logistic curve that makes `right` likeliest (Newton's method, ridge)."""
    weights = np.zeros(values.shape[1])
    ridge = _RIDGE * np.eye(len(weights))
    ridge[0, 0] = 0.0
    for _ in range(30):
        chances = _chances(weights, values)
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


def _judged_words(engine: Engine, arguments: argparse.Namespace, folder: Path) -> Iterator[Judged]:
    installed = engine.stages.recognisers[arguments.engines[0]].languages()
    for name in (*arguments.sets, *arguments.unseen):
        if name == "made":
            pages = made_set(folder, arguments.rounds)
        else:
            pages = real_set(arguments.data, name, folder, arguments.limit)
        for page in pages:
            languages = tuple(readable_languages(page.languages, installed).split("+"))
            crops = _crops(engine, page, languages)
            for reader in arguments.engines:
                readings = engine.stages.recognisers[reader].recognise(crops)
                yield from _judged(reader, page, crops, readings)
        print(name, file=sys.stderr, flush=True)


def _crops(engine: Engine, page: TruePage, languages: tuple[str, ...]) -> list[LineCrop]:
    with Image.open(page.path) as image:
        pixels = np.asarray(image.convert("RGB"))
    prepared = prepare(PageImage(1, pixels), ReadOptions(), None)
    found = engine.stages.finders["learned"].find(prepared.working, languages)
    return cut_lines(prepared, found, languages)


def _judged(
    reader: str, page: TruePage, crops: Sequence[LineCrop], readings: Sequence[LineReading]
) -> Iterator[Judged]:
    sure = page_confidence(readings)
    for crop, line in zip(crops, readings, strict=True):
        for word in line.words:
            right = is_right(word.text, transform_box(crop.to_page, word.box), page)
            if right is not None:
                values = features(word.text, word.confidence, line.confidence, sure)
                yield Judged(reader, page.collection, page.half, word.confidence, values, right)


def is_right(text: str, box: Box, page: TruePage) -> bool | None:
    """Whether a word stands in the true text under its box; None where that cannot be told.

    Letters and digits are compared, blanks are not: truths part `RM 9.00` as they like. Words on
    no true text are wrong where the truth holds all text of the page.
    """
    said = squashed(text)
    under = sorted((u for u in page.units if _under(u, box)), key=lambda unit: unit.box[0])
    true = "".join(unit.text for unit in under)
    if not said or any(mark in true for mark in _FORMULA):
        return None
    if not under:
        return False if page.collection in _COMPLETE else None
    return said in squashed(true)


def squashed(text: str) -> str:
    """Letters and digits alone, case apart."""
    return "".join(words_of(text))


def _under(unit: TrueUnit, box: Box) -> bool:
    x0, y0, x1, y1 = unit.box
    across = min(x1, box.x1) - max(x0, box.x0)
    down = min(y1, box.y1) - max(y0, box.y0)
    return across > 0 and down > 0.5 * min(y1 - y0, box.height)


def _report(reader: str, words: Sequence[Judged], weights: Array) -> None:
    print(f"\n{reader:<12}{'set':<14}{'half':<6}{'words':>7}{'right':>7}{'raw ECE':>9}{'ECE':>7}")
    for name in dict.fromkeys(word.collection for word in words):
        for half in ("even", "odd"):
            part = [word for word in words if (word.collection, word.half) == (name, half)]
            if part:
                right, raw = _rights(part), np.array([word.raw for word in part])
                now = calibration_error(_chances(weights, _matrix(part)), right)
                was = calibration_error(raw, right)
                share = f"{len(part):>7}{right.mean():>7.3f}{was:>9.3f}{now:>7.3f}"
                print(f"{'':<12}{name:<14}{half:<6}{share}", flush=True)


def _plot(words: Sequence[Judged], fitted: dict[str, Array]) -> str:
    """A reliability diagram of odd and unseen pages: said chance to the right, truth upwards."""
    shapes = []
    for number, (reader, weights) in enumerate(fitted.items()):
        odd = [word for word in words if word.engine == reader and word.half == "odd"]
        colour = ("#c03020", "#3060a0", "#308040", "#806020")[number % 4]
        shapes.append(f'<text x="60" y="{40 + 16 * number}" fill="{colour}">{reader}</text>')
        if not odd:
            continue
        chances, right = _chances(weights, _matrix(odd)), _rights(odd)
        points = [
            f"{40 + 320 * chances[inside].mean():.0f},{360 - 320 * right[inside].mean():.0f}"
            for inside in _bins(chances)
            if inside.sum() >= 10
        ]
        shapes.append(f'<polyline fill="none" stroke="{colour}" points="{" ".join(points)}"/>')
    return "\n".join([
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400">',
        "<style>text { font: 12px sans-serif } polyline { stroke-width: 2 }</style>",
        '<rect width="400" height="400" fill="white"/>',
        '<path d="M40 40V360H360M40 360L360 40" fill="none" stroke="grey"/>',
        '<text x="230" y="385">confidence told</text><text x="45" y="28">share right</text>',
        *shapes,
        "</svg>",
    ])  # fmt: skip


def _toml(fitted: dict[str, Array], arguments: argparse.Namespace) -> str:
    """The file's engines with those fitted now in place of their old entries."""
    path: Path = arguments.write
    known = tomllib.loads(path.read_text())["engine"] if path.exists() else {}
    for reader, weights in fitted.items():
        rounded = [round(float(weight), 4) for weight in weights]
        known[reader] = {"fitted": _fitted_on(arguments), "weights": rounded}
    lines = [
        "# Weights of vision/calibration.py: constant, log odds of word, line, page; log length,",
        "# shares of digits and marks. Made by",
        "# python -m benchmarks.calibration --data ../shared/data --write vision/calibration.toml",
    ]
    for reader, entry in known.items():
        rows = (f"{name} = {json.dumps(entry[name])}" for name in ("fitted", "weights"))
        lines += ["", f"[engine.{reader}]", *rows]
    return "\n".join(lines) + "\n"


def _fitted_on(arguments: argparse.Namespace) -> str:
    today = datetime.datetime.now(tz=datetime.UTC).date()
    part = f", the first {arguments.limit} pages of each" if arguments.limit else ""
    return f"{today}, even pages of {', '.join(arguments.sets)}{part}"


def _chances(weights: Array, values: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.clip(values @ weights, -30, 30))))


def _bins(chances: Array) -> Iterator[NDArray[np.bool_]]:
    places = np.minimum((chances * _BINS).astype(int), _BINS - 1)
    for number in range(_BINS):
        yield places == number


def _matrix(words: Sequence[Judged]) -> Array:
    return np.array([word.values for word in words], np.float64)


def _rights(words: Sequence[Judged]) -> Array:
    return np.array([word.right for word in words], np.float64)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--engines", type=_names, default=["tesseract", "lstm", "ppocr"])
    parser.add_argument("--sets", type=_names, default=["made", "sroie", "funsd"])
    parser.add_argument("--unseen", type=_names, default=["omnidoc", "hist_fr", "hist_de"])
    parser.add_argument("--limit", type=int, help="pages of each evaluation set; all without it")
    parser.add_argument("--rounds", type=int, default=2, help="rounds of drawn pages, 8 each")
    parser.add_argument("--write", type=Path, help="file of the fitted weights")
    parser.add_argument(
        "--plot", type=Path, default=Path(__file__).with_name("results") / "reliability.svg"
    )
    return parser.parse_args()


def _names(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


if __name__ == "__main__":
    sys.exit(main())
