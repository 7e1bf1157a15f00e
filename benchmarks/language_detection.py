"""How often the language of a page is told right, and what telling it costs.

    PAGESIGHT_TESSDATA_DIR=FOLDER python -m benchmarks.language_detection --font FILE

The same few sentences in each language that FOLDER has a model of are drawn in three sizes with
the first of the given fonts that has all letters; with --data, pages of hist_de, hist_fr, funsd
and omnidoc follow. `text F1` compares reading with `auto` and with the language given.
"""

import argparse
import sys
import textwrap
import time
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from benchmarks.conditions import conditions
from benchmarks.scoring import score_words
from benchmarks.true_pages import real_set
from jobs.settings import Settings
from vision.core.arrays import Image
from vision.core.options import ReadOptions
from vision.core.stages import PageImage
from vision.pipeline import read_page
from workers.engine.engine import Engine, build_engine

_SIZES = (22, 30, 44)
_WIDTH = 1240
_PASSAGES = Path(__file__).with_name("passages.toml")
# Written without blanks: lines break anywhere.
_UNSPACED = ("chi_sim", "jpn")


class Sample(NamedTuple):
    """A page and the languages that are right for it."""

    name: str
    pixels: Image
    right: tuple[str, ...]


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--font", type=Path, action="append", default=[])
    parser.add_argument("--data", type=Path)
    arguments = parser.parse_args()
    engine = build_engine(Settings())
    installed = engine.stages.recognisers["tesseract"].languages()
    print(conditions())
    print(f"{'page':<36}{'right':<10}{'told':<10}{'auto ms':>9}{'given ms':>9}{'text F1':>9}")
    told, all_pages = 0, 0
    for sample in _samples(arguments, installed):
        told += _row(engine, sample)
        all_pages += 1
    print(f"{told} of {all_pages} told right among {len(installed)} languages")
    return 0


def _row(engine: Engine, sample: Sample) -> bool:
    given, given_ms, _ = _read(engine, sample.pixels, sample.right[0])
    text, auto_ms, language = _read(engine, sample.pixels, "auto")
    same = score_words(text, given).f1
    costs = f"{auto_ms:>9.0f}{given_ms:>9.0f}{same:>9.3f}"
    print(f"{sample.name:<36}{sample.right[0]:<10}{language:<10}{costs}", flush=True)
    return language in sample.right


def _read(engine: Engine, pixels: Image, language: str) -> tuple[str, float, str]:
    """Text, milliseconds of CPU time, and the language that the page says it was read with."""
    options = ReadOptions(languages=(language,), detectors=(), barcodes="off")
    started = time.process_time()
    page = read_page(PageImage(1, pixels), engine.stages, options, engine.orienter).page
    return page.text, (time.process_time() - started) * 1000, "+".join(page.languages)


def _samples(arguments: argparse.Namespace, installed: Sequence[str]) -> Iterator[Sample]:
    passages = tomllib.loads(_PASSAGES.read_text(encoding="utf-8"))
    for code, text in passages.items():
        font = next((font for font in arguments.font if _has_all(font, text)), None)
        if code in installed and font is not None:
            for size in _SIZES:
                pixels = _drawn(text, font, size, spaced=code not in _UNSPACED)
                yield Sample(f"made {code} {size}", pixels, (code,))
    with TemporaryDirectory(prefix="pagesight-languages-") as folder:
        for name, languages in (
            ("hist_de", ("deu", "frk", "deu_latf")), ("hist_fr", ("fra",)), ("funsd", ("eng",)),
        ):  # fmt: skip
            for page in real_set(arguments.data, name, Path(folder), 8) if arguments.data else ():
                with Pillow.open(page.path) as image:
                    pixels = np.asarray(image.convert("RGB"))
                right = tuple(code for code in languages if code in installed)
                yield Sample(page.name[:35], pixels, right or ("eng",))


def _has_all(font: Path, text: str) -> bool:
    """Whether no letter of the text is drawn as the font's sign for what it lacks."""
    drawn = ImageFont.truetype(str(font), 24)
    missing = drawn.getmask("\U0010fffd").getbbox(), bytes(drawn.getmask("\U0010fffd"))
    letters = {letter for letter in text if letter.isalpha()}
    return all((drawn.getmask(each).getbbox(), bytes(drawn.getmask(each))) != missing
               for each in letters)  # fmt: skip


def _drawn(text: str, font: Path, size: int, *, spaced: bool) -> Image:
    letters = int(_WIDTH * 0.8 / (size * (0.52 if spaced else 1.0)))
    rows = textwrap.wrap(text, letters)
    page = Pillow.new("RGB", (_WIDTH, 200 + int(len(rows) * size * 1.7)), "white")
    face = ImageFont.truetype(str(font), size)
    for number, row in enumerate(rows):
        ImageDraw.Draw(page).text((100, 100 + number * size * 1.7), row, "black", face)
    return np.asarray(page)


if __name__ == "__main__":
    sys.exit(main())
