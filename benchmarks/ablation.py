"""What each part of a reading gains and costs: the profiles with one thing changed at a time.

    python -m benchmarks.ablation --data ../shared/data --pages odd

Every variant reads every page the whole way, in turns, in one process with one thread each; CPU
time is its own. Constants were tuned on pages of even number (counted from 0, by name): the odd
ones were never looked at.
"""

import argparse
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.accuracy import (
    HEAD,
    Read,
    Reader,
    Result,
    measure,
    read_of,
    read_with_pytesseract,
    row,
    samples,
)
from benchmarks.conditions import conditions
from jobs.settings import Settings
from vision.core.options import ReadOptions, with_profile
from vision.core.stages import PageImage
from vision.pipeline import read_page
from workers.engine.engine import Engine, build_engine

VARIANTS: dict[str, dict[str, Any]] = {
    "fast": {"profile": "fast"},
    "balanced": {},
    "accurate": {"profile": "accurate"},
    "balanced, classical lines": {"lines": "classical"},
    "balanced, learned lines": {"lines": "learned"},
    "balanced, Tesseract's lines": {"lines": "tesseract"},
    "balanced, native Tesseract": {"recogniser": "tesseract"},
    "balanced, no second reader": {"second_reader": "off"},
    "balanced, second below .8": {"second_below": 0.8},
    "balanced, second below .92": {"second_below": 0.92},
    "balanced, second below .98": {"second_below": 0.98},
    "balanced, ppocr alone": {"recogniser": "ppocr"},
    "balanced, no detector": {"detectors": ()},
    "balanced, no barcodes": {"barcodes": "off"},
    "balanced, orientation off": {"orientation": "off"},
    "balanced, deskew off": {"deskew": "off"},
    "balanced, light as it is": {"illumination": "off"},
    "balanced, upscale off": {"upscale": "off"},
}
_SECOND_HALF = {"even": 0, "odd": 1}


def main() -> None:
    """Command line."""
    arguments = _arguments()
    # One OpenMP thread for pytesseract's program, as the other readers have.
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    with TemporaryDirectory() as folder:
        engine = build_engine(Settings(device="cpu", onnx_threads=1, data_dir=Path(folder)))
        readers = _readers(engine, arguments.variants)
        print(conditions())
        print(HEAD)
        for name in arguments.sets:
            _measure_set(name, arguments, readers)
        engine.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="folder of the evaluation sets")
    parser.add_argument("--sets", type=lambda text: text.split(","), default=["sroie", "funsd"])
    parser.add_argument("--pages", choices=["even", "odd", "all"], default="all")
    parser.add_argument("--limit", type=int, help="pages of each set; all without it")
    parser.add_argument(
        "--variants", type=lambda text: text.split(";"), default=[*VARIANTS], help="by name, with ;"
    )
    return parser.parse_args()


def _readers(engine: Engine, names: list[str]) -> dict[str, Reader]:
    ours = {name: _reader(engine, VARIANTS[name]) for name in names}
    return {**ours, "pytesseract": read_with_pytesseract}


def _reader(engine: Engine, given: dict[str, Any]) -> Reader:
    def read(page: PageImage, languages: str) -> Read:
        chosen = with_profile(given) | {"languages": tuple(languages.split("+"))}
        options = ReadOptions(**chosen)
        return read_of(read_page(page, engine.stages, options, engine.orienter).page)

    return read


def _measure_set(name: str, arguments: argparse.Namespace, readers: dict[str, Reader]) -> None:
    results = {reader: Result() for reader in readers}
    pages = [*samples(arguments.data / name, None)]
    if arguments.pages in _SECOND_HALF:
        pages = pages[_SECOND_HALF[arguments.pages] :: 2]
    for reader, read in readers.items():  # each opens what it needs before it is timed
        if pages and reader != "pytesseract":
            read(pages[0].image, pages[0].languages)
    for sample in pages[: arguments.limit]:
        for reader, read in readers.items():
            measure(read, sample, results[reader])
    for reader, result in results.items():
        print(row(name, reader, result), flush=True)


if __name__ == "__main__":
    main()
