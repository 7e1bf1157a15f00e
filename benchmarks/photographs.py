"""What rectifying photographs gains, and that no scan is touched.

    python -m benchmarks.photographs --data ../shared/data --limit 12

Pages of sroie and funsd as they are and photographed (drawn) at three angles, on four kinds of
desk: word F1 and CPU time of `balanced` with the option `rectifier` off and on, without detection
and barcodes. Then every image of the evaluation pages: how many would be rectified.
"""

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from benchmarks.conditions import conditions
from benchmarks.drawn_photographs import DESKS, photograph
from benchmarks.scoring import score_words
from jobs.settings import Settings
from vision.core.arrays import Image
from vision.core.errors import BadInput
from vision.core.limits import Limits
from vision.core.options import OFF, ReadOptions
from vision.core.stages import PageImage
from vision.imaging.connected_components import find_letters
from vision.input.decode import decode_page
from vision.pipeline import read_page
from vision.preprocessing.page_outline import OutlineRectifier
from vision.preprocessing.rectify import rectify
from workers.engine.engine import Engine, build_engine

_SETS = ("sroie", "funsd")
_DEGREES = (0.0, 5.0, 11.0, 18.0)
_LONGEST_SIDE = 2600
_WAYS = (OFF, "outline")


class Reading(NamedTuple):
    """Word F1 of one page and its CPU seconds."""

    f1: float
    cpu_s: float


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--limit", type=int, default=12)
    parser.add_argument("--skip", type=int, default=0, help="pages of each set left out at first")
    arguments = parser.parse_args()
    print(conditions())
    engine = build_engine(Settings())
    for name in _SETS:
        _report(engine, arguments.data / name, arguments.skip, arguments.limit)
    _count_rectified(arguments.data)


def _report(engine: Engine, folder: Path, skip: int, limit: int) -> None:
    read: dict[float, list[tuple[Reading, ...]]] = defaultdict(list)
    paths = sorted((folder / "images").iterdir())[skip : skip + limit]
    for number, path in enumerate(paths):
        text = json.loads((folder / "gt" / f"{path.stem}.json").read_text())["text"]
        page = decode_page(path, 1, 300, Limits()).pixels
        for degrees in _DEGREES:
            seen = _seen(page, skip + number, degrees)
            read[degrees].append(tuple(_read(engine, seen, text, way) for way in _WAYS))
    for degrees, pages in read.items():
        mean = np.array(pages).mean(axis=0)
        print(
            f"{folder.name} at {degrees:g} degrees, {len(pages)} pages: F1 {mean[0, 0]:.3f} off,"
            f" {mean[1, 0]:.3f} on; CPU {mean[0, 1]:.2f} and {mean[1, 1]:.2f} s a page",
            flush=True,
        )


def _seen(page: Image, number: int, degrees: float) -> Image:
    if not degrees:
        return page
    drawn = photograph(page, number, degrees, DESKS[number % len(DESKS)]).pixels
    factor = min(1.0, _LONGEST_SIDE / max(drawn.shape[:2]))
    resized = cv2.resize(drawn, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return np.asarray(resized, np.uint8)


def _read(engine: Engine, page: Image, text: str, rectifier: str) -> Reading:
    options = ReadOptions(detectors=(), barcodes="off", rectifier=rectifier)
    started = time.process_time()
    found = read_page(PageImage(1, page), engine.stages, options, engine.orienter).page
    return Reading(score_words(found.text, text).f1, time.process_time() - started)


def _count_rectified(data: Path) -> None:
    rectified, pages, spent = Counter[str](), Counter[str](), 0.0
    for collection, page in _images(data):
        text = find_letters(page)
        started = time.process_time()
        found, _ = rectify(page, text, OutlineRectifier())
        spent += time.process_time() - started
        pages[collection] += 1
        rectified[collection] += found is not None
    for collection, count in sorted(pages.items()):
        print(f"{collection}: {rectified[collection]} of {count} images would be rectified")
    print(f"{spent / pages.total() * 1000:.1f} ms of CPU time an image to find that out")


def _images(data: Path) -> Iterator[tuple[str, Image]]:
    for path in sorted(data.rglob("*")):
        collection = path.relative_to(data).parts[0]
        if path.suffix.lower() not in {".jpg", ".jpeg", ".png", ".tif"}:
            continue
        try:
            yield collection, decode_page(path, 1, 150, Limits()).pixels
        except BadInput:
            continue


if __name__ == "__main__":
    main()
