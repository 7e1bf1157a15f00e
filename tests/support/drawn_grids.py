"""Ruled tables that tests draw for themselves, in Pillow's own font."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from vision.core.arrays import Image

XS, YS = (100, 260, 420, 640), (100, 160, 220, 280, 340)
Stroke = tuple[int, int, int, int]
_AROUND = (
    (100, 60, "Berths and lengths of the harbour in spring"),
    (60, 400, "Masters who cannot wait may lower their masts and go"),
    (60, 440, "under the fixed span at the eastern shore of the bay."),
)
Pen = Callable[[ImageDraw.ImageDraw, Stroke], None]


def plain(draw: ImageDraw.ImageDraw, stroke: Stroke, ink: int = 0, width: int = 2) -> None:
    """A whole stroke."""
    draw.line(stroke, (ink, ink, ink), width)


def dashed(draw: ImageDraw.ImageDraw, stroke: Stroke, on: int = 7, off: int = 4) -> None:
    """A stroke in dashes or dots."""
    x0, y0, x1, y1 = stroke
    for at in range(0, max(x1 - x0, y1 - y0), on + off):
        if x1 > x0:
            draw.line((x0 + at, y0, min(x0 + at + on - 1, x1), y0), "black", 2)
        else:
            draw.line((x0, y0 + at, x0, min(y0 + at + on - 1, y1)), "black", 2)


def strokes_of(
    xs: Sequence[int] = XS, ys: Sequence[int] = YS, *, frame: bool = True
) -> list[Stroke]:
    """All rules of a grid, with or without those around it."""
    edge = None if frame else 1
    inner = slice(edge, -edge if edge else None)
    across = [(xs[0], y, xs[-1], y) for y in ys[inner]]
    return across + [(x, ys[0], x, ys[-1]) for x in xs[inner]]


def drawn(
    strokes: Sequence[Stroke],
    texts: Sequence[tuple[int, int, str]] = (),
    pen: Pen = plain,
    turn: float = 0.0,
) -> Image:
    """A page with strokes and texts (x, y of the baseline), turned by some degrees."""
    page = Pillow.new("RGB", (760, 460), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(24)
    for x, y, text in [*_AROUND, *texts]:
        draw.text((x, y), text, "black", font, anchor="ls")
    for stroke in strokes:
        pen(draw, stroke)
    pixels = np.asarray(page)
    if turn:
        around = cv2.getRotationMatrix2D((380, 230), turn, 1.0)
        paper = (255.0, 255.0, 255.0)
        pixels = np.asarray(cv2.warpAffine(pixels, around, (760, 460), borderValue=paper), np.uint8)
    return pixels


def cell_texts(
    texts: Sequence[Sequence[str]], xs: Sequence[int] = XS, ys: Sequence[int] = YS
) -> list[tuple[int, int, str]]:
    """Where the texts of the cells stand, row by row."""
    return [
        (x + 14, y + 40, text)
        for row, y in zip(texts, ys, strict=False)
        for text, x in zip(row, xs, strict=False)
        if text
    ]


TEXTS = (
    ("Berth", "Ship", "Length"), ("1", "Ida", "31.5"), ("2", "", "8"), ("3", "Anna Sofia", ""),
)  # fmt: skip
