"""A dashboard of Grafana as a picture: its panels in their places, with the data that they show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from benchmarks.dashboards.prometheus import Series

_COLUMN, _ROW = 52, 32  # pixels of one of Grafana's 24 columns, and of a row
_SCALE = 2  # drawn larger and shrunk, for smooth edges
_GAP, _LEFT, _TOP, _LEGEND_LINE, _AXIS = 6, 52, 28, 15, 13
_COLOURS = ("#2f5d9e", "#b5301c", "#3c7a3c", "#a06b00", "#6a3d9a", "#007a87", "#8a5a44", "#555555")
_PAPER, _CARD, _GRID, _INK, _PALE = "#f2f3f5", "#ffffff", "#e2e4e8", "#222222", "#777777"
_UNITS = {"s": " s", "ops": "/s", "reqps": "/s", "percentunit": "%", "bytes": " MB", "short": ""}
_FACTORS = {"percentunit": 100.0, "bytes": 1e-6}
NO_DATA = "No data"


@dataclass(frozen=True)
class Panel:
    """A panel of a dashboard file and what its queries returned."""

    title: str
    kind: str
    unit: str
    place: Mapping[str, int]  # Grafana's gridPos: x, y, w, h in columns and rows
    series: Sequence[Series]
    ends: tuple[str, str]  # what the axis begins and ends with

    @property
    def empty(self) -> bool:
        """Whether no query returned a value."""
        return all(each.last is None for each in self.series)


def draw(title: str, panels: Sequence[Panel], path: Path) -> None:
    """Write a PNG of few colours."""
    rows = max(each.place["y"] + each.place["h"] for each in panels)
    size = (24 * _COLUMN, rows * _ROW + _TOP)
    picture = Image.new("RGB", (_SCALE * size[0], _SCALE * size[1]), _PAPER)
    pen = _Pen(ImageDraw.Draw(picture))
    pen.text(_GAP + 2, 6, title, 15)
    for panel in panels:
        _Card(pen, panel).draw()
    small = picture.resize(size, Image.Resampling.LANCZOS)
    small.quantize(64, Image.Quantize.FASTOCTREE).save(path, optimize=True)


def shown(value: float, unit: str) -> str:
    """A value with its unit, in three digits."""
    scaled = value * _FACTORS.get(unit, 1.0)
    digits = f"{scaled:,.0f}" if abs(scaled) >= 100 else f"{scaled:.3g}"
    return f"{digits}{_UNITS.get(unit, '')}"


class _Pen:
    """Draws in points of the final picture."""

    def __init__(self, canvas: ImageDraw.ImageDraw) -> None:
        self._canvas = canvas

    def text(self, x: float, y: float, text: str, height: int, colour: str = _INK) -> None:
        font: Any = ImageFont.load_default(_SCALE * height)
        self._canvas.text((_SCALE * x, _SCALE * y), text, colour, font)

    def line(self, points: Sequence[tuple[float, float]], colour: str, width: float) -> None:
        scaled = [(_SCALE * x, _SCALE * y) for x, y in points]
        self._canvas.line(scaled, colour, round(_SCALE * width), joint="curve")

    def box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        corners = [_SCALE * each for each in (x, y, x + width, y + height)]
        self._canvas.rectangle(corners, colour)


class _Card:
    """Draws one panel."""

    def __init__(self, pen: _Pen, panel: Panel) -> None:
        self._pen, self._panel = pen, panel
        place = panel.place
        self._x, self._y = place["x"] * _COLUMN + _GAP / 2, place["y"] * _ROW + _TOP + _GAP / 2
        self._width, self._height = place["w"] * _COLUMN - _GAP, place["h"] * _ROW - _GAP
        self._series = [each for each in panel.series if each.last is not None]

    def draw(self) -> None:
        self._pen.box(self._x, self._y, self._width, self._height, _CARD)
        self._pen.text(self._x + 8, self._y + 6, self._panel.title, 12)
        if self._panel.empty:
            self._pen.text(self._x + self._width / 2 - 24, self._y + self._height / 2, NO_DATA, 12)
        elif self._panel.kind == "stat":
            self._numbers()
        else:
            self._curves()

    def _numbers(self) -> None:
        step = (self._width - 16) / len(self._series)
        for number, each in enumerate(self._series):
            x = self._x + 10 + number * step
            self._pen.text(x, self._y + 34, shown(each.last or 0.0, self._panel.unit), 26)
            self._pen.text(x, self._y + 72, each.name, 11, _PALE)

    def _curves(self) -> None:
        shown_series = self._series[: len(_COLOURS)]
        rows = (len(shown_series) + 1) // 2
        bottom = self._y + self._height - 10 - _AXIS - rows * _LEGEND_LINE
        top, left = self._y + _TOP, self._x + _LEFT
        width = self._width - _LEFT - 12
        highest = max(v for each in self._series for v in each.values if v is not None) or 1.0
        for part in range(4):
            y = bottom - part / 3 * (bottom - top)
            self._pen.line([(left, y), (left + width, y)], _GRID, 1)
            self._pen.text(self._x + 6, y - 6, shown(part / 3 * highest, self._panel.unit), 10)
        self._pen.text(left, bottom + 3, self._panel.ends[0], 9, _PALE)
        self._pen.text(left + width - 34, bottom + 3, self._panel.ends[1], 9, _PALE)
        for number, each in enumerate(shown_series):
            self._curve(each, _COLOURS[number], (left, bottom, width, bottom - top), highest)
            x = self._x + 10 + (number % 2) * self._width / 2
            y = bottom + 6 + _AXIS + number // 2 * _LEGEND_LINE
            self._pen.box(x, y + 5, 10, 3, _COLOURS[number])
            label = f"{each.name}  {shown(each.last or 0.0, self._panel.unit)}"
            self._pen.text(x + 14, y, label, 10)

    def _curve(
        self, each: Series, colour: str, area: tuple[float, float, float, float], highest: float
    ) -> None:
        """A line that breaks where values are missing; a value alone is a dot."""
        left, bottom, width, height = area
        began, span = each.times[0], max(each.times[-1] - each.times[0], 1e-9)
        piece: list[tuple[float, float]] = []
        for at, value in [*zip(each.times, each.values, strict=True), (0.0, None)]:
            if value is not None:
                y = bottom - value / highest * height
                piece.append((left + (at - began) / span * width, y))
                continue
            if len(piece) == 1:
                self._pen.box(piece[0][0] - 1, piece[0][1] - 1, 2, 2, colour)
            elif piece:
                self._pen.line(piece, colour, 1.5)
            piece = []
