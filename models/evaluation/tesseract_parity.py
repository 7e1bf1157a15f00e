"""Whether converted networks read like native Tesseract: one line in the script of each language.

benchmarks/languages.py prints the comparison for all installed languages.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image as Picture
from PIL import ImageDraw, ImageFont

from models.loaders.tesseract_lstm import open_network
from models.tesseract.traineddata import LstmModel, read_traineddata
from vision.core.arrays import Image
from vision.core.stages import LineCrop
from vision.recognition.lstm.line_reader import read_lines

_FONT_PIXELS = 40
_MARGIN = 10
_WORDS = 6
_CANDIDATES = 120
_STARTS = 4000  # edges of a word graph's root
_UNDRAWN = "\uffff"  # not a character: fonts draw it like the characters that they lack


@dataclass(frozen=True, slots=True)
class ReadingComparison:
    """Two readings of one rendered line; `agreement` is the share of equal characters."""

    language: str
    rendered: str
    native: str
    converted: str
    agreement: float


def compare_readings(
    path: Path, fonts: Sequence[Path], cache_dir: Path, read_natively: Callable[[Image], str]
) -> ReadingComparison:
    """Read words of the model's own list with both; models of vertical text get vertical text.

    EngineFailure where the model cannot be converted, ValueError where no font draws its words.
    """
    font, words = choose_font(sample_words(read_traineddata(path)), fonts)
    text = " ".join(words[:: max(len(words) // _WORDS, 1)][:_WORDS])
    vertical = path.stem.endswith("_vert")
    image = render_column("".join(text.split()), font) if vertical else render_line(text, font)
    crop = LineCrop(image, np.eye(2, 3), (path.stem,))
    network = open_network(path, cache_dir, "cpu")
    converted = _comparable(read_lines(network, [crop], "tesseract")[0].text)
    native = _comparable(read_natively(image))
    return ReadingComparison(path.stem, text, native, converted, agreement(native, converted))


def agreement(one: str, other: str) -> float:
    """Share of characters that two texts have in common, in order; 1 where both are empty."""
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def sample_words(model: LstmModel) -> list[str]:
    """Words of the model's own list, or letters in fives where it has none."""
    words = list(_listed_words(model))
    if words:
        return words[:: max(len(words) // _CANDIDATES, 1)][:_CANDIDATES]
    letters = [each for each in model.characters if each.isalpha() and len(each) == 1]
    return ["".join(letters[at : at + 5]) for at in range(0, 5 * _WORDS, 5)]


def choose_font(words: Sequence[str], fonts: Sequence[Path]) -> tuple[Path, list[str]]:
    """The font that draws most of the words, and the words it draws.

    ValueError where no font draws any.
    """
    best: tuple[Path, list[str]] | None = None
    for font in fonts:
        drawn = [word for word in words if all(_draws(font, letter) for letter in word)]
        if drawn and (best is None or len(drawn) > len(best[1])):
            best = font, drawn
    if best is None:
        raise ValueError(
            "none of the given fonts draws any of the words: add a font of their script"
        )
    return best


def render_line(text: str, font: Path) -> Image:
    """Black on white, RGB, with a margin."""
    face = _face(font)
    left, top, right, bottom = face.getbbox(text)
    size = (int(right - left) + 2 * _MARGIN, int(bottom - top) + 2 * _MARGIN)
    picture = Picture.new("RGB", size, "white")
    place = (_MARGIN - left, _MARGIN - top)
    ImageDraw.Draw(picture).text(place, text, font=face, fill="black")
    return np.asarray(picture, np.uint8)


def render_column(text: str, font: Path) -> Image:
    """Letters from top to bottom, then rotated to the left as Tesseract rotates vertical text."""
    face = _face(font)
    step = int(_FONT_PIXELS * 1.1)
    size = (_FONT_PIXELS + 2 * _MARGIN, step * len(text) + 2 * _MARGIN)
    picture = Picture.new("RGB", size, "white")
    pen = ImageDraw.Draw(picture)
    for at, letter in enumerate(text):
        place = (size[0] / 2, _MARGIN + step * at)
        pen.text(place, letter, font=face, fill="black", anchor="ma")
    return np.ascontiguousarray(np.rot90(np.asarray(picture, np.uint8)))


def _listed_words(model: LstmModel) -> Iterator[str]:
    if model.words is None:
        return
    for ids in islice(model.words.some_words(_STARTS), _STARTS):
        word = "".join(model.characters[letter] for letter in ids if letter < len(model.characters))
        if 3 <= len(ids) <= 12 and all(each.isalpha() or not each.isascii() for each in word):
            yield word


def _comparable(text: str) -> str:
    """Without spaces and directional marks, where native Tesseract follows rules of its own."""
    return "".join(each for each in text if not each.isspace() and each not in "\u200e\u200f")


@lru_cache(maxsize=1 << 18)
def _draws(font: Path, letter: str) -> bool:
    try:
        return _picture(font, letter) != _picture(font, _UNDRAWN)
    except ValueError:  # Raqm cannot shape some letters of some fonts
        return False


@lru_cache(maxsize=1 << 12)
def _picture(font: Path, letter: str) -> bytes:
    return bytes(_face(font).getmask(letter))


@lru_cache(maxsize=1024)
def _face(font: Path) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font), _FONT_PIXELS)
