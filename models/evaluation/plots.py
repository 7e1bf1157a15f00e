"""Pictures of an evaluation: precision-recall curves, and pages with their boxes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from models.evaluation.average_precision import Boxes, Curve

Colour = tuple[int, int, int]

_PALETTE: tuple[Colour, ...] = (
    (78, 121, 167), (225, 87, 89), (89, 161, 79), (242, 142, 43), (176, 122, 161),
    (156, 117, 95), (255, 119, 137), (118, 183, 178), (237, 201, 72), (90, 90, 90),
)  # fmt: skip
_TRUTH: Colour = (0, 140, 0)
_FOUND: Colour = (220, 30, 30)
_PLOT, _MARGIN, _LEGEND = 460, 50, 190
_TILE_WIDTH, _TILE_HEIGHT, _COLUMNS = 520, 720, 3


@dataclass(frozen=True, slots=True)
class LabelledPage:
    """A page to show: a caption, the labelled boxes and those found, by name."""

    path: Path
    caption: str
    truth: Mapping[str, Boxes]
    found: Mapping[str, Boxes]


def draw_curves(title: str, curves: Mapping[str, Curve]) -> Image.Image:
    """Precision over recall, a line for each name, on one pair of axes from 0 to 1."""
    size = (_MARGIN + _PLOT + _LEGEND, 2 * _MARGIN + _PLOT)
    picture = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(picture)
    pen.text((_MARGIN, 14), f"{title}: precision over recall, IoU .5", "black", _font(16))
    for tenth in range(0, 11, 2):
        at = _PLOT * tenth // 10
        left, low = _MARGIN + at, _MARGIN + _PLOT - at
        pen.line((left, _MARGIN, left, _MARGIN + _PLOT), (225, 225, 225))
        pen.line((_MARGIN, low, _MARGIN + _PLOT, low), (225, 225, 225))
        pen.text((left - 8, _MARGIN + _PLOT + 8), f"{tenth / 10:.1f}", "black", _font(12))
        pen.text((_MARGIN - 30, low - 7), f"{tenth / 10:.1f}", "black", _font(12))
    for number, (name, curve) in enumerate(curves.items()):
        colour = _PALETTE[number % len(_PALETTE)]
        pen.line(_points(curve), colour, 2)
        place = (_MARGIN + _PLOT + 16, _MARGIN + 20 * number)
        pen.text(place, name, colour, _font(14))
    return picture


def draw_sheet(pages: Sequence[LabelledPage]) -> Image.Image:
    """Pages side by side, labelled boxes in green and found ones in red, each with its name."""
    rows = max(1, -(-len(pages) // _COLUMNS))
    sheet = Image.new("RGB", (_COLUMNS * _TILE_WIDTH, rows * _TILE_HEIGHT), "white")
    for number, page in enumerate(pages):
        row, column = divmod(number, _COLUMNS)
        sheet.paste(_tile(page), (column * _TILE_WIDTH, row * _TILE_HEIGHT))
    return sheet


def _points(curve: Curve) -> list[tuple[float, float]]:
    """The curve as steps: precision holds to the recall where it falls."""
    recall, precision = curve
    points: list[tuple[float, float]] = []
    before = 0.0
    for at, height in zip(recall.tolist(), precision.tolist(), strict=True):
        points += [_place(before, height), _place(at, height)]
        before = at
    return [*points, _place(before, 0.0)]


def _place(recall: float, precision: float) -> tuple[float, float]:
    return _MARGIN + _PLOT * recall, _MARGIN + _PLOT * (1 - precision)


def _tile(page: LabelledPage) -> Image.Image:
    room = (_TILE_WIDTH - 10, _TILE_HEIGHT - 30)
    with Image.open(page.path) as opened:
        picture = opened.convert("RGB")
    scale = min(room[0] / picture.width, room[1] / picture.height)
    picture = picture.resize((round(picture.width * scale), round(picture.height * scale)))
    pen = ImageDraw.Draw(picture)
    for boxes, colour, down in ((page.truth, _TRUTH, 0), (page.found, _FOUND, 12)):
        for name, rows in boxes.items():
            for box in (rows * scale).tolist():
                pen.rectangle(box, outline=colour, width=2)
                pen.text((box[0] + 3, box[1] + 1 + down), name, colour, _font(11))
    tile = Image.new("RGB", (_TILE_WIDTH, _TILE_HEIGHT), "white")
    tile.paste(picture, (5, 24))
    ImageDraw.Draw(tile).text((6, 4), page.caption, "black", _font(14))
    return tile


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
