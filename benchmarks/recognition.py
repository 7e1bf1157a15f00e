"""Recognition: converted networks against native Tesseract, same model, same crops, same run.

One thread each, preparation and decoding included; rounds alternate, the best of each counts.
`--images tesseract` prepares crops as native Tesseract does, not as the product does. With
`--device cuda` the provider is proven before anything is timed, and the clock's time counts.

    OMP_THREAD_LIMIT=1 python -m benchmarks.recognition --data ../shared/data
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import tesserocr

from benchmarks.scoring import edit_distance
from models.loaders.tesseract_lstm import open_lstm_recogniser
from vision.core.arrays import Image
from vision.core.document import Box
from vision.core.stages import CropWord, LineCrop, LineReading, PreparedPage
from vision.engines.onnx_session import CPU_PROVIDER
from vision.engines.tessdata import find_tessdata, installed_languages
from vision.engines.tesseract_library import Tesseract
from vision.recognition.lstm.recogniser import LstmRecogniser
from vision.text_detection.crops import cut_lines
from vision.text_detection.tesseract_layout import TesseractLineFinder

_MARKS = str.maketrans("", "", "\u200e\u200f")  # of direction: only native Tesseract writes them


@dataclass(frozen=True, slots=True)
class Sample:
    """One line and what it says, or what its whole page says where `page` names one."""

    crop: LineCrop
    truth: str
    page: str = ""


@dataclass(frozen=True, slots=True)
class Timed:
    """What one recogniser read, and the seconds of its best round."""

    readings: list[LineReading]
    seconds: float


def main() -> None:
    """Print one row for each set of lines whose language is installed."""
    arguments = _arguments()
    tessdata = find_tessdata(arguments.tessdata)
    installed = installed_languages(tessdata)
    print(f"{'lines':22} {'n':>4} {'native ms':>9} {'ours ms':>8} {'ratio':>6}"
          f" {'native CER':>10} {'ours CER':>9} {'equal':>7} {'box px':>6}")  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="pagesight-models-") as cache:
        ours = open_lstm_recogniser(
            tessdata,
            Path(cache),
            arguments.device,
            arguments.threads,
            min_confidence=0,
            images=arguments.images,
        )
        for name, language, samples in _sets(arguments.data, Tesseract(tessdata)):
            if arguments.sets and name not in arguments.sets:
                continue
            if language not in installed or not samples:
                print(f"{name:22} left out: {language} is not installed, or there are no lines")
                continue
            _compare(name, language, samples, ours, arguments)


def _compare(
    name: str,
    language: str,
    samples: Sequence[Sample],
    ours: LstmRecogniser,
    arguments: argparse.Namespace,
) -> None:
    crops = [sample.crop for sample in samples]
    ours.recognise(crops[:1])  # opens the network
    providers = {use.provider for use in ours.models([language])}
    clock = time.thread_time if providers == {CPU_PROVIDER} else time.perf_counter
    with _native_reader(find_tessdata(arguments.tessdata), language) as theirs:
        mine, natively = partial(ours.recognise, crops), partial(theirs, crops)
        rounds = _alternate(mine, natively, arguments.rounds, clock)
    _print_row(name, samples, *rounds)
    if clock is time.perf_counter:
        print(f"{'':22} ours ran on {', '.join(providers)}, timed by the clock")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--tessdata", help="folder of the .traineddata files")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sets", nargs="*", help="names of rows; all without it")
    parser.add_argument("--images", choices=["even", "tesseract"], default="even")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--threads", type=int, default=1, help="of our side")
    return parser.parse_args()


def _sets(data: Path, native: Tesseract) -> Iterator[tuple[str, str, list[Sample]]]:
    yield "lines_deu (frk)", "frk", _line_samples(data / "lines_deu", "frk")
    yield "lines_deu (deu)", "deu", _line_samples(data / "lines_deu", "deu")
    yield "lines_ara (ara)", "ara", _line_samples(data / "lines_ara", "ara")
    yield "hist_de (frk)", "frk", _printed_samples(data / "hist_de", "frk", 20)
    yield "hist_fr (fra)", "fra", _printed_samples(data / "hist_fr", "fra", 40)
    yield "pages_misc (eng)", "eng", page_samples(data / "pages_misc", native)
    yield "omnidoc (eng)", "eng", _block_samples(data / "omnidoc", "eng")
    yield "omnidoc (chi_sim)", "chi_sim", _block_samples(data / "omnidoc", "chi_sim")


def _printed_samples(folder: Path, language: str, most: int) -> list[Sample]:
    """Up to `most` lines of each page, spread over it, by the boxes of its ground truth."""
    samples: list[Sample] = []
    for truth in _truths(folder):
        page = _image(folder / truth["image"])
        lines = [line for line in truth["lines"] if _is_long(line)]
        samples += [
            Sample(_crop(_around(page, line["box"]), language), line["text"])
            for line in lines[:: max(len(lines) // most, 1)][:most]
        ]
    return samples


def printed_lines(folder: Path, language: str) -> list[LineCrop]:
    """Crops of the single lines of a set's pages in one language, for other benchmarks."""
    return [sample.crop for sample in _block_samples(folder, language)]


