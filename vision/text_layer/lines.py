"""A text layer's words as lines on the page, in the form that recognised lines have."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Affine
from vision.core.document import Box, Polygon
from vision.core.geometry import bounding_box, transform_points
from vision.core.stages import CropWord, FoundLine, LineCrop, LineReading
from vision.core.text_layer import LayerWord

# In line heights. Wider gaps separate columns and cells; assembling joins what belongs together.
_WIDEST_GAP = 1.2
_LEAST_ACROSS = 0.5  # of the lower word's height, shared by two words of one line
_SAME_DIRECTION = 0.99  # cosine
# The verification has already decided that the text is right.
_CONFIDENCE = 1.0
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬆ": "st"})

LayerLine = tuple[LayerWord, ...]


def layer_lines(words: Sequence[LayerWord]) -> list[LayerLine]:
    """The words joined into lines: same row of the file, same direction, small gaps."""
    lines: list[list[LayerWord]] = []
    for word in words:
        if lines and _follows(lines[-1][-1], word):
            lines[-1].append(word)
        else:
            lines.append([word])
    return [tuple(line) for line in lines]


def line_quad(line: LayerLine) -> Polygon:
    """The rectangle around a line, clockwise from its text's own top-left corner."""
    axes, corners = _axes(line[0]), _corners(line)
    own = corners @ axes.T
    (x0, y0), (x1, y1) = own.min(axis=0), own.max(axis=0)
    quad = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]) @ axes
    return tuple((float(x), float(y)) for x, y in quad)


def read_lines(
    lines: Sequence[LayerLine], to_page: Affine, languages: tuple[str, ...]
) -> tuple[list[LineCrop], list[LineReading]]:
    """Crops and readings of these lines, one to one, as if they had been cut and recognised.

    `to_page` maps the drawing's pixels to the page. The crops have the right size and are empty:
    their pixels are not used any more.
    """
    pairs = [_read(line, to_page, languages) for line in lines]
    return [crop for crop, _ in pairs], [reading for _, reading in pairs]


def not_covered(found: Sequence[FoundLine], quads: Sequence[Polygon]) -> list[FoundLine]:
    """The found lines of which less than half lies in the quads of lines; all in one frame."""
    boxes = np.array([bounding_box(quad) for quad in quads]).reshape(-1, 4)
    return [line for line in found if _share_inside(line, boxes) < 0.5]


def _follows(before: LayerWord, word: LayerWord) -> bool:
    if before.row != word.row:
        return False
    axes, other = _axes(before), _axes(word)
    if axes[0] @ other[0] < _SAME_DIRECTION:
        return False
    one, two = (np.array(each.quad) @ axes.T for each in (before, word))
    height = min(np.ptp(one[:, 1]), np.ptp(two[:, 1]))
    gap = two[:, 0].min() - one[:, 0].max()
    shared = min(one[:, 1].max(), two[:, 1].max()) - max(one[:, 1].min(), two[:, 1].min())
    return bool(-height <= gap <= _WIDEST_GAP * height and shared >= _LEAST_ACROSS * height)


def _axes(word: LayerWord) -> NDArray[np.float64]:
    """Unit vectors along and down the word, as rows; level where the word has no extent."""
    quad = np.array(word.quad)
    along = quad[1] - quad[0]
    length = float(np.hypot(*along))
    right = along / length if length > 0 else np.array([1.0, 0.0])
    return np.array([right, [-right[1], right[0]]])


def _corners(words: Sequence[LayerWord]) -> NDArray[np.float64]:
    return np.array([corner for word in words for corner in word.quad])


def _read(
    line: LayerLine, to_page: Affine, languages: tuple[str, ...]
) -> tuple[LineCrop, LineReading]:
    moved = [LayerWord(word.text, transform_points(to_page, word.quad), word.row) for word in line]
    quad = np.array(line_quad(tuple(moved)))
    axes = _axes(moved[0])
    length, height = np.maximum((quad[2] - quad[0]) @ axes.T, 1.0)
    pixels = np.broadcast_to(np.uint8(255), (round(height), round(length), 3))
    crop = LineCrop(pixels, np.column_stack([axes.T, quad[0]]), languages)
    words = tuple(_crop_words(moved, axes, quad[0]))
    return crop, LineReading(" ".join(word.text for word in words), _CONFIDENCE, words)


def _crop_words(
    words: Sequence[LayerWord], axes: NDArray[np.float64], origin: NDArray[np.float64]
) -> Iterator[CropWord]:
    for word in words:
        own = (np.array(word.quad) - origin) @ axes.T
        (x0, y0), (x1, y1) = own.min(axis=0).tolist(), own.max(axis=0).tolist()
        yield CropWord(word.text.translate(_LIGATURES), _CONFIDENCE, Box(x0, y0, x1, y1))


def _share_inside(line: FoundLine, boxes: NDArray[np.float64]) -> float:
    """The share of points along the middle of a found line that lie in any of the boxes."""
    quad = np.array(line.quad)
    start, end = (quad[0] + quad[3]) / 2, (quad[1] + quad[2]) / 2
    points = start + np.linspace(0.05, 0.95, 10)[:, None] * (end - start)
    x, y = points[:, :1], points[:, 1:]
    inside = (x >= boxes[:, 0]) & (x <= boxes[:, 2]) & (y >= boxes[:, 1]) & (y <= boxes[:, 3])
    return float(inside.any(axis=1).mean())
