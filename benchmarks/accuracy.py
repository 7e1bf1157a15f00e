"""Word F1, character error rate and time a page: every line finder beside plain pytesseract.

    python -m benchmarks.accuracy --data ../shared/data --sets sroie,funsd --lines learned,tesseract

Each page goes the whole way that a job's page goes, without region detection and barcodes, which
do not bear on its text. pytesseract reads the same pages in the same run, so that a busy machine
slows both. Bias: the constants of vision/ were chosen on every fourth page of sroie and funsd.
"""

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, median, quantiles
from typing import NamedTuple

import numpy as np
import pytesseract
from PIL import Image, ImageOps

from benchmarks.conditions import conditions
from benchmarks.mark_scoring import (
    LostSigns,
    has_marks,
    lost_signs,
    score_marks,
    score_numbers,
)
from benchmarks.scoring import WordScore, character_error_rate, score_words
from models.loaders.resources import LocalResources
from vision.core.document import Page
from vision.core.options import OFF, ReadOptions
from vision.core.protocols import Stages
from vision.core.stages import PageImage
from vision.pipeline import read_page
from vision.preprocessing.orientation import open_orienter

# Their true text is not in reading order, so that edits between texts mean nothing.
_UNORDERED = {"sroie", "funsd"}
_CONVERTED = Path(__file__).with_name("results") / "converted"


class Read(NamedTuple):
    """A page's text, and the words that the reader itself lists as doubtful."""

    text: str
    doubtful: tuple[str, ...] = ()


Reader = Callable[[PageImage, str], Read]


@dataclass(frozen=True, slots=True)
class Sample:
    """A page, its true text, and its languages as Tesseract codes joined by `+`."""

    image: PageImage
    text: str
    languages: str


@dataclass
class Result:
    """What one reader made of one set."""

    words: WordScore = field(default_factory=WordScore)
    marks: WordScore = field(default_factory=WordScore)
    numbers: WordScore = field(default_factory=WordScore)
    signs: LostSigns = field(default_factory=LostSigns)
    error_rates: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    wall_ms: list[float] = field(default_factory=list)


def main() -> None:
    """Command line."""
    arguments = _arguments()
    readers = _readers(arguments)
    print(conditions())
    print(HEAD)
    for name in arguments.sets:
        results = {reader: Result() for reader in readers}
        for sample in samples(arguments.data / name, arguments.limit):
            for reader, read in readers.items():
                measure(read, sample, results[reader])
        for reader, result in results.items():
            print(row(name, reader, result), flush=True)


def _readers(arguments: argparse.Namespace) -> dict[str, Reader]:
    """Every line finder with every recogniser, and the baseline."""
    resources = _resources(arguments.tessdata)
    readers = {
        f"{lines}+{recogniser}": _product(lines, recogniser, resources)
        for lines in arguments.lines
        for recogniser in arguments.recognisers
    }
    return {**readers, "pytesseract": read_with_pytesseract}


def samples(folder: Path, limit: int | None) -> Iterator[Sample]:
    """The first `limit` pages of a set, by name."""
    for truth in sorted((folder / "gt").glob("*.json"))[:limit]:
        page = json.loads(truth.read_text())
        with Image.open(folder / page["image"]) as image:
            pixels = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
        yield Sample(PageImage(1, pixels), page["text"], page["lang"])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="folder of the evaluation sets")
    parser.add_argument("--sets", type=_names, default=["sroie", "funsd"])
    parser.add_argument("--lines", type=_names, default=["learned", "tesseract"])
    parser.add_argument("--recognisers", type=_names, default=["tesseract"])
    parser.add_argument("--limit", type=int, help="pages of each set; all without it")
    parser.add_argument("--tessdata", help="folder of .traineddata files")
    return parser.parse_args()


def _names(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


def _resources(tessdata: str | None) -> LocalResources:
    return LocalResources(_CONVERTED, "cpu", tessdata_dir=Path(tessdata) if tessdata else None)


def _product(lines: str, recogniser: str, resources: LocalResources) -> Reader:
    """The product's own way, with this line finder and recogniser."""
    stages = Stages(
        {lines: resources.line_finder(lines)}, {recogniser: resources.recogniser(recogniser)}, {}
    )
    orienter = open_orienter(resources)

    def read(page: PageImage, languages: str) -> Read:
        options = ReadOptions(
            languages=tuple(languages.split("+")),
            lines=lines,
            recogniser=recogniser,
            second_reader=OFF,
            detectors=(),
            barcodes="off",
        )
        return read_of(read_page(page, stages, options, orienter).page)

    return read


def read_with_pytesseract(page: PageImage, languages: str) -> Read:
    """The text of a page as pytesseract's users get it."""
    return Read(pytesseract.image_to_string(Image.fromarray(page.pixels), lang=languages))


def read_of(page: Page) -> Read:
    """What of a page read by the product is scored."""
    return Read(page.text, tuple(word.text for word in page.doubtful))


def measure(read: Reader, sample: Sample, result: Result) -> None:
    """Add to the result what this reader makes of this page, and what that costs."""
    wall, cpu = time.perf_counter(), _cpu_s()
    text, doubtful = read(sample.image, sample.languages)
    result.wall_ms.append((time.perf_counter() - wall) * 1000)
    result.cpu_ms.append((_cpu_s() - cpu) * 1000)
    result.words += score_words(text, sample.text)
    result.marks += score_marks(text, sample.text)
    result.numbers += score_numbers(text, sample.text)
    result.signs += lost_signs(text, sample.text, doubtful)
    result.error_rates.append(character_error_rate(text, sample.text))


def _cpu_s() -> float:
    """Processor time of this process and of children that ended, as pytesseract's have."""
    return sum(os.times()[:4])


HEAD = (
    f"{'set':<12}{'reader':<30}{'pages':>6}{'F1':>7}{'prec':>7}{'recall':>7}{'CER':>7}"
    f"{'marks':>7}{'numbers':>9}{'signs':>12}{'CPU ms':>8}{'p50 ms':>8}{'p95 ms':>8}"
)


def row(name: str, reader: str, result: Result) -> str:
    """One line of the table, under HEAD."""
    words, pages = result.words, len(result.wall_ms)
    rate = "-" if name in _UNORDERED or not pages else f"{fmean(result.error_rates):.3f}"
    share = f"{words.f1:>7.3f}{words.precision:>7.3f}{words.recall:>7.3f}{rate:>7}"
    return f"{name:<12}{reader:<30}{pages:>6}{share}" + _marks(name, result) + _times(result)


def _marks(name: str, result: Result) -> str:
    """F1 of marks and of whole numbers; lost signs, those not listed as doubtful, of how many."""
    if not has_marks(name):
        return f"{'-':>7}{'-':>9}{'-':>12}"
    signs = f"{result.signs.lost}({result.signs.unnoticed})/{result.signs.signed}"
    return f"{result.marks.f1:>7.3f}{result.numbers.f1:>9.3f}{signs:>12}"


def _times(result: Result) -> str:
    if len(result.wall_ms) < 2:
        return ""
    slow = quantiles(result.wall_ms, n=20, method="inclusive")[-1]
    return f"{fmean(result.cpu_ms):>8.0f}{median(result.wall_ms):>8.0f}{slow:>8.0f}"


if __name__ == "__main__":
    main()
