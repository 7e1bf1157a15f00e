"""Numbers and letters in discs and rings: a light one on a filled disc, or one within a circle.

Finders take the disc for a letter, and recognisers then read `3` and `5` as `0` and `6`. So each is
a line of its own, of which what encloses it is no part (`uncovered`).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from vision.core.arrays import Grey, Image
from vision.core.document import Box
from vision.core.geometry import corners
from vision.core.stages import FoundLine, Letters
from vision.imaging.grey import grey_of
from vision.imaging.order import median

# In heights of the page's commonest letters.
_HIGH = (1.3, 5.0)
_MOST = 60  # on a page: more are a pattern
_ASPECT = (0.87, 1.15)  # width by height
_ROUND = 0.86  # of its smallest circle's area: pixels of small discs leave some out
_FILLED = 0.5  # share of a disc that is ink; a ring has less
_HOLE = 0.6  # of a ring's area: the largest hole
# Of the disc's height.
_INSIDE = (0.28, 0.8)  # height of what it encloses
_OFF_MIDDLE = 0.18
# In heights of the page's commonest letters: a character within a ring; that of a © is smaller.
_LEAST_IN_RING = 0.85
_ALIKE, _BESIDE = 0.15, 0.4  # of a ring's height: the letters beside an O that is an outline
_CONVEX, _NARROW = 0.88, 0.36  # counters of O, D, B and 8 are convex and not narrow
_LEAST = 0.1  # of the largest hole: smaller ones are flaws of thick strokes
_DOT = 0.75  # of its smallest circle's area: a radio button's dot
_ROOM = 0.3  # around the character, of its height
_RIM = 0.05  # of the disc's height: its blurred edge

Mask = NDArray[np.uint8]
_Edges = NDArray[np.int64]  # x0, y0, x1, y1


class _Outline(NamedTuple):
    """The contour of a disc or ring, what of it is enclosed, and whether it is filled with ink."""

    outer: MatLike
    holes: list[MatLike]
    filled: bool


def with_enclosed(lines: Sequence[FoundLine], text: Letters) -> list[FoundLine]:
    """The lines without discs and rings that enclose a character, and a line for each of these.

    `text` was measured on the image in which the lines were found.
    """
    found = list(lines)
    for edges in _enclosing(text):
        box = Box(*(edges / text.factor).tolist())
        found = [each for line in found if (each := _without(line, box)) is not None]
        found.append(FoundLine(corners(box), enclosed=True))
    return found


def uncovered(pixels: Image) -> tuple[Image, tuple[int, int]] | None:
    """What a disc or ring [h, w, 3] encloses, dark on light paper, and its first column and row.

    None where nothing is enclosed.
    """
    grey = grey_of(pixels)
    _, ink = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    outline = _outline(np.asarray(ink, np.uint8))
    if outline is None:
        return None
    inner = np.zeros(grey.shape, np.uint8)
    rim = outline.outer if outline.filled else max(outline.holes, key=cv2.contourArea)
    cv2.drawContours(inner, [rim], 0, 1, cv2.FILLED)
    thick = max(1, round(_RIM * len(grey)))
    inside = cv2.erode(inner, np.ones((3, 3), np.uint8), iterations=thick) > 0
    plain = 255 - grey if outline.filled else grey
    within = plain[inside]
    if not within.size:
        return None
    paper = int(np.percentile(within, 75))
    shown = np.asarray(np.where(inside, np.minimum(plain, paper), paper), np.uint8)
    return _bounded(shown)


def _bounded(grey: Grey) -> tuple[Image, tuple[int, int]] | None:
    """The ink of a grey image with room around it, and where that begins."""
    _, ink = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    x, y, width, height = cv2.boundingRect(np.asarray(ink, np.uint8))
    if not height:
        return None
    room = round(_ROOM * height)
    left, top = max(x - room, 0), max(y - room, 0)
    part = grey[top : y + height + room, left : x + width + room]
    return np.asarray(cv2.cvtColor(part, cv2.COLOR_GRAY2RGB), np.uint8), (left, top)


def _enclosing(text: Letters) -> list[_Edges]:
    """The edges of the discs and rings that enclose something like a character."""
    if not len(text.boxes):
        return []
    letter = median(text.boxes[:, 3])
    width, height = text.pieces[:, 2], text.pieces[:, 3]
    like = (height >= _HIGH[0] * letter) & (height <= _HIGH[1] * letter)
    like &= (width >= _ASPECT[0] * height) & (width <= _ASPECT[1] * height)
    places = np.flatnonzero(like)
    found = {at: edges for at in places if (edges := _edges_of(text, int(at), letter)) is not None}
    if not found or len(found) > _MOST:
        return []
    others = np.delete(text.pieces, list(found), axis=0).astype(np.int64)
    others[:, 2:] += others[:, :2]
    return [edges for edges in found.values() if not _is_letter(edges, others)]


def _edges_of(text: Letters, at: int, letter: float) -> _Edges | None:
    x, y, width, height = text.pieces[at].tolist()
    part = text.labels[y : y + height, x : x + width]
    outline = _outline(np.asarray(part == at + 1).view(np.uint8))
    if outline is None:
        return None
    others = np.asarray((part > 0) & (part != at + 1)).view(np.uint8)
    shows = _shows_light if outline.filled else _shows_dark
    if not shows(outline, others):
        return None
    if not outline.filled and cv2.boundingRect(others)[3] < _LEAST_IN_RING * letter:
        return None
    return np.array([x, y, x + width, y + height])


def _is_letter(edges: _Edges, others: _Edges) -> bool:
    """Whether one of the other pieces stands beside a ring as letters of a word do."""
    x0, y0, x1, y1 = edges
    least = _ALIKE * (y1 - y0)
    left, top, right, bottom = others.T
    beside = np.maximum(left - x1, x0 - right)
    near = (beside > 0) & (beside <= _BESIDE * (y1 - y0))
    return bool((near & (abs(top - y0) <= least) & (abs(bottom - y1) <= least)).any())


def _outline(ink: Mask) -> _Outline | None:
    """The outline of the largest piece, if it is round; None for others."""
    contours, tree = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    outer = [at for at in range(len(contours)) if tree[0, at, 3] < 0]
    if not outer:
        return None
    largest = max(outer, key=lambda at: cv2.contourArea(contours[at]))
    area = cv2.contourArea(contours[largest])
    _, radius = cv2.minEnclosingCircle(contours[largest])
    if area < _ROUND * np.pi * radius**2 or area <= 0:
        return None
    holes = [contours[at] for at in range(len(contours)) if tree[0, at, 3] == largest]
    areas = [cv2.contourArea(hole) for hole in holes]
    if sum(areas) <= (1 - _FILLED) * area:
        return _Outline(contours[largest], holes, filled=True)
    return _Outline(contours[largest], holes, False) if max(areas) >= _HOLE * area else None


def _shows_light(outline: _Outline, others: Mask) -> bool:
    """Whether a disc's holes are a character, and not the counters of a letter."""
    least = _LEAST * max(map(cv2.contourArea, outline.holes), default=0.0)
    holes = [hole for hole in outline.holes if cv2.contourArea(hole) >= max(least, 1.0)]
    if not holes or not _in_middle(outline.outer, np.concatenate(holes)):
        return False
    return bool(others.any()) or not all(_is_counter(hole) for hole in holes)


