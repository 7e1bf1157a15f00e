"""Tables drawn on a page with text above and below, in a style and a typeface."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

import cv2
import numpy as np

from benchmarks.robustness.canvas import Box, Canvas, Pixels
from benchmarks.robustness.fonts import faces_of
from benchmarks.robustness.halves import seed_of
from benchmarks.tables.content import make_content
from benchmarks.tables.styles import Style
from benchmarks.tables.truth import TrueCell, TrueTable

_WIDTH = 1500
_LEFT, _TOP = 120.0, 260.0
_NOTE = 9.0  # ems of the widest line in a wrapped cell
_SHADE, _ZEBRA = (70, 78, 92), (228, 232, 238)
_DOUBLE = 0.22  # ems between two rules
_TEXT = "The figures below were taken from the books of the harbour office in spring."


@dataclass(frozen=True, slots=True)
class DrawnTable:
    """A page [h, w, 3] uint8 RGB with one table; `box` is where the table is."""

    name: str
    style: Style
    pixels: Pixels
    table: TrueTable
    box: Box


def draw_table(style: Style, number: int) -> DrawnTable:
    """The table of this number in this style; equal arguments give equal pixels."""
    source = random.Random(seed_of("table", style.name, number))
    table, kinds = make_content(source, style)
    face = source.choice(faces_of(source.choice(("sans", "serif")), style.half))
    em = source.randint(24, 32)
    canvas = Canvas(f"{style.name}:{number}", (_WIDTH, 2200), face, em)
    canvas.line(_LEFT, 120, f"Table {number}. {_TEXT}")
    box = _Layout(canvas, table, kinds, style).draw()
    foot = canvas.paragraph(_LEFT, box[3] + 3 * em, _WIDTH - 2 * _LEFT, f"{_TEXT} {_TEXT}")
    pixels = _disturbed(canvas.pixels[: int(foot + em)], style, seed_of("noise", number))
    return DrawnTable(f"{style.name}-{number}", style, pixels, table, box)


def _disturbed(pixels: Pixels, style: Style, seed: int) -> Pixels:
    if style.tilt:
        height, width = pixels.shape[:2]
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), -style.tilt, 1.0)
        white = (255.0, 255.0, 255.0)
        pixels = np.asarray(
            cv2.warpAffine(pixels, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=white),
            np.uint8,
        )
    if style.noise:
        grain = np.random.default_rng(seed).normal(0.0, style.noise, pixels.shape[:2])
        pixels = np.clip(cv2.GaussianBlur(pixels, (0, 0), 0.8) + grain[..., None], 0, 255)
    return np.asarray(pixels, np.uint8)


class _Layout:
    """Widths, heights and edges of one table, and how it is drawn."""

    def __init__(
        self, canvas: Canvas, table: TrueTable, kinds: Sequence[str], style: Style
    ) -> None:
        self._canvas, self._table, self._kinds, self._style = canvas, table, kinds, style
        self._em = float(canvas.em)
        self._ink = (style.ink,) * 3

    def draw(self) -> Box:
        """Draw it all; the table's box comes back."""
        self._shade()
        for cell in self._table.cells:
            self._write(cell)
        self._rule()
        return self._x[0], self._y[0], self._x[-1], self._y[-1]

    def _lines(self, cell: TrueCell) -> list[str]:
        if self._kinds[cell.column] != "note" or not self._style.wraps:
            return [cell.text] if cell.text else []
        return list(self._canvas.broken(cell.text, _NOTE * self._em))

    @cached_property
    def _x(self) -> list[float]:
        widths = [0.0] * self._table.columns
        for cell in self._table.cells:
            needed = [self._canvas.width_of(each, bold=cell.header) for each in self._lines(cell)]
            share = max([*needed, self._em]) / cell.column_span
            for at in range(cell.column, cell.column + cell.column_span):
                widths[at] = max(widths[at], share + 2 * self._style.pad * self._em)
        return list(accumulate(widths, initial=_LEFT))

    @cached_property
    def _y(self) -> list[float]:
        counts = [1] * self._table.rows
        for cell in self._table.cells:
            if cell.row_span == 1:
                counts[cell.row] = max(counts[cell.row], len(self._lines(cell)))
        pitch, pad = self._style.lead * self._em, 2 * self._style.row_pad * self._em
        return list(accumulate((count * pitch + pad for count in counts), initial=_TOP))

    def _write(self, cell: TrueCell) -> None:
        left, right = self._x[cell.column], self._x[cell.column + cell.column_span]
        pad = self._style.pad * self._em
        numeric = self._kinds[cell.column] in {"count", "money", "signed", "percent"}
        y = self._y[cell.row] + self._style.row_pad * self._em + self._em
        if self._style.ruled and cell.row_span > 1:
            spare = self._y[cell.row + cell.row_span] - self._y[cell.row + 1]
            y += spare / 2
        ink = (255, 255, 255) if cell.header and self._style.shaded else (0, 0, 0)
        for line in self._lines(cell):
            if cell.column_span > 1:
                self._canvas.put((left + right) / 2, y, line, bold=True, ink=ink, anchor="ms")
            elif numeric:
                self._canvas.put(right - pad, y, line, bold=cell.header, ink=ink, anchor="rs")
            else:
                self._canvas.put(left + pad, y, line, bold=cell.header, ink=ink)
            y += self._style.lead * self._em

    def _shade(self) -> None:
        heads = self._style.heads
        if self._style.shaded:
            self._fill(0, heads, _SHADE)
        for row in range(heads, self._table.rows if self._style.zebra else 0, 2):
            self._fill(row, row + 1, _ZEBRA)

    def _fill(self, first: int, last: int, colour: tuple[int, int, int]) -> None:
        box = (self._x[0], self._y[first], self._x[-1], self._y[last])
        self._canvas.draw.rectangle(box, colour)

    def _rule(self) -> None:
        for row, (top, bottom) in enumerate(pairwise(self._y)):
            for column, (left, right) in enumerate(pairwise(self._x)):
                self._walls(row, column, (left, top, right, bottom))
        if self._style.rules == "booktabs":
            self._booktabs()

    def _walls(self, row: int, column: int, box: Box) -> None:
        left, top, right, bottom = box
        kind, rows, columns = self._style.rules, self._table.rows, self._table.columns
        edge = kind != "inner"
        if kind in {"all", "inner", "rows"}:
            if (row > 0 or edge) and not self._joined(row - 1, column, row, column):
                self._stroke(left, top, right, top)
            if row == rows - 1 and edge:
                self._stroke(left, bottom, right, bottom)
        if kind in {"all", "inner", "columns"}:
            if (column > 0 or edge) and not self._joined(row, column - 1, row, column):
                self._stroke(left, top, left, bottom)
            if column == columns - 1 and edge:
                self._stroke(right, top, right, bottom)

    def _booktabs(self) -> None:
        left, right = self._x[0], self._x[-1]
        for y in (self._y[0], self._y[self._style.heads], self._y[-1]):
            self._stroke(left, y, right, y)
        for cell in self._table.cells:
            if cell.header and cell.column_span > 1:
                first, last = self._x[cell.column], self._x[cell.column + cell.column_span]
                self._stroke(first + self._em / 3, self._y[1], last - self._em / 3, self._y[1])

    def _joined(self, row: int, column: int, other_row: int, other_column: int) -> bool:
        one, other = self._owner(row, column), self._owner(other_row, other_column)
        return one is not None and one is other

    def _owner(self, row: int, column: int) -> TrueCell | None:
        return next(
            (
                cell
                for cell in self._table.cells
                if cell.row <= row < cell.row + cell.row_span
                and cell.column <= column < cell.column + cell.column_span
            ),
            None,
        )

    def _stroke(self, x0: float, y0: float, x1: float, y1: float) -> None:
        shift = _DOUBLE * self._em if self._style.doubled else 0.0
        for off in {0.0, shift}:
            across = x1 > x0
            dx, dy = (0.0, off) if across else (off, 0.0)
            for a, b in self._dashes(x1 - x0 if across else y1 - y0):
                ends = (x0 + a, y0, x0 + b, y0) if across else (x0, y0 + a, x0, y0 + b)
                shifted = (ends[0] + dx, ends[1] + dy, ends[2] + dx, ends[3] + dy)
                self._canvas.draw.line(shifted, self._ink, self._style.thick)

    def _dashes(self, length: float) -> Iterator[tuple[float, float]]:
        on, off = self._style.dash or (int(length) + 1, 1)
        at = 0
        while at < length:
            end = min(at + on, length)
            if self._style.gaps:
                yield from self._with_gaps(at, end)
            else:
                yield float(at), float(end)
            at += on + off

    def _with_gaps(self, start: float, end: float) -> Iterator[tuple[float, float]]:
        """The stroke with gaps of some pixels, as on poor copies."""
        at = start
        while at < end:
            run = 10 + self._canvas.random.expovariate(self._style.gaps)
            yield at, min(at + run, end)
            at += run + self._canvas.random.randint(2, 7)