def _is_long(line: dict[str, Any]) -> bool:
    box = Box(*line["box"])
    return len(line["text"]) > 15 and box.width > 4 * box.height


def _around(page: Image, box: Sequence[float]) -> Image:
    x0, y0, x1, y1 = (round(edge) for edge in box)
    return page[max(y0 - 3, 0) : y1 + 3, max(x0 - 3, 0) : x1 + 3]


def _line_samples(folder: Path, language: str) -> list[Sample]:
    return [
        Sample(_crop(_image(folder / truth["image"]), language), truth["text"])
        for truth in _truths(folder)
    ]


def page_samples(folder: Path, native: Tesseract) -> list[Sample]:
    """Lines of a set's upright pictures as Tesseract's layout analysis finds them."""
    finder = TesseractLineFinder(native)
    samples: list[Sample] = []
    for truth in _truths(folder):
        if Path(truth["image"]).suffix != ".pdf" and "180" not in truth["image"]:
            page = _image(folder / truth["image"])
            prepared = PreparedPage(1, page, page, np.eye(2, 3), None, 0, 0.0)
            samples += [
                Sample(crop, truth["text"], truth["image"])
                for crop in cut_lines(prepared, finder.find(page, ["eng"]).lines, ["eng"])
            ]
    return samples


def _block_samples(folder: Path, language: str, most: int = 120) -> list[Sample]:
    """Boxes of single lines: at least three times as wide as high."""
    samples: list[Sample] = []
    for truth in _truths(folder):
        if truth["lang"] == language and len(samples) < most:
            page = _image(folder / truth["image"])
            for line in truth["lines"]:
                x0, y0, x1, y1 = (round(edge) for edge in line["box"])
                if 12 <= y1 - y0 <= 80 and x1 - x0 >= 3 * (y1 - y0) and line["text"].strip():
                    around = _around(page, line["box"])
                    samples.append(Sample(_crop(around, language), line["text"]))
    return samples[:most]


def _truths(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted((folder / "gt").glob("*.json")):
        yield json.loads(path.read_text())


def _image(path: Path) -> Image:
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
    assert pixels is not None, path
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8)


def _crop(pixels: Image, language: str) -> LineCrop:
    pixels = np.ascontiguousarray(pixels)
    return LineCrop(pixels, np.eye(2, 3), (language,))


def _alternate(
    mine: Callable[[], list[LineReading]],
    theirs: Callable[[], list[LineReading]],
    rounds: int,
    clock: Callable[[], float],
) -> tuple[Timed, Timed]:
    """Theirs and mine in turn, `rounds` times: load that comes and goes weighs on both alike."""
    runs = [(_timed(mine, clock), _timed(theirs, clock)) for _ in range(rounds)]
    best_of_mine, best_of_theirs = (
        min(column, key=lambda run: run.seconds) for column in zip(*runs, strict=True)
    )
    return best_of_theirs, best_of_mine


