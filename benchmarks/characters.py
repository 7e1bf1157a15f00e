"""Boxes of single characters: how far their edges stand from where they should be, in pixels.

`drawn` are lines of print rendered here at 300 dpi, against where they were drawn; `pages_misc`
is against native Tesseract's symbols in the same crops. Compared are words that both read alike
and that have as many characters in both.

    OMP_THREAD_LIMIT=1 python -m benchmarks.characters --data ../shared/data
"""

import argparse
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from benchmarks.recognition import page_samples
from models.loaders.ppocr import open_ppocr_recogniser
from models.loaders.tesseract_lstm import open_lstm_recogniser
from vision.core.document import Box, Character
from vision.core.protocols import Recogniser
from vision.core.stages import CropWord, LineCrop, LineReading
from vision.engines.tessdata import find_tessdata
from vision.engines.tesseract_library import Tesseract
from vision.recognition.tesseract import native_recogniser

_PARAGRAPH = (
    "Letters stand side by side, some wide and some narrow: a wimple, an ill will, 1,250.00.",
    "Of seventy boxes sent in June the office kept five; the rest went back by rail.",
    "Quick foxes jump, lazy dogs (and judges) vex; kindly pay $47.10 within 30 days!",
)
_MARGIN = 10
_FONTS = ("DejaVuSans.ttf", "DejaVuSerif.ttf", "DejaVuSansMono.ttf")


def main() -> None:
    """Print one row for each set of lines and recogniser."""
    arguments = _arguments()
    native = native_recogniser(arguments.tessdata)
    tessdata = find_tessdata(arguments.tessdata)
    print(f"{'lines':12} {'reader':8} {'characters':>10} {'compared':>8} {'x px':>6} {'y px':>6}"
          f" {'90% x':>6} {'90% y':>6}")  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="pagesight-models-") as cache:
        ours = (
            open_lstm_recogniser(tessdata, Path(cache), "cpu", 1),
            open_ppocr_recogniser(None, "cpu", 1, native),
        )
        drawn, truth = zip(*_drawn(), strict=True)
        for reader in (native, *ours):
            _print_row("drawn", reader, truth, reader.recognise(drawn))
        crops = _page_lines(arguments.data, Tesseract(tessdata))
        theirs = native.recognise(crops)
        for reader in ours:
            _print_row("pages_misc", reader, theirs, reader.recognise(crops))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--tessdata", help="folder of the .traineddata files")
    return parser.parse_args()


def _page_lines(data: Path, native: Tesseract) -> list[LineCrop]:
    pages = page_samples(data / "pages_misc", native)
    return [replace(sample.crop, characters=True) for sample in pages]


def _drawn() -> Iterator[tuple[LineCrop, LineReading]]:
    """Lines of 9 to 14 points at 300 dpi, and where their characters stand."""
    for points in (9, 11, 14):
        size = round(points * 300 / 72)
        for name in _FONTS:
            font = ImageFont.truetype(name, size)
            for text in _PARAGRAPH:
                picture = Pillow.new("RGB", (round(font.getlength(text)) + 20, round(1.3 * size)))
                picture.paste("white", (0, 0, *picture.size))
                ImageDraw.Draw(picture).text((_MARGIN, 0), text, "black", font)
                crop = LineCrop(np.asarray(picture), np.eye(2, 3), ("eng",), characters=True)
                yield crop, LineReading(text, 1.0, tuple(_words(text, font)))


def _words(text: str, font: ImageFont.FreeTypeFont) -> Iterator[CropWord]:
    at = 0
    for word in text.split(" "):
        characters = tuple(_character(text, i, font) for i in range(at, at + len(word)))
        yield CropWord(word, 1.0, characters[0].box, characters)
        at += len(word) + 1


def _character(text: str, at: int, font: ImageFont.FreeTypeFont) -> Character:
    x = _MARGIN + font.getlength(text[: at + 1]) - font.getlength(text[at])
    picture = Pillow.new("L", (3 * round(font.size), 2 * round(font.size)), "white")
    ImageDraw.Draw(picture).text((_MARGIN + x % 1, 0), text[at], "black", font)
    rows, columns = np.nonzero(np.asarray(picture) < 128)
    left = x // 1 - _MARGIN
    box = Box(left + columns.min(), rows.min(), left + columns.max() + 1, rows.max() + 1)
    return Character(text[at], 1.0, box)


def _print_row(
    name: str, reader: Recogniser, right: Sequence[LineReading], read: Sequence[LineReading]
) -> None:
    pairs = [pair for each in zip(right, read, strict=True) for pair in _alike(*each)]
    boxes = [
        (theirs.box, mine.box)
        for one, other in pairs
        for theirs, mine in zip(one.characters, other.characters, strict=True)
    ]
    across = [abs(a[edge] - b[edge]) for a, b in boxes for edge in (0, 2)]
    down = [abs(a[edge] - b[edge]) for a, b in boxes for edge in (1, 3)]
    count = sum(len(word.characters) for reading in read for word in reading.words)
    print(
        f"{name:12} {reader.name:8} {count:10} {len(boxes):8}"
        f" {statistics.median(across):6.2f} {statistics.median(down):6.2f}"
        f" {np.percentile(across, 90):6.2f} {np.percentile(down, 90):6.2f}",
        flush=True,
    )


def _alike(one: LineReading, other: LineReading) -> Iterator[tuple[CropWord, CropWord]]:
    """Words at the same place of lines with as many words, read alike and spelt alike."""
    if len(one.words) != len(other.words):
        return
    for theirs, mine in zip(one.words, other.words, strict=True):
        if theirs.text == mine.text and len(theirs.characters) == len(mine.characters):
            yield theirs, mine


if __name__ == "__main__":
    main()
