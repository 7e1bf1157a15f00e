"""Places recognised lines on the page, and in the frame in which they are ordered."""

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from vision.core.arrays import Affine, Image
from vision.core.document import Box, Line, Polygon, Word
from vision.core.geometry import (
    bounding_box,
    compose,
    corners,
    invert,
    transform_box,
    transform_points,
)
from vision.core.stages import LineCrop, LineReading

# A line tilted more gets a polygon: along 1,000 pixels its box is 17 pixels higher than its text.
_UPRIGHT_WITHIN_DEGREES = 1.0


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line of the result and its box in the layout frame: deskewed, in reading direction.

    The box is as long as the text and as high as the line was cut, whatever its letters: words
    without ascenders are no smaller print. `level` is false for text that runs up or down.
    `background` is the grey level behind it, 0 to 255. `tilt` is the angle at which level text
    falls, in degrees, and `size` its length and height along that angle.
    """

    line: Line
    box: Box
    level: bool
    background: float = 255.0
    tilt: float = 0.0
    size: tuple[float, float] = (0.0, 0.0)


def layout_frame(to_page: Affine, texts: Iterable[str]) -> Affine:
    """Maps page coordinates to the frame in which lines are level and reading starts at the left.

    That is the working image, mirrored where most letters are read from the right.
    """
    to_working = invert(to_page)
    if not _reads_from_right("".join(texts)):
        return to_working
    return compose(np.array([[-1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), to_working)


def place_lines(
    crops: Sequence[LineCrop], readings: Sequence[LineReading], to_layout: Affine
) -> list[PlacedLine]:
    """The readings that have text, in page coordinates; `to_layout` maps those to the layout.

    `readings` answer `crops` one to one; raises ValueError where they do not.
    """
    if len(crops) != len(readings):
        raise ValueError(f"{len(readings)} readings for {len(crops)} crops: each crop needs one.")
    pairs = zip(crops, readings, strict=True)
    return [_place(crop, reading, to_layout) for crop, reading in pairs if reading.text.strip()]


def with_backgrounds(lines: Sequence[PlacedLine], page: Image) -> list[PlacedLine]:
    """The lines with the grey level of the paper behind each; `page` is the page frame's image."""
    return [replace(line, background=_background(page, line.line.box)) for line in lines]


def _background(page: Image, box: Box) -> float:
    """The median of all pixels: letters cover less than half of a line."""
    x0, y0, x1, y1 = (max(0, round(edge)) for edge in box)
    pixels = page[y0:y1:2, x0:x1:2].reshape(-1)
    if not pixels.size:
        return 255.0
    # By counting: sorting takes several times as long.
    below = np.cumsum(cv2.calcHist([pixels], [0], None, [256], [0, 256]))
    places = [(pixels.size - 1) // 2, pixels.size // 2]
    one, other = np.searchsorted(below, places, "right").tolist()
    return float((one + other) / 2)


def _place(crop: LineCrop, reading: LineReading, to_layout: Affine) -> PlacedLine:
    outline = _outline(crop, reading)
    polygon = transform_points(crop.to_page, outline)
    dx, dy = crop.to_page[:, 0].tolist()
    upright = dx > 0 and abs(math.degrees(math.atan2(dy, dx))) <= _UPRIGHT_WITHIN_DEGREES
    line = Line(
        text=reading.text.strip(),
        confidence=float(reading.confidence),
        box=bounding_box(polygon),
        words=tuple(
            Word(
                word.text,
                float(word.confidence),
                transform_box(crop.to_page, word.box),
                tuple(
                    replace(each, box=transform_box(crop.to_page, each.box))
                    for each in word.characters
                ),
            )
            for word in reading.words
        ),
        polygon=None if upright else polygon,
    )
    crop_to_layout = compose(to_layout, crop.to_page)
    full_height = Box(outline[0][0], 0.0, outline[1][0], float(crop.pixels.shape[0]))
    # Plain floats: arrays of two values take many times as long.
    (across, lean, _), (down, upwards, _) = crop_to_layout.tolist()
    level = abs(across) >= abs(down)
    return PlacedLine(
        line,
        transform_box(crop_to_layout, full_height),
        level,
        tilt=math.degrees(math.atan(down / across)) if level else 0.0,
        size=(
            math.hypot(across, down) * full_height.width,
            math.hypot(lean, upwards) * full_height.height,
        ),
    )


def _outline(crop: LineCrop, reading: LineReading) -> Polygon:
    """The words' extent in the crop, or the whole crop where the reading has no words."""
    if reading.words:
        return corners(bounding_box([p for word in reading.words for p in corners(word.box)]))
    height, width = crop.pixels.shape[:2]
    return corners(Box(0.0, 0.0, float(width), float(height)))


def _reads_from_right(text: str) -> bool:
    if text.isascii():
        return False
    directions = [unicodedata.bidirectional(letter) for letter in text]
    from_right = sum(direction in {"R", "AL"} for direction in directions)
    return from_right > directions.count("L")