@contextmanager
def _native_reader(
    tessdata: Path, language: str
) -> Iterator[Callable[[Sequence[LineCrop]], list[LineReading]]]:
    """Native Tesseract with its dictionary, crops as raw lines; its own text, words and boxes."""
    api = tesserocr.PyTessBaseAPI(f"{tessdata}/", language, psm=tesserocr.PSM.RAW_LINE)
    api.SetVariable("debug_file", "/dev/null")
    try:
        yield lambda crops: [_read_natively(api, crop.pixels) for crop in crops]
    finally:
        api.End()


def _read_natively(api: tesserocr.PyTessBaseAPI, pixels: Image) -> LineReading:
    height, width = pixels.shape[:2]
    api.SetImageBytes(np.ascontiguousarray(pixels).tobytes(), width, height, 3, 3 * width)
    text = api.GetUTF8Text().strip()
    found = api.GetIterator()
    level = tesserocr.RIL.WORD
    words = [
        CropWord(_plain(word.GetUTF8Text(level)), 0.0, Box(*map(float, word.BoundingBox(level))))
        for word in (tesserocr.iterate_level(found, level) if text else ())
    ]
    return LineReading(text, 0.0, tuple(words))


def _timed(read: Callable[[], list[LineReading]], clock: Callable[[], float]) -> Timed:
    started = clock()
    return Timed(read(), clock() - started)


def _print_row(name: str, samples: Sequence[Sample], native: Timed, ours: Timed) -> None:
    count = len(samples)
    texts = [_plain(reading.text) for reading in ours.readings]
    native_texts = [_plain(reading.text) for reading in native.readings]
    differing = _rate(texts, native_texts)
    print(
        f"{name:22} {count:4} {1000 * native.seconds / count:9.2f}"
        f" {1000 * ours.seconds / count:8.2f} {native.seconds / ours.seconds:6.2f}"
        f" {100 * _error_rate(native_texts, samples):10.2f}"
        f" {100 * _error_rate(texts, samples):9.2f}"
        f" {100 - 100 * differing:7.2f} {_box_difference(native.readings, ours.readings):6.2f}",
        flush=True,
    )


def _plain(text: str) -> str:
    return " ".join(text.translate(_MARKS).split())


def _error_rate(texts: Sequence[str], samples: Sequence[Sample]) -> float:
    """Edits per true character; the lines of a page are joined first."""
    pages: dict[str, tuple[str, str]] = {}
    for at, (text, sample) in enumerate(zip(texts, samples, strict=True)):
        name = sample.page or str(at)
        before, _ = pages.get(name, ("", ""))
        pages[name] = (f"{before} {text}".strip(), _plain(sample.truth))
    return _rate(*zip(*pages.values(), strict=True))


def _rate(texts: Sequence[str], truths: Sequence[str]) -> float:
    edits = sum(edit_distance(text, truth) for text, truth in zip(texts, truths, strict=True))
    return edits / max(sum(map(len, truths)), 1)


def _box_difference(native: Sequence[LineReading], ours: Sequence[LineReading]) -> float:
    """Median over the edges of words, in lines whose words have the same letters in both.

    Letters in any order: libtesseract gives single right-to-left words as they stand in the image.
    """
    differences = [
        abs(theirs - mine)
        for one, other in zip(native, ours, strict=True)
        if [sorted(word.text) for word in one.words] == [sorted(word.text) for word in other.words]
        for first, second in zip(one.words, other.words, strict=True)
        for theirs, mine in zip(first.box, second.box, strict=True)
    ]
    return statistics.median(differences) if differences else float("nan")


if __name__ == "__main__":
    main()
