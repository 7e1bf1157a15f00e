"""Word F1 against pages a second as a picture, a panel for each of the front page's sets."""

from collections.abc import Sequence
from math import log
from pathlib import Path
from statistics import quantiles
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from benchmarks.compare_report import FRONT
from benchmarks.compare_statistics import Row, Spread, f1_spread, speed_ups

_PANEL = (560, 430)
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 14, 34, 52
_SCALE = 2  # drawn larger and shrunk, for smooth edges
_TICKS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
_OURS, _OTHERS, _GRID, _INK = "#b5301c", "#2f5d9e", "#dddddd", "#222222"


class _Point(NamedTuple):
    """A program: speed (pytesseract is 1) and F1, each with what lies around it."""

    name: str
    speed: Spread
    f1: Spread


def draw(rows: Sequence[Row], path: Path) -> None:
    """Write a PNG of few colours; sets that were not read get no panel."""
    sets = [name for name in FRONT if any(row["set"] == name for row in rows)]
    width, height = _PANEL
    size = (_SCALE * width * max(len(sets), 1), _SCALE * height)
    picture = Image.new("RGB", size, "white")
    for number, name in enumerate(sets):
        panel = _Panel(picture, number * width, _points([r for r in rows if r["set"] == name]))
        panel.draw(FRONT[name])
    small = picture.resize((size[0] // _SCALE, size[1] // _SCALE), Image.Resampling.LANCZOS)
    small.quantize(64, Image.Quantize.FASTOCTREE).save(path, optimize=True)


def _points(rows: Sequence[Row]) -> list[_Point]:
    points = []
    for reader in sorted({row["reader"] for row in rows}):
        ratios = speed_ups(rows, reader)
        if ratios:
            low, middle, high = quantiles([*ratios, ratios[0]], n=4, method="inclusive")
            f1 = f1_spread([row for row in rows if row["reader"] == reader])
            points.append(_Point(reader, Spread(middle, low, high), f1))
    return points


class _Panel:
    """Draws one set's points between their axes."""

    def __init__(self, picture: Image.Image, left: int, points: Sequence[_Point]) -> None:
        self._draw = ImageDraw.Draw(picture)
        self._left = left
        self._points = points
        speeds = [each for point in points for each in point.speed] or [1.0]
        scores = [each for point in points for each in point.f1] or [0.0]
        self._speeds = (min(speeds) / 1.3, max(speeds) * 2.2)  # room for labels at the right
        self._scores = (min(scores) - 0.02, min(max(scores) + 0.02, 1.0))
        self._labels: list[tuple[float, float, float, float]] = []

    def draw(self, title: str) -> None:
        """Grid, points with quartiles and intervals, labels."""
        self._grid()
        self._text(_LEFT, 10, title.capitalize(), 15)
        self._text(_LEFT, _PANEL[1] - 22, "pages a second of processor time, pytesseract = 1", 12)
        self._text(6, 10, "word F1", 12)
        for point in self._points:
            self._point(point)
        for point in self._points:
            self._label(point)

    def _grid(self) -> None:
        top, bottom = _TOP, _PANEL[1] - _BOTTOM
        for tick in _TICKS:
            if self._speeds[0] <= tick <= self._speeds[1]:
                x = self._x(tick)
                self._line((x, top, x, bottom), _GRID, 1)
                self._text(x - 8, bottom + 6, f"{tick:g}", 12)
        low, high = self._scores
        for tick in (at / 20 for at in range(21)):
            if low <= tick <= high:
                y = self._y(tick)
                self._line((_LEFT, y, _PANEL[0] - _RIGHT, y), _GRID, 1)
                self._text(_LEFT - 34, y - 8, f"{tick:.2f}", 12)
        self._line((_LEFT, top, _LEFT, bottom), _INK, 1)
        self._line((_LEFT, bottom, _PANEL[0] - _RIGHT, bottom), _INK, 1)

    def _point(self, point: _Point) -> None:
        x, y = self._x(point.speed.value), self._y(point.f1.value)
        colour = _OURS if point.name.startswith("pagesight") else _OTHERS
        self._line((self._x(point.speed.low), y, self._x(point.speed.high), y), colour, 1)
        self._line((x, self._y(point.f1.low), x, self._y(point.f1.high)), colour, 1)
        self._draw.ellipse(self._scaled((x - 5, y - 5, x + 5, y + 5)), fill=colour)
        self._labels.append((x - 6, y - 6, x + 6, y + 6))

    def _label(self, point: _Point) -> None:
        """Beside the point, or further down where another label or point stands."""
        name = point.name.replace("::", ":")
        said = f"{name}  {point.f1.value:.3f}"
        x, y = self._x(point.speed.value) + 8, self._y(point.f1.value) - 18
        width = ImageFont.load_default(12).getlength(said)
        x = min(x, _PANEL[0] - width - 2)
        while any(_meet((x, y, x + width, y + 14), other) for other in self._labels):
            y += 3
        self._labels.append((x, y, x + width, y + 14))
        self._text(x, y, said, 12)

    def _x(self, speed: float) -> float:
        low, high = (log(each) for each in self._speeds)
        return _LEFT + (log(speed) - low) / (high - low) * (_PANEL[0] - _LEFT - _RIGHT)

    def _y(self, score: float) -> float:
        low, high = self._scores
        bottom = _PANEL[1] - _BOTTOM
        return bottom - (score - low) / (high - low) * (bottom - _TOP)

    def _line(self, line: tuple[float, float, float, float], colour: str, width: int) -> None:
        self._draw.line(self._scaled(line), fill=colour, width=width * _SCALE)

    def _text(self, x: float, y: float, text: str, size: int) -> None:
        place = ((x + self._left) * _SCALE, y * _SCALE)
        self._draw.text(place, text, _INK, ImageFont.load_default(size * _SCALE))

    def _scaled(self, box: tuple[float, float, float, float]) -> list[float]:
        x0, y0, x1, y1 = box
        ends = (x0 + self._left, y0, x1 + self._left, y1)
        return [each * _SCALE for each in ends]


def _meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    across = min(one[2], other[2]) - max(one[0], other[0])
    return across > 0 and min(one[3], other[3]) > max(one[1], other[1])