def _is_counter(hole: MatLike) -> bool:
    _, _, width, height = cv2.boundingRect(hole)
    convex = cv2.contourArea(hole) >= _CONVEX * cv2.contourArea(cv2.convexHull(hole))
    return convex and width > _NARROW * height


def _shows_dark(outline: _Outline, others: Mask) -> bool:
    """Whether the ink inside a ring is a character, and not a radio button's dot."""
    inside = np.argwhere(others)[:, None, ::-1].astype(np.int32)
    if not len(inside) or not _in_middle(outline.outer, inside):
        return False
    _, radius = cv2.minEnclosingCircle(inside)
    return len(inside) < _DOT * np.pi * radius**2


def _in_middle(outer: MatLike, inside: MatLike) -> bool:
    """Whether points are as high as a character and around the middle of an outline."""
    x, y, width, height = cv2.boundingRect(outer)
    left, top, wide, high = cv2.boundingRect(inside)
    if not _INSIDE[0] * height <= high <= _INSIDE[1] * height or wide > _INSIDE[1] * width:
        return False
    off = max(abs(left + wide / 2 - x - width / 2), abs(top + high / 2 - y - height / 2))
    return off <= _OFF_MIDDLE * height


def _without(line: FoundLine, box: Box) -> FoundLine | None:
    """A line without the disc at its start or end; None where it has nothing else."""
    xs, ys = zip(*line.quad, strict=True)
    x0, y0, x1, y1 = min(xs), min(ys), max(xs), max(ys)
    if not y0 < (box.y0 + box.y1) / 2 < y1 or not x0 < (box.x0 + box.x1) / 2 < x1:
        return line
    left, right = box.x0 - x0, x1 - box.x1  # of the line beside the disc
    if max(left, right) < (box.x1 - box.x0) / 2:
        return None
    if min(left, right) > (box.x1 - box.x0) / 2:
        return line
    rest = Box(box.x1, y0, x1, y1) if right > left else Box(x0, y0, box.x0, y1)
    return replace(line, quad=corners(rest))
