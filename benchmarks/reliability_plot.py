"""Reliability plots as a picture: the confidence told to the right, the share right upwards."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import sqrt
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

# Of each bin the mean confidence, the share of right words, and how many words there are.
Curve = Sequence[tuple[float, float, int]]

_PANEL = (360, 400)
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 14, 64, 50
_SCALE = 2  # drawn larger and shrunk, for smooth edges
_COLOURS = ("#b5301c", "#2f5d9e")
_GRID, _INK = "#dddddd", "#222222"
_FEWEST = 10  # words, of which a share means little


def draw(panels: Mapping[str, Mapping[str, Curve]], path: Path) -> None:
    """Write a PNG of few colours: a panel for each title, a curve for each label in it."""
    width, height = _PANEL
    size = (_SCALE * width * len(panels), _SCALE * height)
    picture = Image.new("RGB", size, "white")
    for number, (title, curves) in enumerate(panels.items()):
        _Panel(picture, number * width).draw(title, curves)
    small = picture.resize((size[0] // _SCALE, size[1] // _SCALE), Image.Resampling.LANCZOS)
    small.quantize(64, Image.Quantize.FASTOCTREE).save(path, optimize=True)


class _Panel:
    def __init__(self, picture: Image.Image, left: int) -> None:
        self._draw = ImageDraw.Draw(picture)
        self._left = left

    def draw(self, title: str, curves: Mapping[str, Curve]) -> None:
        """Grid, the diagonal of true confidences, each curve's bins with twice their deviation."""
        self._text(_LEFT, 6, title, 15, _INK)
        self._text(_LEFT, _PANEL[1] - 22, "confidence told", 12, _INK)
        self._text(4, _TOP - 18, "right", 12, _INK)
        for at in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
            self._line((at, 0, at, 1), _GRID, 1)
            self._line((0, at, 1, at), _GRID, 1)
            x, y = self._place(at, at)
            self._text(x - 9, self._place(0, 0)[1] + 6, f"{at:.1f}", 12, _INK)
            self._text(_LEFT - 26, y - 8, f"{at:.1f}", 12, _INK)
        self._line((0, 0, 1, 1), _INK, 1)
        for number, (label, curve) in enumerate(curves.items()):
            self._text(_LEFT, 26 + 16 * number, label, 12, _COLOURS[number])
            self._curve([each for each in curve if each[2] >= _FEWEST], _COLOURS[number])

    def _curve(self, curve: Curve, colour: str) -> None:
        for told, right, words in curve:
            spread = 2 * sqrt(max(right * (1 - right), 0.25 / words) / words)
            self._line((told, max(right - spread, 0), told, min(right + spread, 1)), colour, 1)
            x, y = self._place(told, right)
            self._draw.ellipse(self._scaled(x - 3, y - 3, x + 3, y + 3), fill=colour)
        for (told, right, _), (further, higher, _) in pairwise(curve):
            self._line((told, right, further, higher), colour, 2)

    def _place(self, told: float, right: float) -> tuple[float, float]:
        bottom = _PANEL[1] - _BOTTOM
        x = _LEFT + told * (_PANEL[0] - _LEFT - _RIGHT)
        return x, bottom - right * (bottom - _TOP)

    def _line(self, ends: tuple[float, float, float, float], colour: str, width: int) -> None:
        start, end = self._place(*ends[:2]), self._place(*ends[2:])
        self._draw.line(self._scaled(*start, *end), fill=colour, width=width * _SCALE)

    def _text(self, x: float, y: float, text: str, size: int, colour: str) -> None:
        place = ((x + self._left) * _SCALE, y * _SCALE)
        self._draw.text(place, text, colour, ImageFont.load_default(size * _SCALE))

    def _scaled(self, x0: float, y0: float, x1: float, y1: float) -> list[float]:
        ends = (x0 + self._left, y0, x1 + self._left, y1)
        return [each * _SCALE for each in ends]
