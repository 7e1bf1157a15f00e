"""Words as text that a PDF viewer finds and marks but does not draw.

Text render mode 3 in a font whose one glyph is blank, as Tesseract and OCRmyPDF do. Each word is
scaled to fill its box. Numbers are whole steps of a fraction of a point, and places are relative to
the word before, which compresses to three quarters of what matrices for each word take.
"""

import math
import unicodedata
from collections.abc import Iterator, Sequence
from statistics import median

import numpy as np

from vision.core.arrays import Affine
from vision.core.document import Box
from vision.core.exports import PlacedWord
from vision.core.geometry import transform_points
from vision.input.searchable.letters import ADVANCE, Letters

_COARSEST = 0.5  # points a step: a pixel at 300 dpi is off by one at most
_STEPS = 12  # that the letters of a page are high at least
_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")
_RIGHT_TO_LEFT = frozenset({"R", "AL"})

END = b"Q\n"

Frame = tuple[float, float, float, float]  # unit vectors along a line's letters and upwards


Lines = Sequence[Sequence[PlacedWord]]


def text_stream(lines: Lines, to_points: Affine, letters: Letters) -> bytes:
    """The content that writes the words; `to_points` maps pixels to the page's own points."""
    writer = TextWriter(lines, to_points, letters)
    return writer.begin() + writer.text(lines) + END


class TextWriter:
    """Writes the content of a page in parts: what begins it, text objects, and END."""

    def __init__(self, lines: Lines, to_points: Affine, letters: Letters) -> None:
        self._to_points = to_points
        quads = (self._quad(word) for line in lines for word in line)
        self._step = _step([float(np.hypot(*(quad[0] - quad[3]))) for quad in quads])
        self._writer = _Writer(letters)

    def begin(self) -> bytes:
        """The operators before the first text object: the step as the unit, and no ink."""
        scale = _number(self._step, 10)
        return f"q {scale} 0 0 {scale} 0 0 cm 3 Tr\n".encode()

    def text(self, lines: Lines) -> bytes:
        """A text object with the words of some lines."""
        self._writer.restart()
        words = [word for line in lines for word in visual(line)]
        shown = (self._writer.shown(word.text, self._quad(word) / self._step) for word in words)
        return b"BT\n" + b"".join(shown) + b"ET\n"

    def outline(self, box: Box) -> bytes:
        """A rectangle in points that is not drawn, and only says where something is."""
        x0, y0, x1, y1 = (round(each / self._step) for each in box)
        return f"{x0} {y0} {x1 - x0} {y1 - y0} re n\n".encode()

    def _quad(self, word: PlacedWord) -> np.ndarray:
        return np.array(transform_points(self._to_points, word.quad))


def visual(line: Sequence[PlacedWord]) -> Iterator[PlacedWord]:
    """The words as they stand from left to right, with a blank after each but the last.

    Readers of PDFs expect right-to-left text as it is drawn, and turn it back.
    """
    words = list(line)
    if any(map(_is_right_to_left, words)):
        start, end = np.array(words[0].quad[0]), np.array(words[0].quad[1])
        words.sort(key=lambda word: float((end - start) @ (np.array(word.quad[0]) - start)))
        words = [word._replace(text=_reordered(word.text)) for word in words]
    for at, word in enumerate(words, 1):
        yield word._replace(text=word.text + " ") if at < len(words) else word


def _is_right_to_left(word: PlacedWord) -> bool:
    return any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in word.text)


def _reordered(text: str) -> str:
    if not _is_right_to_left(PlacedWord(text, ())):
        return text
    return text[::-1].translate(_MIRRORED)


def _step(heights: Sequence[float]) -> float:
    """The step in points, a power of two: smaller where the letters are."""
    wanted = max(median(heights or [_COARSEST * _STEPS]) / _STEPS, 2.0**-10)
    return min(_COARSEST, 2.0 ** math.floor(math.log2(wanted)))


class _Writer:
    """Writes words one after the other, and only what has changed since the last."""

    def __init__(self, letters: Letters) -> None:
        self._letters = letters
        self._size = 0
        self._stretch = ""
        self.restart()

    def restart(self) -> None:
        """Forget the place, as a new text object does."""
        self._frame: Frame = (1.0, 0.0, 0.0, 1.0)
        self._at = np.zeros(2)

    def shown(self, text: str, quad: np.ndarray) -> bytes:
        """The operators that show a word; its corners are in steps, clockwise from the top left."""
        along, up = quad[2] - quad[3], quad[0] - quad[3]
        size = max(round(float(np.hypot(*up))), 1)
        parts = [self._sized(size)]
        parts.append(self._stretched(float(np.hypot(*along)), size, len(text.rstrip(" "))))
        parts.append(self._moved((*_unit(along), *_unit(up)), quad[3]))
        return " ".join(filter(None, parts)).encode() + self._letters.encode(text) + b"Tj\n"

    def _sized(self, size: int) -> str:
        if size == self._size:
            return ""
        self._size = size
        return f"{self._letters.name} {size} Tf"

    def _stretched(self, width: float, size: int, letters: int) -> str:
        """Per cent that make the letters as wide as the word, to within half a step."""
        percent = 100 * width / (ADVANCE * letters * size)
        decimals = next((n for n in range(3) if percent * 10**n >= width), 3)
        stretch = _number(percent, decimals)
        if stretch == self._stretch:
            return ""
        self._stretch = stretch
        return f"{stretch} Tz"

    def _moved(self, frame: Frame, corner: np.ndarray) -> str:
        if frame != self._frame:
            self._frame, self._at = frame, np.round(corner)
            numbers = [*(_number(each, 4) for each in frame), *(f"{each:.0f}" for each in self._at)]
            return " ".join(numbers) + " Tm"
        axes = np.array(frame).reshape(2, 2).T
        steps = np.round(np.linalg.solve(axes, corner - self._at))
        self._at = self._at + axes @ steps
        return f"{_number(steps[0], 0)} {_number(steps[1], 0)} Td"


def _unit(vector: np.ndarray) -> tuple[float, float]:
    length = float(np.hypot(*vector)) or 1.0
    return (round(float(vector[0]) / length, 4) + 0.0, round(float(vector[1]) / length, 4) + 0.0)


def _number(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if decimals else text
    return "0" if text in {"-0", ""} else text
