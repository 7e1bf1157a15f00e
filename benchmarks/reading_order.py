"""How well reading order is told: true lines in, the share of successions kept out.

    python -m benchmarks.reading_order --data ../shared/data --list

Nothing is recognised: the truth's own lines, shuffled, go through detection and assembly, once with
the regions of the detector and once without, so that only order is judged. Tilt is that of the
page, measured as for any job. Pages are drawn ones
(1 to 4 columns with header, footnote and page number, letters, receipts, forms, tables; order
known by construction) and those of the evaluation sets that give an order. Of real forms (funsd)
only the order of labels and what is filled in is known: how many answers begin right where their
question ends, where each has but one of the other; the halves apart.
"""

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from benchmarks.conditions import conditions
from benchmarks.placed_scoring import in_order, owners, pairs_kept, successions_kept
from benchmarks.true_pages import TruePage, TrueUnit, made_set, real_set
from jobs.settings import Settings
from vision.core.arrays import Affine
from vision.core.document import Box
from vision.core.geometry import compose, invert, transform_box, transform_points, translation
from vision.core.options import ReadOptions
from vision.core.stages import CropWord, LineCrop, LineReading, PageImage, PreparedPage
from vision.layout.assemble import assemble
from vision.layout.regions import Finding
from vision.preprocessing.prepare import prepare
from workers.engine.engine import Engine, build_engine

_SETS = ("made", "omnidoc", "hist_fr", "funsd")
_DETECTOR = "pagesight-doc"
_LEAST_HEIGHT = 0.4  # of an upright box around a tilted line; some are drawn around less than it

Place = tuple[float, ...]


def main() -> int:
    """Command line."""
    arguments = _arguments()
    engine = build_engine(Settings())
    print(conditions())
    print(f"{'page':<40}{'lines':>6}{'with regions':>14}{'without':>9}")
    sums: dict[str, list[tuple[int, int]]] = {}
    with TemporaryDirectory(prefix="pagesight-order-") as folder:
        for page in _pages(arguments, Path(folder)):
            scores = [score_page(page, _findings(engine, page)), score_page(page, ())]
            sums.setdefault(_kind(page), []).extend(scores)
            if arguments.list:
                name = f"{page.collection}/{page.name}"
                print(
                    f"{name:<40}{len(_lines(page)):>6}{_said(scores[:1]):>14}{_said(scores[1:]):>9}"
                )
    for kind, scores in sums.items():
        said = f"{_said(scores[::2]):>14}{_said(scores[1::2]):>9}"
        print(f"{kind:<40}{len(scores) // 2:>6}{said}")
    return 0


def score_page(page: TruePage, findings: Sequence[Finding]) -> tuple[int, int]:
    """Successions kept and all, after assembling the page's true lines; of forms, answers."""
    lines, prepared = _lines(page), _prepared(page)
    random.Random(1).shuffle(lines)
    crops = [_crop(line, prepared.to_page) for line in lines]
    readings = [_reading(line, crop) for line, crop in zip(lines, crops, strict=True)]
    read = assemble(prepared, crops, readings, findings, (), (page.languages,))
    unit_of = _units_by_place(page, lines, crops)
    places = (
        _place(word.box) for each in read.blocks for line in each.lines for word in line.words
    )
    sequence = [unit_of[place] for place in places if place in unit_of]
    return pairs_kept(sequence, page.answers) if page.answers else successions_kept(sequence)


def _units_by_place(
    page: TruePage, lines: Sequence[TrueUnit], crops: Sequence[LineCrop]
) -> dict[Place, int]:
    """Which unit, counted in reading order, a word belongs to, by where its line put it.

    Boxes alone would not tell: those of tilted lines overlap.
    """
    ordered = in_order(page.units)
    if page.answers:
        numbers = [line.order for line in lines]
    elif page.lines:
        middles = [("", *line.box) for line in lines]
        numbers = owners(middles, ordered)
    else:
        number = {unit: at for at, unit in enumerate(ordered)}
        numbers = [number.get(line) for line in lines]
    return {
        _place(transform_box(crop.to_page, word.box)): at
        for line, crop, at in zip(lines, crops, numbers, strict=True)
        for word in _reading(line, crop).words
        if at is not None
    }


def _place(box: Box) -> Place:
    return tuple(round(edge, 1) for edge in box)


def _lines(page: TruePage) -> list[TrueUnit]:
    return list(page.lines or page.units)


def _prepared(page: TruePage) -> PreparedPage:
    with Image.open(page.path) as image:
        pixels = np.asarray(image.convert("RGB"))
    return prepare(PageImage(1, pixels), ReadOptions(), None)


def _crop(line: TrueUnit, to_page: Affine) -> LineCrop:
    """A line's box, which stands upright on the page, as it would be cut along the page's tilt."""
    x0, y0, x1, y1 = line.box
    scale = float(np.hypot(*to_page[:, 0]))
    tilt = abs(to_page[1, 0] / to_page[0, 0])
    width = (x1 - x0) / scale
    height = max((y1 - y0) / scale - tilt * width, _LEAST_HEIGHT * (y1 - y0) / scale)
    middle = np.array([[(x0 + x1) / 2, (y0 + y1) / 2]])
    ((x, y),) = transform_points(invert(to_page), middle)
    place = compose(to_page, translation(x - width / 2, y - height / 2))
    size = (max(1, round(height)), max(1, round(width)), 3)
    return LineCrop(np.broadcast_to(np.uint8(255), size), place, ("eng",))


def _reading(line: TrueUnit, crop: LineCrop) -> LineReading:
    """The true text, its words given their share of the line by letters."""
    height, width = crop.pixels.shape[:2]
    step = width / max(len(line.text), 1)
    words, at = [], 0
    for text in line.text.split():
        at = line.text.index(text, at)
        box = Box(at * step, 0.0, (at + len(text)) * step, float(height))
        words.append(CropWord(text, 1.0, box))
        at += len(text)
    return LineReading(line.text, 1.0, tuple(words))


def _findings(engine: Engine, page: TruePage) -> list[Finding]:
    found = engine.stages.detectors[_DETECTOR].detect([_prepared(page).upright], 0.25)[0].found
    return [(_DETECTOR, each) for each in found]


def _pages(arguments: argparse.Namespace, folder: Path) -> Iterator[TruePage]:
    if "made" in arguments.sets:
        yield from made_set(folder, arguments.rounds)
    for name in arguments.sets:
        if name != "made" and arguments.data:
            yield from real_set(arguments.data, name, folder, None)


def _kind(page: TruePage) -> str:
    if page.collection == "made":
        return page.name.removesuffix("_scan")
    return f"{page.collection}, answers, {page.half}" if page.answers else page.collection


def _said(scores: Sequence[tuple[int, int]]) -> str:
    below = sum(score[1] for score in scores)
    return f"{sum(score[0] for score in scores) / below:.3f}" if below else "-"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--sets", nargs="+", default=_SETS)
    parser.add_argument("--rounds", type=int, default=2, help="rounds of drawn pages, 8 each")
    parser.add_argument("--list", action="store_true", help="a line for each page")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
