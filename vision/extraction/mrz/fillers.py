"""Which places of a zone's line are fillers, by their shape.

OCR-B is monospaced, so a line is a row of cells of one width. Recognisers take fillers (`<`) for
letters, or lose them where many follow each other; their shape is like no letter's: two strokes
that meet at the left, half way up.
"""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Grey, Image
from vision.core.document import Line
from vision.core.geometry import corners
from vision.imaging.connected_components import connected_pieces
from vision.imaging.grey import grey_of

_HEIGHT = 40  # pixels of the line image
_MARGIN = 0.25  # of the line's height, around it
CELL = (20, 28)  # width and height of a cell's picture
_LEAST_HEIGHT = 0.35  # of the highest pieces: less is dirt
_ALIKE = 0.75  # correlation of a filler with the drawn one
_FALSE_FILLERS = frozenset("KXLCS<")
_IMPOSSIBLE = 9.0

Picture = NDArray[np.float64]  # [28, 20], mean 0 and deviation 1


class Cell(NamedTuple):
    """A character: its place in the line, its picture, and its width by its height."""

    place: int
    picture: Picture
    aspect: float


def filler_mask(cells: Sequence[Cell]) -> list[bool]:
    """For each place of a line of a zone whether a filler is printed there."""
    mask = [False] * (cells[-1].place + 1 if cells else 0)
    for cell in cells:
        mask[cell.place] = bool((cell.picture * _FILLER).mean() >= _ALIKE)
    return mask


def aligned(text: str, mask: Sequence[bool]) -> str | None:
    """The text with a filler at each place of the mask, and what was read at the others.

    Letters that fillers are taken for may be dropped or become fillers. None where the rest does
    not fit.
    """
    rows, columns = len(text) + 1, len(mask) + 1
    cost = np.full((rows, columns), np.inf)
    cost[0] = np.arange(columns) * _IMPOSSIBLE
    cost[0, : _leading(mask) + 1] = np.arange(_leading(mask) + 1)
    cost[:, 0] = np.cumsum([0.0, *(_dropped(each) for each in text)])
    for i in range(1, rows):
        for j in range(1, columns):
            cost[i, j] = min(
                cost[i - 1, j - 1] + _placed(text[i - 1], mask[j - 1]),
                cost[i - 1, j] + _dropped(text[i - 1]),
                cost[i, j - 1] + (1.0 if mask[j - 1] else _IMPOSSIBLE),
            )
    return _traced(text, mask, cost) if cost[-1, -1] < _IMPOSSIBLE else None


def _leading(mask: Sequence[bool]) -> int:
    return next((at for at, filler in enumerate(mask) if not filler), len(mask))


def _placed(letter: str, filler: bool) -> float:
    if filler:
        return 0.0 if letter == "<" else 0.5 if letter in _FALSE_FILLERS else _IMPOSSIBLE
    return _IMPOSSIBLE if letter == "<" else 0.0


def _dropped(letter: str) -> float:
    return 1.0 if letter in _FALSE_FILLERS else _IMPOSSIBLE


def _traced(text: str, mask: Sequence[bool], cost: NDArray[np.float64]) -> str:
    made: list[str] = []
    i, j = len(text), len(mask)
    while i or j:
        here = cost[i, j]
        if i and j and np.isclose(here, cost[i - 1, j - 1] + _placed(text[i - 1], mask[j - 1])):
            i, j = i - 1, j - 1
            made.append("<" if mask[j] else text[i])
        elif i and np.isclose(here, cost[i - 1, j] + _dropped(text[i - 1])):
            i -= 1
        else:
            j -= 1
            made.append("<")
    return "".join(reversed(made))


def _strip(image: Image, line: Line) -> Grey:
    """The line upright, `_HEIGHT` pixels high without its margins."""
    quad = np.array(line.polygon or corners(line.box), np.float32)
    across, down = quad[1] - quad[0], quad[3] - quad[0]
    length, high = float(np.linalg.norm(across)), max(float(np.linalg.norm(down)), 1.0)
    right, below = across / max(length, 1.0) * high * _MARGIN, down * _MARGIN
    outer = np.array([
        quad[0] - right - below, quad[1] + right - below, quad[2] + right + below,
        quad[3] - right + below,
    ], np.float32)  # fmt: skip
    scale = _HEIGHT / high
    width = max(2, round((length + 2 * high * _MARGIN) * scale))
    height = round(_HEIGHT * (1 + 2 * _MARGIN))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    x0, y0 = np.maximum(np.floor(outer.min(axis=0)).astype(int) - 2, 0)
    x1, y1 = np.ceil(outer.max(axis=0)).astype(int) + 2
    part = grey_of(np.ascontiguousarray(image[y0:y1, x0:x1]))
    source = outer - np.array([x0, y0], np.float32)
    warp = cv2.getPerspectiveTransform(source, target)
    return np.asarray(
        cv2.warpPerspective(part, warp, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def cells_of(image: Image, line: Line) -> list[Cell]:
    """The characters of a line from the left; empty where there are fewer than two."""
    strip = _strip(image, line)
    boxes = _characters(strip)
    if len(boxes) < 2:
        return []
    middles = boxes[:, 0] + boxes[:, 2] / 2
    pitch = max(float(np.median(np.diff(middles))), 1.0)
    cells: list[Cell] = []
    place = 0
    for at, (x, y, w, h) in enumerate(boxes.astype(int).tolist()):
        if at:
            place += max(1, round((middles[at] - middles[at - 1]) / pitch))
        parts = max(1, round(w / pitch))
        wide = max(1, w // parts)
        for part in range(parts):
            left = x + part * w // parts
            picture = cv2.resize(strip[y : y + h, left : left + wide], CELL)
            cells.append(Cell(place + part, normal(np.asarray(picture, np.uint8)), wide / h))
        place += parts - 1
    return cells


def _characters(strip: Grey) -> NDArray[np.float64]:
    """Boxes (x, y, width, height) of characters from the left; pieces above each other as one."""
    _, ink = cv2.threshold(strip, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    _, stats = connected_pieces(np.asarray(ink, np.uint8))
    if not len(stats):
        return np.zeros((0, 4))
    highest = np.percentile(stats[:, 3], 80)
    kept = stats[(stats[:, 3] >= _LEAST_HEIGHT * highest) & (stats[:, 2] < 4 * highest)]
    merged: list[list[float]] = []
    for x, y, w, h in sorted(kept[:, :4].tolist()):
        if merged and x < merged[-1][0] + 0.6 * merged[-1][2]:
            last = merged[-1]
            top, end = min(last[1], y), max(last[0] + last[2], x + w)
            bottom = max(last[1] + last[3], y + h)
            merged[-1] = [last[0], top, end - last[0], bottom - top]
        else:
            merged.append([x, y, w, h])
    return np.array(merged, np.float64)


def _drawn_filler() -> Picture:
    width, height = CELL
    picture = np.full((height, width), 255, np.uint8)
    for end in (1, height - 2):
        cv2.line(picture, (width - 2, end), (2, height // 2), 0, 3, cv2.LINE_AA)
    return normal(picture)


def normal(picture: Grey) -> Picture:
    """The picture smoothed, with mean 0 and deviation 1, so that products are correlations."""
    smooth = cv2.GaussianBlur(picture, (0, 0), 1.2).astype(np.float64)
    return np.asarray((smooth - smooth.mean()) / max(float(smooth.std()), 1.0), np.float64)


_FILLER = _drawn_filler()
